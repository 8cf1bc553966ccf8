package runlog_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/runlog"
	"dagrun/engine/runlog/runlogtest"
)

// begin starts a run that goes on.
func begin(t *testing.T, state, pipeline, id string) *runlog.Writer {
	t.Helper()
	w, err := runlog.Create(runlog.Dir(state, pipeline, id), id)
	if err != nil {
		t.Fatal(err)
	}
	events := died()
	events[0].(*engine.RunStarted).Pipeline = pipeline
	if err := w.Append(events...); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestTheRecordOfALivingRunIsLeftAlone(t *testing.T) {
	state := t.TempDir()
	dead := keep(t, state, "a", "1", start, died()...)
	w := begin(t, state, "a", "2")
	temporary := filepath.Join(t.TempDir(), ".dagrun-1.tmp")
	note(t, w, temporary)
	makeFile(t, temporary)
	closed, err := runlog.Recover(state, "a", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a 1 crashed"}, describe(closed)); diff != "" {
		t.Errorf("closed (-want +got):\n%s", diff)
	}
	runlogtest.Validate(t, []byte(content(t, dead)))
	if _, err := os.Stat(temporary); err != nil {
		t.Errorf("its temporary file is gone: %v", err)
	}
	end := &engine.RunFinished{Result: engine.RunCancelled, Steps: map[engine.StepResult]int{}}
	if err := errors.Join(w.Append(end), w.Close()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a 2 cancelled", "a 1 crashed"}, list(t, state, "a")); diff != "" {
		t.Errorf("the history (-want +got):\n%s", diff)
	}
}

func TestWhoAsksWhetherARunIsAliveDoesNotKeepItsRecordFromBeingClosed(t *testing.T) {
	state := t.TempDir()
	path := keep(t, state, "a", "1", start, died()...)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(50*time.Millisecond, func() { _ = f.Close() })
	closed, err := runlog.Recover(state, "a", time.Now)
	if diff := cmp.Diff([]string{"a 1 crashed"}, describe(closed)); err != nil || diff != "" {
		t.Errorf("%v, closed (-want +got):\n%s", err, diff)
	}
}

func TestTheRunThatIsUnderWayIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		build func(t *testing.T, state string)
		want  string
	}{
		"no run":    {func(*testing.T, string) {}, ""},
		"dead runs": {func(t *testing.T, state string) { keep(t, state, "a", "1", start, died()...) }, ""},
		"one of another pipeline": {func(t *testing.T, state string) {
			w := begin(t, state, "b", "1")
			t.Cleanup(func() { _ = w.Close() })
		}, ""},
		"one that closed its log": {func(t *testing.T, state string) {
			if err := begin(t, state, "a", "1").Close(); err != nil {
				t.Fatal(err)
			}
		}, ""},
		"a living one below others": {func(t *testing.T, state string) {
			w := begin(t, state, "a", "1")
			t.Cleanup(func() { _ = w.Close() })
			keep(t, state, "a", "2", start, died()...)
			keep(t, state, "a", "3", start, skipped()...)
			lay(t, state, "a", "4", "what cannot be read\n")
		}, "1"},
		"below one that ended": {func(t *testing.T, state string) {
			w := begin(t, state, "a", "1")
			t.Cleanup(func() { _ = w.Close() })
			keep(t, state, "a", "2", start, aRun()...)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			state := t.TempDir()
			c.build(t, state)
			run, alive := runlog.UnderWay(state, "a")
			if run.ID != c.want || alive != (c.want != "") {
				t.Errorf("got %q, %t, want %q", run.ID, alive, c.want)
			}
		})
	}
}
