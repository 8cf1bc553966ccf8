package reuse_test

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/local"
	"dagrun/engine/reuse"
)

var (
	clean = engine.Address{Type: "csv_resample", Name: "clean"}
	store = engine.Address{Type: "duckdb_load", Name: "store"}
	chart = engine.Address{Type: "plot", Name: "chart"}
)

// history is the logs of runs, by id.
type history map[string][]engine.Event

func (h history) open(run string) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		events, ok := h[run]
		if !ok {
			yield(nil, fs.ErrNotExist)
			return
		}
		for i, e := range events {
			if e == nil {
				if !yield(nil, errors.New("a torn line")) {
					return
				}
				continue
			}
			e.Head().RunID, e.Head().Seq = run, int64(i+1)
			if !yield(e, nil) {
				return
			}
		}
	}
}

func began(from string, runs ...string) engine.Event {
	return &engine.RunStarted{ResumedFrom: from, ResumedRuns: runs}
}

func attempted(step engine.Address) engine.Event {
	return &engine.AttemptStarted{Step: step, Type: step.Type, Attempt: 1}
}

func (w world) succeeded(step engine.Address, files ...engine.FileRecord) engine.Event {
	return &engine.StepFinished{
		Step: step, Type: step.Type, Result: engine.StepSucceeded, Attempts: 1, Outputs: []byte(`{"rows":24}`), Files: files,
		Fingerprint: &engine.Fingerprint{Arguments: "arguments", Outputs: w.key.Outputs([]byte(`{"rows":24}`))},
	}
}

func (w world) reused(step engine.Address, from string, files ...engine.FileRecord) engine.Event {
	e := w.succeeded(step, files...).(*engine.StepFinished)
	e.Result, e.Cause, e.Attempts = engine.StepReused, from, 0
	return e
}

func failed(step engine.Address) engine.Event {
	return &engine.StepFinished{Step: step, Type: step.Type, Result: engine.StepFailed, Attempts: 1}
}

func skipped(step engine.Address) engine.Event {
	return &engine.StepFinished{Step: step, Type: step.Type, Result: engine.StepSkipped, Reason: engine.ReasonUpstreamFailed}
}

// world is a folder with files, and a key.
type world struct {
	dir string
	key reuse.Key
}

func newWorld(t *testing.T) world {
	t.Helper()
	w := world{dir: t.TempDir()}
	var err error
	if w.key, err = reuse.OpenKey(w.dir); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w world) path(name string) string { return filepath.Join(w.dir, name) }

func (w world) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(w.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// file is the record of a file as it is now.
func (w world) file(t *testing.T, role engine.Role, name string) engine.FileRecord {
	t.Helper()
	f := engine.FileRecord{Path: w.path(name), Role: role}
	if role == engine.Exclusive {
		f.State = local.State(f.Path)
		return f
	}
	sum, info, err := local.Hash(t.Context(), f.Path)
	if err != nil {
		t.Fatal(err)
	}
	f.SHA256, f.Size = sum, info.Size()
	return f
}

func (w world) judge(t *testing.T, h history, run string) (*reuse.Ledger, *reuse.Judge) {
	t.Helper()
	l, err := reuse.ReadLedger(run, h.open)
	if err != nil {
		t.Fatal(err)
	}
	j, err := reuse.NewJudge(t.Context(), l, w.key, false)
	if err != nil {
		t.Fatal(err)
	}
	return l, j
}

func TestTheNewestTimeThatAStepWasAtWorkCounts(t *testing.T) {
	w := newWorld(t)
	tests := map[string]struct {
		logs   history
		want   engine.Decision
		origin string
	}{
		"it succeeded": {
			history{"3": {began(""), attempted(clean), w.succeeded(clean)}},
			engine.Decision{Reason: engine.DecisionUnchanged, Run: "3"}, "3",
		},
		"it was never at work": {
			history{"3": {began("")}}, engine.Decision{Reason: engine.DecisionNotRecorded}, "3",
		},
		"it was at work when the run died": {
			history{"3": {began(""), attempted(clean)}}, engine.Decision{Reason: engine.DecisionNotRecorded, Run: "3"}, "3",
		},
		"it failed": {
			history{"3": {began(""), attempted(clean), failed(clean)}}, engine.Decision{Reason: engine.DecisionNotSucceeded, Run: "3"}, "3",
		},
		"its end is on a torn line": {
			history{"3": {began(""), attempted(clean), nil}}, engine.Decision{Reason: engine.DecisionNotRecorded, Run: "3"}, "3",
		},
		"it succeeded in the run that was taken up, and its turn did not come since": {
			history{"1": {began(""), attempted(clean), w.succeeded(clean)}, "3": {began("1"), skipped(clean)}},
			engine.Decision{Reason: engine.DecisionUnchanged, Run: "1"}, "1",
		},
		"it succeeded two runs ago": {
			history{"1": {began(""), attempted(clean), w.succeeded(clean)}, "2": {began("1")}, "3": {began("2")}},
			engine.Decision{Reason: engine.DecisionUnchanged, Run: "1"}, "1",
		},
		"it succeeded, and was at work again when the next run died": {
			history{"1": {began(""), attempted(clean), w.succeeded(clean)}, "3": {began("1"), attempted(clean)}},
			engine.Decision{Reason: engine.DecisionNotRecorded, Run: "3"}, "1",
		},
		"it was reused": {
			history{"1": {began(""), attempted(clean), w.succeeded(clean)}, "3": {began("1"), w.reused(clean, "1")}},
			engine.Decision{Reason: engine.DecisionUnchanged, Run: "1"}, "1",
		},
		"it was reused, and the history has forgotten from where": {
			history{"3": {began("1"), w.reused(clean, "1")}},
			engine.Decision{Reason: engine.DecisionUnchanged, Run: "1"}, "1",
		},
		"it succeeded long ago, and the runs between are no more": {
			history{"1": {began(""), attempted(clean), w.succeeded(clean)}, "3": {began("2", "2", "1"), skipped(clean)}},
			engine.Decision{Reason: engine.DecisionUnchanged, Run: "1"}, "1",
		},
		"runs that were taken up in a circle": {
			history{"1": {began("3"), attempted(clean), w.succeeded(clean)}, "3": {began("1")}},
			engine.Decision{Reason: engine.DecisionUnchanged, Run: "1"}, "1",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ledger, judge := w.judge(t, tt.logs, "3")
			record, got := judge.Decide(reuse.Question{Step: clean, Fingerprint: "arguments"})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if (record != nil) != (got.Reason == engine.DecisionUnchanged) {
				t.Errorf("the record is %v", record)
			}
			if ledger.Origin != tt.origin {
				t.Errorf("it began with run %s, want %s", ledger.Origin, tt.origin)
			}
		})
	}
}

func TestARunWithoutALogCannotBeTakenUp(t *testing.T) {
	if _, err := reuse.ReadLedger("3", history{}.open); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestKeyIsMadeOnceAndKeptSecret(t *testing.T) {
	dir := t.TempDir()
	first, err := reuse.OpenKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := reuse.OpenKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	other, err := reuse.OpenKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	args, attempt := []byte(`{"password":"hunter2"}`), engine.Attempt{Pipeline: "p"}
	if first.Arguments(attempt, args) != again.Arguments(attempt, args) {
		t.Error("the same key makes two fingerprints")
	}
	if first.Arguments(attempt, args) == other.Arguments(attempt, args) {
		t.Error("two keys make the same fingerprint")
	}
	if first.Arguments(attempt, args) == first.Arguments(engine.Attempt{Pipeline: "q"}, args) {
		t.Error("another pipeline's step has the same fingerprint")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("the folder has %v, want the key alone", entries)
	}
	info, err := entries[0].Info()
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's mode is %v, want 0600", info.Mode())
	}
	if err := os.WriteFile(filepath.Join(dir, entries[0].Name()), []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := reuse.OpenKey(dir); err == nil {
		t.Error("a damaged key is taken")
	}
}

// A step must not be done again because its files could not be read in time.
func TestWhoHasNotSeenAllFilesDoesNotJudge(t *testing.T) {
	w := newWorld(t)
	w.write(t, "in.csv", "1")
	h := history{"1": {began(""), attempted(clean), w.succeeded(clean, w.file(t, engine.Reads, "in.csv"))}}
	ledger, err := reuse.ReadLedger("1", h.open)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := reuse.NewJudge(ctx, ledger, w.key, false); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v", err)
	}
}
