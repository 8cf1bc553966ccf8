package reuse_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/reuse"
)

// TestDecisions changes one thing about the files of a step that succeeded.
func TestDecisions(t *testing.T) {
	remove := func(name string) func(*testing.T, world) {
		return func(t *testing.T, w world) {
			if err := os.Remove(w.path(name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := map[string]struct {
		change func(t *testing.T, w world)
		ask    func(w world, q *reuse.Question)
		want   engine.DecisionReason
		detail string // the name of a file, or a text
	}{
		"nothing":           {want: engine.DecisionUnchanged},
		"an input":          {change: func(t *testing.T, w world) { w.write(t, "in.csv", "2") }, want: engine.DecisionInput, detail: "in.csv"},
		"an input is gone":  {change: remove("in.csv"), want: engine.DecisionInput, detail: "in.csv"},
		"an input is new":   {ask: func(w world, q *reuse.Question) { q.Inputs = append(q.Inputs, w.path("new.csv")) }, want: engine.DecisionInput, detail: "new.csv"},
		"an output":         {change: func(t *testing.T, w world) { w.write(t, "out.csv", "x") }, want: engine.DecisionOutput, detail: "out.csv"},
		"an output is gone": {change: remove("out.csv"), want: engine.DecisionOutputMissing, detail: "out.csv"},
		"an output is a folder": {
			change: func(t *testing.T, w world) {
				remove("out.csv")(t, w)
				if err := os.Mkdir(w.path("out.csv"), 0o700); err != nil {
					t.Fatal(err)
				}
			},
			want: engine.DecisionOutput, detail: "out.csv",
		},
		"an argument": {
			ask: func(_ world, q *reuse.Question) {
				q.Fingerprint, q.Arguments = "others", json.RawMessage(`{"interval":"2h","output":"out.csv","rejects":"r.csv"}`)
			},
			want: engine.DecisionArguments, detail: "interval, period, rejects",
		},
		"a sensitive argument": {
			ask:  func(_ world, q *reuse.Question) { q.Fingerprint = "others" },
			want: engine.DecisionArguments, detail: "a sensitive argument, or the name, folder, zone or key of the pipeline",
		},
		"it is there for failures": {ask: func(_ world, q *reuse.Question) { q.OnFailure = true }, want: engine.DecisionTriggerRule},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.write(t, "in.csv", "1")
			w.write(t, "out.csv", "1")
			arguments := json.RawMessage(`{"interval":"1h","output":"out.csv","period":"all"}`)
			h := history{"1": {
				began(""), &engine.StepStarted{Step: clean, Arguments: arguments}, attempted(clean),
				w.succeeded(clean, w.file(t, engine.Reads, "in.csv"), w.file(t, engine.Writes, "out.csv")),
			}}
			if tt.change != nil {
				tt.change(t, w)
			}
			_, judge := w.judge(t, h, "1")
			q := reuse.Question{Step: clean, Fingerprint: "arguments", Arguments: arguments, Inputs: []string{w.path("in.csv")}}
			if tt.ask != nil {
				tt.ask(w, &q)
			}
			_, got := judge.Decide(q)
			if got.Reason != tt.want || got.Detail != tt.detail && got.Detail != w.path(tt.detail) {
				t.Errorf("got %+v, want %s %s", got, tt.want, tt.detail)
			}
		})
	}
}

func TestOutputsThatAreMaskedInTheLogAreNotReused(t *testing.T) {
	w := newWorld(t)
	end := w.succeeded(clean).(*engine.StepFinished)
	end.Outputs = []byte(`{"rows":"(sensitive)"}`)
	_, judge := w.judge(t, history{"1": {began(""), attempted(clean), end}}, "1")
	if _, got := judge.Decide(reuse.Question{Step: clean, Fingerprint: "arguments"}); got.Reason != engine.DecisionMasked {
		t.Errorf("got %+v", got)
	}
}

// A database is another when something outside the record has written to it,
// and for a reader also when a step upstream of it has since.
func TestDatabasesAreComparedByWhoWroteToThem(t *testing.T) {
	other := engine.Address{Type: "duckdb_load", Name: "other"}
	question := reuse.Question{Step: chart, Fingerprint: "arguments", Upstream: func() []engine.Address { return []engine.Address{store, clean} }}
	tests := map[string]struct {
		later   func(t *testing.T, w world) []engine.Event // in the same run, after the chart
		foreign bool                                       // something else writes
		ran     []engine.Address                           // in this run, before the chart's turn
		want    engine.DecisionReason
	}{
		"nobody since":       {want: engine.DecisionUnchanged},
		"a stranger":         {foreign: true, want: engine.DecisionInput},
		"the load of it":     {ran: []engine.Address{store}, want: engine.DecisionUpstream},
		"the load of others": {ran: []engine.Address{other}, want: engine.DecisionUnchanged},
		"the load of others, in the same run": {
			later: func(t *testing.T, w world) []engine.Event {
				w.write(t, "a.db", "with another table")
				return []engine.Event{attempted(other), w.succeeded(other, w.file(t, engine.Exclusive, "a.db"))}
			},
			want: engine.DecisionUnchanged,
		},
		"the load of it, in a run that died before the chart": {
			later: func(t *testing.T, w world) []engine.Event {
				w.write(t, "a.db", "with other rows")
				return []engine.Event{nil, attempted(store), w.succeeded(store, w.file(t, engine.Exclusive, "a.db"))}
			},
			want: engine.DecisionUpstream,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.write(t, "a.db", "a table")
			h, last := history{"1": {
				began(""), attempted(store), w.succeeded(store, w.file(t, engine.Exclusive, "a.db")),
				attempted(chart), w.succeeded(chart, w.file(t, engine.Reads, "a.db")),
			}}, "1"
			if tt.later != nil {
				if more := tt.later(t, w); more[0] == nil { // in a run of their own
					h["2"], last = append([]engine.Event{began("1")}, more[1:]...), "2"
				} else {
					h["1"] = append(h["1"], more...)
				}
			}
			if tt.foreign {
				w.write(t, "a.db", "another table")
			}
			_, judge := w.judge(t, h, last)
			for _, step := range tt.ran {
				judge.Ran(step)
			}
			q := question
			q.Inputs = []string{w.path("a.db")}
			if _, got := judge.Decide(q); got.Reason != tt.want {
				t.Errorf("got %+v, want %s", got, tt.want)
			}
		})
	}
}

// A file that a recorded step deleted is gone rightly, for who wrote it and for
// who read it, until it is needed again.
func TestAFileThatWasDeletedOnPurposeStands(t *testing.T) {
	w := newWorld(t)
	upload := engine.Address{Type: "s3_put", Name: "upload"}
	w.write(t, "out.csv", "1")
	read, wrote, deleted := w.file(t, engine.Reads, "out.csv"), w.file(t, engine.Writes, "out.csv"), w.file(t, engine.Deletes, "out.csv")
	h := history{"1": {
		began(""), attempted(clean), w.succeeded(clean, wrote),
		attempted(upload), w.succeeded(upload, read, deleted),
	}}
	if err := os.Remove(w.path("out.csv")); err != nil {
		t.Fatal(err)
	}
	_, judge := w.judge(t, h, "1")
	record, got := judge.Decide(reuse.Question{Step: clean, Fingerprint: "arguments"})
	if got.Reason != engine.DecisionUnchanged {
		t.Fatalf("who wrote it: %+v", got)
	}
	if diff := cmp.Diff([]string{w.path("out.csv")}, judge.Deleted(record)); diff != "" {
		t.Errorf("deleted (-want +got):\n%s", diff)
	}
	if _, got := judge.Decide(reuse.Question{Step: upload, Fingerprint: "arguments"}); got.Reason != engine.DecisionUnchanged {
		t.Errorf("who read it: %+v", got)
	}
	judge.Need(clean, store)
	if _, got := judge.Decide(reuse.Question{Step: clean, Fingerprint: "arguments"}); got.Reason != engine.DecisionNeededAgain || got.Detail != store.String() {
		t.Errorf("needed again: %+v", got)
	}
	w.write(t, "out.csv", "1")
	judge.Wrote([]engine.FileRecord{wrote})
	if _, got := judge.Decide(reuse.Question{Step: upload, Fingerprint: "arguments", Inputs: []string{w.path("out.csv")}}); got.Reason != engine.DecisionOutput {
		t.Errorf("who deleted it, when it is there again: %+v", got)
	}
}
