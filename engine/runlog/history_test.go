package runlog_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/runlog"
)

// keep writes a run that starts at a time into the history of a pipeline.
func keep(t testing.TB, state, pipeline, id string, at time.Time, events ...engine.Event) string {
	t.Helper()
	dir := runlog.Dir(state, pipeline, id)
	w, err := runlog.Create(dir, id, runlog.WithClock(func() time.Time { return at }))
	if err != nil {
		t.Fatal(err)
	}
	events[0].(*engine.RunStarted).Pipeline = pipeline
	if err := w.Append(events...); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, runlog.FileName)
}

// list gives what List lists, as text.
func list(t testing.TB, state, pipeline string) []string {
	t.Helper()
	runs, err := runlog.List(state, pipeline)
	if err != nil {
		t.Fatal(err)
	}
	return describe(runs)
}

func describe(runs []runlog.Run) []string {
	out := []string{}
	for _, r := range runs {
		result := engine.RunResult("at work")
		if r.Finished != nil {
			result = r.Finished.Result
		}
		out = append(out, fmt.Sprintf("%s %s %s", r.Pipeline(), r.ID, result))
	}
	return out
}

func TestListGivesTheNewestFirst(t *testing.T) {
	state := t.TempDir()
	keep(t, state, "a", "1", start, aRun()...)
	keep(t, state, "a", "5", start.Add(-time.Hour), aRun()[:3]...) // the clock was set back
	keep(t, state, "a", "3", start.Add(time.Hour), everyEvent()...)
	keep(t, state, "b", "2", start.Add(30*time.Minute), aRun()...)
	keep(t, state, "b", "4", start.Add(30*time.Minute), aRun()...)
	for name, c := range map[string]struct {
		pipeline string
		want     []string
	}{
		"of one":     {"a", []string{"a 5 at work", "a 3 failed", "a 1 succeeded"}},
		"of all":     {"", []string{"a 5 at work", "b 4 succeeded", "a 3 failed", "b 2 succeeded", "a 1 succeeded"}},
		"of unknown": {"c", []string{}},
	} {
		if diff := cmp.Diff(c.want, list(t, state, c.pipeline)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if diff := cmp.Diff([]string{}, list(t, filepath.Join(state, "none"), "")); diff != "" {
		t.Errorf("without a history (-want +got):\n%s", diff)
	}
}

func TestAListedRunHasItsLog(t *testing.T) {
	state := t.TempDir()
	path := keep(t, state, "a", runID, start, aRun()...)
	runs, err := runlog.List(state, "a")
	if err != nil || len(runs) != 1 {
		t.Fatal(runs, err)
	}
	if runs[0].Log() != path {
		t.Errorf("its log is %s, want %s", runs[0].Log(), path)
	}
	n := 0
	for _, err := range runs[0].Events() {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != len(aRun()) {
		t.Errorf("%d events, want %d", n, len(aRun()))
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	for _, err := range runs[0].Events() {
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("got %v, want that it is gone", err)
		}
	}
}

// lay puts a log of any content into the history.
func lay(t testing.TB, state, pipeline, id, content string) string {
	t.Helper()
	path := filepath.Join(runlog.Dir(state, pipeline, id), runlog.FileName)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestListPassesOverWhatIsNoRun(t *testing.T) {
	state := t.TempDir()
	keep(t, state, "a", "1", start, aRun()...)
	lay(t, state, "a", "empty", "")
	if err := os.MkdirAll(filepath.Join(state, "runs", "a", "not ours"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(runlog.Dir(state, "a", "bare"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(runlog.Dir(state, "a", "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a 1 succeeded"}, list(t, state, "a")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnUnreadableRunDoesNotHideTheOthers(t *testing.T) {
	whole := record(t, aRun())
	for name, c := range map[string]struct{ log, want string }{
		"a folder":       {"", "is a directory"},
		"binary":         {"\x00\x01\n\xff\n", "invalid character"},
		"a newer format": {strings.Replace(whole, "runlog/1", "runlog/2", 1), `its format is "dagrun.runlog/2"`},
		"no start":       {strings.SplitAfter(whole, "\n")[1], "begins with step_started"},
	} {
		state := t.TempDir()
		keep(t, state, "a", "1", start, aRun()...)
		if c.log != "" {
			lay(t, state, "a", "2", c.log)
		} else if err := os.MkdirAll(filepath.Join(runlog.Dir(state, "a", "2"), runlog.FileName), 0o700); err != nil {
			t.Fatal(err)
		}
		runs, err := runlog.List(state, "a")
		if err == nil || !strings.Contains(err.Error(), filepath.Join("2", runlog.FileName)) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error that names the log and says %q", name, err, c.want)
		}
		if diff := cmp.Diff([]string{"a 1 succeeded"}, describe(runs)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAHistoryIsReadAsFarAsItIsAskedFor(t *testing.T) {
	state := t.TempDir()
	lay(t, state, "a", "1", "not a log\n")
	keep(t, state, "a", "2", start, aRun()...)
	for run, err := range runlog.History(state, "a") {
		if err != nil || run.ID != "2" {
			t.Fatal(run.ID, err)
		}
		if err := os.RemoveAll(runlog.Dir(state, "a", "1")); err != nil { // it was not opened before
			t.Fatal(err)
		}
	}
}

func TestPipelinesAreThoseWithAHistory(t *testing.T) {
	state := t.TempDir()
	want := []string{"../../etc", "%2E", "a b", "plain", "温度"}
	for _, name := range want {
		keep(t, state, name, "1", start, aRun()...)
	}
	for _, name := range []string{"not ours", "%zz", "%2e"} {
		if err := os.MkdirAll(filepath.Join(state, "runs", name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(state, "runs", "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := runlog.Pipelines(state)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestALongLastEventIsFound(t *testing.T) {
	for _, size := range []int{10, 4 << 10, 16<<10 - 100, 100_000} {
		state := t.TempDir()
		events := aRun()
		events[5].(*engine.RunFinished).Error = strings.Repeat("x", size)
		keep(t, state, "a", "1", start, events...)
		if diff := cmp.Diff([]string{"a 1 succeeded"}, list(t, state, "a")); diff != "" {
			t.Errorf("%d bytes (-want +got):\n%s", size, diff)
		}
	}
}

func TestNamesBecomeFileNames(t *testing.T) {
	for name, want := range map[string]string{
		"temperature": "temperature", "a-b_c.2": "a-b_c.2", "": "", ".": "%2E", "..": "%2E.", "../x": "%2E.%2Fx", ".hidden": "%2Ehidden",
		"a b/c\\d": "a%20b%2Fc%5Cd", "é": "%C3%A9", "50%": "50%25", "a\x00b\n": "a%00b%0A",
	} {
		if got := runlog.PathName(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestAPipelineOfAnyNameHasAHistory(t *testing.T) {
	state := t.TempDir()
	for _, name := range []string{"../../etc", "a b", "温度"} {
		keep(t, state, name, "1", start, aRun()...)
		if diff := cmp.Diff([]string{name + " 1 succeeded"}, list(t, state, name)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if entries, err := os.ReadDir(filepath.Join(state, "runs")); err != nil || len(entries) != 3 {
		t.Errorf("%d folders of pipelines, %v, want 3", len(entries), err)
	}
}

func BenchmarkRecover(b *testing.B) {
	state := b.TempDir()
	for i := range 100 {
		keep(b, state, "a", fmt.Sprintf("%03d", i), start.Add(time.Duration(i)*time.Hour), everyEvent()...)
	}
	for b.Loop() {
		if closed, err := runlog.Recover(state, "a", time.Now); err != nil || len(closed) > 0 {
			b.Fatal(closed, err)
		}
	}
}
