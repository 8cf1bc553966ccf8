package reuse_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dagrun/engine"
	"dagrun/engine/reuse"
)

// anyRun gives the events of a run that takes up what a ledger tells: each step
// comes to its turn or not, and is reused where the run before has its record.
func (w world) anyRun(t *rapid.T, start engine.Event, done map[engine.Address]string, id string) []engine.Event {
	events := []engine.Event{start}
	for _, step := range rapid.Permutation([]engine.Address{clean, store, chart}).Draw(t, "order") {
		did := rapid.SampledFrom([]string{"nothing", "skipped", "died", "failed", "succeeded", "reused", "reused", "reused"}).Draw(t, "outcome")
		database := engine.FileRecord{Path: w.path("t.duckdb"), Role: engine.Exclusive, State: id + step.Name}
		switch did {
		case "skipped":
			events = append(events, skipped(step))
		case "died":
			events = append(events, attempted(step))
			delete(done, step)
		case "failed":
			events = append(events, attempted(step), failed(step))
			delete(done, step)
		case "succeeded":
			events = append(events, attempted(step), w.succeeded(step, database))
			done[step] = id
		case "reused":
			if from := done[step]; from != "" {
				database.State = from + step.Name
				events = append(events, w.reused(step, from, database))
			}
		}
	}
	return events
}

// Each run takes up the one before. One history keeps all of them, with logs that
// say no more than which run was taken up; the other keeps the newest and those
// that it names. Both must tell the same.
func TestTheRunsThatARunNamesTellAllThatTheWholeChainDoes(t *testing.T) {
	w := newWorld(t)
	unfold := cmp.Exporter(func(reflect.Type) bool { return true })
	rapid.Check(t, func(t *rapid.T) {
		whole, pruned := history{}, history{}
		done := map[engine.Address]string{}
		var before *reuse.Ledger
		for i := range rapid.IntRange(1, 12).Draw(t, "runs") {
			id := fmt.Sprintf("%02d", i)
			start, short := &engine.RunStarted{}, &engine.RunStarted{}
			if before != nil {
				start.ResumedFrom, start.ResumedRuns, short.ResumedFrom = before.Run, before.Runs, before.Run
			}
			pruned[id] = w.anyRun(t, start, done, id)
			whole[id] = append([]engine.Event{short}, pruned[id][1:]...)
			maps.DeleteFunc(pruned, func(old string, _ []engine.Event) bool { return old != id && !slices.Contains(start.ResumedRuns, old) })
			want, err := reuse.ReadLedger(id, whole.open)
			if err != nil {
				t.Fatal(err)
			}
			got, err := reuse.ReadLedger(id, pruned.open)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, unfold); diff != "" {
				t.Fatalf("(-whole chain +the runs that are named):\n%s", diff)
			}
			if most := 2*3 + 1; len(got.Runs) > most {
				t.Fatalf("%d runs are needed for three steps", len(got.Runs))
			}
			before = got
		}
	})
}
