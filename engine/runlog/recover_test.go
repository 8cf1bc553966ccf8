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
		&engine.AttemptFinished{Step: mail, Type: "smtp", Attempt: 1, Result: engine.AttemptFailed, Error: &engine.LocatedError{StepError: engine.StepError{Code: "busy"}}},
		&engine.AttemptStarted{Step: mail, Type: "smtp", Attempt: 2},
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
		Header: engine.Header{Time: engine.Timestamp{Time: start.Add(5 * time.Hour)}, Seq: 12, Event: "run_finished", RunID: "2"},
		Result: engine.RunCrashed, AtWork: []engine.AtWork{{Step: mail, Attempt: 2}, {Step: engine.Address{Type: "plot", Name: "dashboard"}}},
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
	if got := closed[0].Finished.Head().Seq; got != 12 {
		t.Errorf("seq goes on with %d, want 12", got)
	}
	events, errs := readAll(strings.NewReader(content(t, path)))
	if len(events) != 11 || len(errs) != 1 {
		t.Errorf("%d events and %v, want 11 and the corrupt line", len(events), errs)
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

func TestRecoverGoesNoFurtherThanItMust(t *testing.T) {
	state := t.TempDir()
	keep(t, state, "a", "1", start, died()...)
	lay(t, state, "a", "2", "what cannot be read\n")
	keep(t, state, "a", "3", start, aRun()...)
	keep(t, state, "a", "4", start, skipped()...)
	keep(t, state, "a", "4b", start, locked()...)
	keep(t, state, "a", "4a", start, &engine.RunStarted{Trigger: engine.Manual}, &engine.RunFinished{Result: engine.RunCancelled, Error: "it waited"})
	keep(t, state, "a", "5", start, died()...)
	lay(t, state, "a", "6", "")
	keep(t, state, "a", "7", start, skipped()...)
	keep(t, state, "a", "9", start, locked()...)
	keep(t, state, "a", "8", start, &engine.RunStarted{Trigger: engine.Manual}, &engine.RunFinished{Result: engine.RunCancelled, Error: "it waited"})
	closed, err := runlog.Recover(state, "a", time.Now)
	if err != nil {
		t.Errorf("a log behind the last finished run was opened: %v", err)
	}
	if diff := cmp.Diff([]string{"a 5 crashed"}, describe(closed)); diff != "" {
		t.Errorf("closed (-want +got):\n%s", diff)
	}
}

func TestAClockThatWasSetBackHurtsNoRecord(t *testing.T) {
	state := t.TempDir()
	dir := runlog.Dir(state, "a", "1")
	now := start
	w, err := runlog.Create(dir, "1", runlog.WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	events := died()
	events[0].(*engine.RunStarted).Pipeline = "a"
	if err := w.Append(events[0]); err != nil {
		t.Fatal(err)
	}
	now = start.Add(time.Hour)
	if err := w.Append(events[1:3]...); err != nil {
		t.Fatal(err)
	}
	now = start.AddDate(-1, 0, 0)
	if err := errors.Join(w.Append(events[3:]...), w.Close()); err != nil {
		t.Fatal(err)
	}
	closed, err := runlog.Recover(state, "a", func() time.Time { return start.AddDate(-2, 0, 0) })
	if err != nil || len(closed) != 1 {
		t.Fatal(describe(closed), err)
	}
	end := closed[0].Finished
	if !end.Time.Equal(start.Add(time.Hour)) || end.Duration.Duration() != time.Hour {
		t.Errorf("it ended at %v after %v, want the time of its latest event, %v, after an hour", end.Time, end.Duration.Duration(), start.Add(time.Hour))
	}
	runlogtest.Validate(t, []byte(content(t, filepath.Join(dir, runlog.FileName))))
}

func TestWhatFollowsALastEventIsCutOff(t *testing.T) {
	for name, rest := range map[string]string{"zeros": strings.Repeat("\x00", 5000), "a line": "nonsense\n", "half a line": `{"time":"`} {
		state := t.TempDir()
		path := keep(t, state, "a", "1", start, aRun()...)
		whole := content(t, path)
		overwrite(t, path, whole+rest)
		closed, err := runlog.Recover(state, "a", time.Now)
		if err != nil || len(closed) > 0 {
			t.Errorf("%s: %v, %v, want that no run had crashed", name, describe(closed), err)
		}
		if got := content(t, path); got != whole {
			t.Errorf("%s: the log is %q", name, got)
		}
		if got := content(t, filepath.Join(filepath.Dir(path), "log.torn")); got != rest {
			t.Errorf("%s: log.torn is %q", name, got)
		}
	}
}

// FuzzRecover closes logs of any content.
func FuzzRecover(f *testing.F) {
	log := record(f, died())
	whole := record(f, aRun())
	for _, seed := range []string{
		log, log[:len(log)-9], strings.TrimSuffix(log, "\n"), whole, whole + "\x00\x00", whole + log, "", "\n", log[:30], "\x00\n" + log,
		strings.ReplaceAll(log, "2024-06", "9999-12"), strings.ReplaceAll(log, `"seq":`, `"seq":922337203685477580`),
	} {
		f.Add([]byte(seed))
	}
	state := f.TempDir()
	path := lay(f, state, "a", runID, "")
	f.Fuzz(func(t *testing.T, data []byte) {
		_ = os.Remove(filepath.Join(filepath.Dir(path), "log.torn"))
		overwrite(t, path, string(data))
		before, _ := runlog.List(state, "a")
		if _, err := runlog.Recover(state, "a", time.Now); err != nil && len(before) > 0 {
			t.Fatal(err)
		}
		after := content(t, path)
		if len(before) == 0 {
			if after != string(data) {
				t.Fatalf("a log without a start became %q", after)
			}
			return
		}
		var last engine.Event
		for e, err := range runlog.Read(strings.NewReader(after)) {
			if errors.Is(err, runlog.ErrTorn) {
				t.Fatal("it is still torn")
			}
			last = e
		}
		if _, ended := last.(*engine.RunFinished); !ended {
			t.Fatalf("it ends with %v:\n%s", last, after)
		}
		if torn, err := os.ReadFile(filepath.Join(filepath.Dir(path), "log.torn")); err == nil && !strings.HasSuffix(string(data), string(torn)) {
			t.Fatalf("log.torn is %q, which was not the end of the log", torn)
		}
	})
}
