package runlog_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/runlog"
)

func TestPruneKeepsWhatItIsToldTo(t *testing.T) {
	for name, c := range map[string]struct {
		runs int
		days int
		want []string
	}{
		"all":      {0, 0, []string{"a 5 succeeded", "a 4 at work", "a 3 succeeded", "a 2 succeeded", "a 1 at work"}},
		"two runs": {2, 0, []string{"a 5 succeeded", "a 4 at work", "a 1 at work"}},
		"two days": {0, 2, []string{"a 5 succeeded", "a 4 at work", "a 3 succeeded", "a 1 at work"}},
		"both":     {1, 9, []string{"a 5 succeeded", "a 4 at work", "a 1 at work"}},
	} {
		t.Run(name, func(t *testing.T) {
			state := t.TempDir()
			for i, events := range [][]engine.Event{aRun()[:2], aRun(), aRun(), aRun()[:2], aRun()} {
				keep(t, state, "a", fmt.Sprint(i+1), start.AddDate(0, 0, i), events...)
			}
			keep(t, state, "b", "1", start, aRun()...)
			if err := runlog.Prune(state, "a", c.runs, time.Duration(c.days)*24*time.Hour, start.AddDate(0, 0, 4)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, list(t, state, "a")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"b 1 succeeded"}, list(t, state, "b")); diff != "" {
				t.Errorf("another pipeline (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSkippedRunsDoNotCountWhenPruning(t *testing.T) {
	state := t.TempDir()
	for i, events := range [][]engine.Event{skipped(), aRun(), aRun(), skipped(), locked(), aRun(), locked()} {
		keep(t, state, "a", fmt.Sprint(i+1), start, events...)
	}
	if err := runlog.Prune(state, "a", 2, 0, start); err != nil {
		t.Fatal(err)
	}
	want := []string{"a 7 failed", "a 6 succeeded", "a 5 failed", "a 4 skipped", "a 3 succeeded"}
	if diff := cmp.Diff(want, list(t, state, "a")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// resumed gives a run that took up another, and says which runs tell of its work.
func resumed(from string, runs ...string) []engine.Event {
	events := aRun()
	start := events[0].(*engine.RunStarted)
	start.ResumedFrom, start.ResumedRuns = from, runs
	return events
}

// skipped gives the record of a run that did not take place.
func skipped() []engine.Event {
	return []engine.Event{aRun()[0], &engine.RunFinished{Result: engine.RunSkipped, Error: "another run of this pipeline is under way"}}
}

// locked gives the record of a run that failed because another was under way.
func locked() []engine.Event {
	return []engine.Event{aRun()[0], &engine.RunFinished{Result: engine.RunFailed, Error: "another run of this pipeline is under way"}}
}

func TestPruneKeepsOfManyResumesThoseThatTellOfTheWork(t *testing.T) {
	state := t.TempDir()
	keep(t, state, "a", "1", start, aRun()...)
	keep(t, state, "a", "2", start, resumed("1", "1")...)
	keep(t, state, "a", "3", start, resumed("2", "2", "1")...)
	keep(t, state, "a", "4", start, resumed("3", "2", "1")...)
	keep(t, state, "a", "5", start, resumed("4", "4", "2", "gone")...)
	if err := runlog.Prune(state, "a", 1, 0, start); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a 5 succeeded", "a 4 succeeded", "a 2 succeeded"}, list(t, state, "a")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPruneKeepsWhatALaterResumeNeeds(t *testing.T) {
	state := t.TempDir()
	keep(t, state, "a", "1", start, aRun()...)
	keep(t, state, "a", "2", start, aRun()...)
	keep(t, state, "a", "3", start, resumed("1")...)
	keep(t, state, "a", "4", start, resumed("gone")...)
	keep(t, state, "a", "5", start, resumed("3")...)
	keep(t, state, "a", "6", start, skipped()...)
	keep(t, state, "a", "7", start, locked()...)
	if err := runlog.Prune(state, "a", 1, time.Hour, start.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a 5 succeeded", "a 3 succeeded", "a 1 succeeded"}, list(t, state, "a")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPruneIsNotMisledByAClock(t *testing.T) {
	for name, c := range map[string]struct {
		clocks []time.Time // of the runs, by id
		now    time.Time
		runs   int
		days   int
		want   []string
	}{
		"set back, by number":            {[]time.Time{start, start.AddDate(0, 0, 9), start.AddDate(-9, 0, 0)}, start, 2, 0, []string{"a 3 succeeded", "a 2 succeeded"}},
		"set forward, by number":         {[]time.Time{start.AddDate(9, 0, 0), start, start}, start, 2, 0, []string{"a 3 succeeded", "a 2 succeeded"}},
		"not yet set when the run began": {[]time.Time{start, start, time.Unix(0, 0)}, start, 0, 2, []string{"a 3 succeeded", "a 2 succeeded", "a 1 succeeded"}},
		"set back, by age":               {[]time.Time{start, start, start}, start.AddDate(-1, 0, 0), 0, 2, []string{"a 3 succeeded", "a 2 succeeded", "a 1 succeeded"}},
		"set forward, by age":            {[]time.Time{start, start, start}, start.AddDate(1, 0, 0), 0, 2, []string{"a 3 succeeded"}},
	} {
		state := t.TempDir()
		for i, at := range c.clocks {
			keep(t, state, "a", fmt.Sprint(i+1), at, aRun()...)
		}
		if err := runlog.Prune(state, "a", c.runs, time.Duration(c.days)*24*time.Hour, c.now); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, list(t, state, "a")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestPruneClearsAwayRunsThatNeverBegan(t *testing.T) {
	state := t.TempDir()
	now := time.Now()
	for _, id := range []string{"1 old", "2 new", "4 kept"} {
		dir := filepath.Dir(lay(t, state, "a", id, `{"time":`))
		if at := now.Add(-2 * time.Hour); id != "2 new" {
			if err := os.Chtimes(dir, at, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	keep(t, state, "a", "3", now, aRun()...)
	if err := runlog.Prune(state, "a", 2, 0, now); err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, id := range []string{"1 old", "2 new", "3", "4 kept"} {
		if _, err := os.Stat(runlog.Dir(state, "a", id)); err == nil {
			left = append(left, id)
		}
	}
	if diff := cmp.Diff([]string{"2 new", "3", "4 kept"}, left); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPruneByNumberTellsOfWhatItWouldRemoveAlone(t *testing.T) {
	state := t.TempDir()
	keep(t, state, "a", "1", start, aRun()...)
	lay(t, state, "a", "2", "what cannot be read\n")
	keep(t, state, "a", "3", start, aRun()...)
	if err := runlog.Prune(state, "a", 2, 0, start); err != nil {
		t.Errorf("a log that is kept is complained of: %v", err)
	}
	if err := runlog.Prune(state, "a", 1, 0, start); err == nil || !strings.Contains(err.Error(), runlog.Dir(state, "a", "2")) {
		t.Errorf("got %v, want that the log beyond the number cannot be read", err)
	}
}
