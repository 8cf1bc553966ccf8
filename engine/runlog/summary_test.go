package runlog_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/runlog"
)

// summaries gives the runs and the errors of what cannot be read.
func summaries(state, pipeline string) (runs []runlog.Summary, unread []error) {
	for s, err := range runlog.Summaries(state, pipeline) {
		if err != nil {
			unread = append(unread, err)
			continue
		}
		runs = append(runs, s)
	}
	return runs, unread
}

// asSummaries gives what summaries should say of the runs that List lists.
func asSummaries(t testing.TB, state, pipeline string) (want []runlog.Summary) {
	t.Helper()
	runs, _ := runlog.List(state, pipeline)
	for _, r := range runs {
		s := runlog.Summary{
			ID: r.ID, Dir: r.Dir, Pipeline: r.Pipeline(), LogicalTime: r.Started.LogicalTime, Trigger: r.Started.Trigger,
			ResumedFrom: r.Started.ResumedFrom, Started: r.Started.Time.Time,
		}
		if end := r.Finished; end != nil {
			s.Result, s.Duration, s.Error, s.AtWork = end.Result, end.Duration.Duration(), end.Error, end.AtWork
		}
		record, err := r.Record()
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range record.Steps {
			if s.Result == engine.RunFailed && s.FailedStep == "" && step.Finished != nil && step.Finished.Result == engine.StepFailed {
				s.FailedStep = step.Step.String()
			}
		}
		s.Short = s.ID // none is a UUID that could be shortened
		want = append(want, s)
	}
	return want
}

func TestSummariesTellWhatTheHistoryTells(t *testing.T) {
	long := aRun()
	long[1].(*engine.StepStarted).Arguments = []byte(`{"text":"` + strings.Repeat("x", 100_000) + `"}`)
	for name, events := range map[string][]engine.Event{
		"every event": everyEvent(), "a success": aRun(), "at work": died(), "skipped": skipped(), "a long log": long,
		"resumed": resumed("1"), "long and failed": append(long[:5:5], everyEvent()[7]),
	} {
		state := t.TempDir()
		for i := range 70 { // more than are opened at once
			keep(t, state, `a "quoted" \ name`, fmt.Sprintf("%03d", i), start, events...)
		}
		got, unread := summaries(state, "")
		if diff := cmp.Diff(asSummaries(t, state, ""), got); diff != "" || len(unread) > 0 || len(got) != 70 {
			t.Errorf("%s: %d runs, %v (-want +got):\n%s", name, len(got), unread, diff)
		}
		if _, err := runlog.Recover(state, `a "quoted" \ name`, time.Now); err != nil {
			t.Fatal(err)
		}
		got, _ = summaries(state, "")
		if diff := cmp.Diff(asSummaries(t, state, ""), got); diff != "" {
			t.Errorf("%s, recovered (-want +got):\n%s", name, diff)
		}
	}
}

func TestSummariesOfALogThatIsCutAnywhere(t *testing.T) {
	whole := record(t, everyEvent())
	state := t.TempDir()
	for cut := 0; cut < len(whole); cut += 1 + 6*(cut%2) { // odd and even places
		lay(t, state, "temperature", "1", whole[:cut])
		got, unread := summaries(state, "")
		for len(unread) > 0 && len(got) == 0 && errors.Is(unread[0], runlog.ErrNoBeginning) {
			unread = unread[1:]
		}
		if diff := cmp.Diff(asSummaries(t, state, ""), got); diff != "" || len(unread) > 0 {
			t.Fatalf("cut at %d: %v (-want +got):\n%s", cut, unread, diff)
		}
	}
}

func TestSummariesTellWhatCannotBeRead(t *testing.T) {
	state := t.TempDir()
	keep(t, state, "a", "1", start, aRun()...)
	for id, log := range map[string]string{
		"2": "\x00\x01\n\xff\n", "3": strings.Replace(record(t, aRun()), "runlog/1", "runlog/2", 1), "4": strings.SplitAfter(record(t, aRun()), "\n")[1],
		"5": "", "6": `{"torn`,
	} {
		lay(t, state, "a", id, log)
	}
	got, unread := summaries(state, "a")
	if len(got) != 1 || len(unread) != 4 {
		t.Errorf("%d runs and %v, want one run and four errors", len(got), unread)
	}
	_, want := runlog.List(state, "a")
	for _, err := range unread {
		if !strings.Contains(want.Error(), err.Error()) {
			t.Errorf("%v is not what the history says: %v", err, want)
		}
	}
}

// FuzzSummaries holds the quick reading of logs against the careful one: it
// neither panics nor finds a run where there is none.
func FuzzSummaries(f *testing.F) {
	f.Add([]byte(record(f, everyEvent())))
	f.Add([]byte(record(f, skipped())))
	f.Add([]byte("{\"a\\\\\":\"\\\"\",\"b\":[{}}\n{\"\n"))
	state := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		lay(t, state, "a", "1", string(data))
		got, _ := summaries(state, "a")
		if len(got) > 0 && !strings.Contains(string(data), "dagrun.runlog/1") {
			t.Fatalf("%q is taken for the log of %v", data, got)
		}
	})
}
