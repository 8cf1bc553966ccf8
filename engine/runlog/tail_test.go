package runlog_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine/runlog"
)

// kindsOf reads on to the end of what is there.
func kindsOf(t *testing.T, tail *runlog.Tail) (kinds []string) {
	t.Helper()
	for {
		line, ok, err := tail.Next()
		if err != nil || line.Err != nil {
			t.Fatal(err, line.Err)
		}
		if !ok {
			return kinds
		}
		kinds = append(kinds, line.Event.Kind())
	}
}

func TestALogIsFollowedWhileItIsWritten(t *testing.T) {
	whole := record(t, aRun())
	lines := strings.SplitAfter(whole, "\n")
	state := t.TempDir()
	path := lay(t, state, "a", "1", lines[0]+lines[1][:20])
	tail, err := runlog.Run{ID: "1", Dir: filepath.Dir(path)}.Tail()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tail.Close() }()
	for _, c := range []struct {
		now  string
		want []string
	}{
		{lines[0] + lines[1][:20], []string{"run_started"}},
		{lines[0] + lines[1][:40], nil},
		{lines[0] + lines[1], []string{"step_started"}},
		{lines[0] + lines[1] + strings.Repeat("x", 100), nil}, // a torn line that is then cut off
		{lines[0] + lines[1] + lines[2] + lines[3], []string{"attempt_started", "attempt_finished"}},
		{whole, []string{"step_finished", "run_finished"}},
	} {
		overwrite(t, path, c.now)
		if diff := cmp.Diff(c.want, kindsOf(t, tail)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.now, diff)
		}
	}
	if line, ok, err := tail.Rest(); ok || err != nil {
		t.Errorf("there is more: %q, %v", line.Data, err)
	}
}

func TestTheRestOfALogIsTornOrWhole(t *testing.T) {
	whole := record(t, aRun())
	for name, c := range map[string]struct {
		log  string
		torn bool
	}{"torn": {whole[:len(whole)-9], true}, "whole": {whole[:len(whole)-1], false}} {
		path := lay(t, t.TempDir(), "a", "1", c.log)
		tail, err := runlog.Run{Dir: filepath.Dir(path)}.Tail()
		if err != nil {
			t.Fatal(err)
		}
		kindsOf(t, tail)
		line, ok, err := tail.Rest()
		if !ok || err != nil || errors.Is(line.Err, runlog.ErrTorn) != c.torn {
			t.Errorf("%s: %t, %v, %v", name, ok, err, line.Err)
		}
		_ = tail.Close()
	}
}

func TestALongLineIsFollowed(t *testing.T) {
	log := record(t, aRun())
	long := strings.Replace(log, `"host":"box"`, `"host":"`+strings.Repeat("b", 1<<20)+`"`, 1)
	path := lay(t, t.TempDir(), "a", "1", long)
	tail, err := runlog.Run{Dir: filepath.Dir(path)}.Tail()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tail.Close() }()
	if got := kindsOf(t, tail); len(got) != 6 {
		t.Errorf("got %v, want six lines", got)
	}
}

func TestFollowingWhatIsGoneIsTold(t *testing.T) {
	if _, err := (runlog.Run{Dir: t.TempDir()}).Tail(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestARecordTellsOfEveryStep(t *testing.T) {
	state := t.TempDir()
	keep(t, state, "a", "1", start, died()...)
	runs, err := runlog.List(state, "a")
	if err != nil {
		t.Fatal(err)
	}
	record, err := runs[0].Record()
	if err != nil || len(record.Unread) > 0 {
		t.Fatal(err, record.Unread)
	}
	var got []string
	for _, s := range record.Steps {
		how := "at work"
		if s.Finished != nil {
			how = string(s.Finished.Result)
		}
		got = append(got, strings.Join([]string{s.Step.String(), s.Type, s.Started.Format(time.TimeOnly), how}, " "))
	}
	want := []string{
		"step.csv_resample.clean csv_resample 08:00:00 succeeded", "step.smtp.other smtp 00:00:00 skipped",
		mail.String() + " smtp 08:00:00 at work", "step.plot.dashboard plot 08:00:00 at work",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(2, len(record.AtWork())); diff != "" {
		t.Error(diff)
	}
}
