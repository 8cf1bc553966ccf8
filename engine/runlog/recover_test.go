package runlog_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/runlog"
	"dagrun/engine/runlog/runlogtest"
)

// died gives a run in which one step had ended and two were at work.
func died() []engine.Event {
	other := engine.Address{Type: "smtp", Name: "other"}
	return append(aRun()[:5],
		&engine.StepFinished{Step: other, Type: "smtp", Result: engine.StepSkipped, Reason: engine.ReasonCondition},
		&engine.StepStarted{Step: mail, Type: "smtp"},
		&engine.StepStarted{Step: engine.Address{Type: "plot", Name: "dashboard"}, Type: "plot"},
		&engine.AttemptStarted{Step: mail, Type: "smtp", Attempt: 1},
	)
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func overwrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestACrashedRunIsClosed(t *testing.T) {
	state := t.TempDir()
	keep(t, state, "a", "1", start, aRun()...)
	path := keep(t, state, "a", "2", start.Add(time.Hour), died()...)
	before := content(t, path)
	closed, err := runlog.Recover(state, "a", func() time.Time { return start.Add(5 * time.Hour) })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a 2 crashed"}, describe(closed)); diff != "" {
		t.Fatalf("closed (-want +got):\n%s", diff)
	}
	want := &engine.RunFinished{
		Header: engine.Header{Time: engine.Timestamp{Time: start.Add(5 * time.Hour)}, Seq: 10, Event: "run_finished", RunID: "2"},
		Result: engine.RunCrashed, AtWork: []engine.Address{mail, {Type: "plot", Name: "dashboard"}},
		Steps: map[engine.StepResult]int{engine.StepSucceeded: 1, engine.StepSkipped: 1},
		Error: "the process ended without closing its record: it was killed, or the machine went down",
	}
	if diff := cmp.Diff(want, closed[0].Finished); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	after := content(t, path)
	if !strings.HasPrefix(after, before) {
		t.Error("what was there was changed")
	}
	runlogtest.Validate(t, []byte(after))
	if diff := cmp.Diff([]string{"a 2 crashed", "a 1 succeeded"}, list(t, state, "a")); diff != "" {
		t.Errorf("the history (-want +got):\n%s", diff)
	}
	if again, err := runlog.Recover(state, "a", time.Now); err != nil || len(again) > 0 {
		t.Errorf("again: %v, %v, want nothing to do", describe(again), err)
	}
}

// Wherever a death cut the log, what could be read before can be read after, in
// order, and the log keeps its contract.
func TestALogThatIsCutAnywhereIsClosed(t *testing.T) {
	whole := record(t, died())
	first := strings.Index(whole, "\n") + 1
	state := t.TempDir()
	for cut := first; cut <= len(whole); cut++ {
		if near := whole[max(cut-2, 0):min(cut+2, len(whole))]; cut%17 != 0 && !strings.Contains(near, "\n") {
			continue
		}
		path := filepath.Join(runlog.Dir(state, "a", runID), runlog.FileName)
		if err := errors.Join(os.RemoveAll(filepath.Dir(path)), os.MkdirAll(filepath.Dir(path), 0o700)); err != nil {
			t.Fatal(err)
		}
		overwrite(t, path, whole[:cut])
		before, _ := readAll(strings.NewReader(whole[:cut]))
		if _, err := runlog.Recover(state, "a", time.Now); err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		after := content(t, path)
		if err := runlogtest.Check([]byte(after)); err != nil {
			t.Fatalf("cut at %d: %v\n%s", cut, err, after)
		}
		events := read(t, after)
		if diff := cmp.Diff(before, events[:len(events)-1]); diff != "" {
			t.Fatalf("cut at %d: (-before +after):\n%s", cut, diff)
		}
		lastWhole := strings.LastIndex(whole[:cut], "\n") + 1
		torn := whole[lastWhole:cut]
		data, err := os.ReadFile(filepath.Join(filepath.Dir(path), "log.torn"))
		switch complete := strings.HasSuffix(torn, "}") && len(before) > strings.Count(whole[:cut], "\n"); {
		case torn == "" || complete:
			if !os.IsNotExist(err) {
				t.Fatalf("cut at %d: something was called torn: %s", cut, data)
			}
		case string(data) != torn:
			t.Fatalf("cut at %d: %q was kept, want %q", cut, data, torn)
		}
	}
}

func TestACorruptLineStaysInALogThatIsClosed(t *testing.T) {
	state := t.TempDir()
	path := keep(t, state, "a", runID, start, died()...)
	lines := strings.SplitAfter(content(t, path), "\n")
	lines[6] = "\x00\x00\x00\x00\n"
	overwrite(t, path, strings.Join(lines, ""))
	closed, err := runlog.Recover(state, "a", time.Now)
	if err != nil || len(closed) != 1 {
		t.Fatal(closed, err)
	}
	if got := closed[0].Finished.Head().Seq; got != 10 {
		t.Errorf("seq goes on with %d, want 10", got)
	}
	events, errs := readAll(strings.NewReader(content(t, path)))
	if len(events) != 9 || len(errs) != 1 {
		t.Errorf("%d events and %v, want 9 and the corrupt line", len(events), errs)
	}
}

func TestARunThatNeverStartedIsLeftAlone(t *testing.T) {
	state := t.TempDir()
	path := keep(t, state, "a", "1", start, aRun()...)
	for _, text := range []string{"", `{"time":`} {
		overwrite(t, path, text)
		if closed, err := runlog.Recover(state, "a", time.Now); err != nil || len(closed) > 0 {
			t.Fatal(closed, err)
		}
		if got := content(t, path); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestALogThatCannotBeClosedIsTold(t *testing.T) {
	state := t.TempDir()
	path := keep(t, state, "a", "1", start, died()...)
	keep(t, state, "a", "2", start, died()...)
	overwrite(t, path, content(t, path)+`{"torn`)
	if err := os.Mkdir(filepath.Join(filepath.Dir(path), "log.torn"), 0o700); err != nil {
		t.Fatal(err)
	}
	closed, err := runlog.Recover(state, "a", time.Now)
	if err == nil || !strings.Contains(err.Error(), "close the record of the crashed run 1") {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff([]string{"a 2 crashed"}, describe(closed)); diff != "" {
		t.Errorf("the other (-want +got):\n%s", diff)
	}
	if !strings.HasSuffix(content(t, path), `{"torn`) {
		t.Error("the torn line was cut off and kept nowhere")
	}
}
