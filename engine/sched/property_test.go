package sched_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dagrun/engine"
	"dagrun/engine/graph"
	"dagrun/engine/sched"
)

// world plays the part of loop and driver for a machine, choosing at random
// what happens next and how attempts end, and checks each answer.
type world struct {
	t    *rapid.T
	plan sched.Plan
	m    *sched.Machine

	prepare  []int
	running  map[int]bool
	sleeping map[int]bool
	locks    map[int][]sched.Lock

	finished  map[int]engine.StepResult
	attempts  map[int]int
	cancelled bool
	killed    bool
	log       []sched.Event
	inputs    []func(*sched.Machine) sched.Effects
	done      bool
}

func genPlan(t *rapid.T) sched.Plan {
	n := rapid.IntRange(0, 12).Draw(t, "steps")
	plan := sched.Plan{
		Concurrency: rapid.IntRange(1, 4).Draw(t, "concurrency"),
		FailFast:    rapid.Bool().Draw(t, "fail_fast"),
		Seed:        rapid.Uint64().Draw(t, "seed"),
	}
	blocks := drawBlocks(t, n)
	order := rapid.Permutation(indexes(len(blocks))).Draw(t, "order") // edges run along it, not along the file
	var block int
	rules := []engine.TriggerRule{engine.AllSuccess, engine.AllSuccess, engine.AllDone, engine.OneFailed, engine.NoneFailed}
	for i := range n {
		s := sched.Step{
			Address:         engine.Address{Type: "t", Name: fmt.Sprint(i)},
			Rule:            rapid.SampledFrom(rules).Draw(t, "rule"),
			ContinueOnError: rapid.IntRange(0, 4).Draw(t, "continue") == 0,
			Retry: engine.RetryPolicy{
				MaxAttempts: rapid.IntRange(1, 3).Draw(t, "attempts"), Strategy: engine.Exponential,
				MinInterval: time.Second, MaxInterval: time.Minute, Jitter: 0.2,
			},
		}
		if i == blocks[block].To {
			block++
		}
		for j, up := range blocks {
			if slices.Index(order, j) < slices.Index(order, block) && rapid.IntRange(0, 3).Draw(t, "edge") == 0 {
				s.Needs = append(s.Needs, drawPart(t, up))
			}
		}
		plan.Steps = append(plan.Steps, s)
	}
	return plan
}

// drawBlocks cuts the steps into blocks of one or more instances.
func drawBlocks(t *rapid.T, n int) []graph.Span {
	var blocks []graph.Span
	for from := 0; from < n; {
		to := min(n, from+rapid.SampledFrom([]int{1, 1, 1, 2, 4}).Draw(t, "instances"))
		blocks = append(blocks, graph.Span{From: from, To: to})
		from = to
	}
	return blocks
}

// drawPart is all of a block, or one of its instances.
func drawPart(t *rapid.T, block graph.Span) graph.Span {
	if rapid.Bool().Draw(t, "whole") {
		return block
	}
	return graph.One(rapid.IntRange(block.From, block.To-1).Draw(t, "instance"))
}

func indexes(n int) []int {
	is := make([]int, n)
	for i := range is {
		is[i] = i
	}
	return is
}

func newWorld(t *rapid.T, plan sched.Plan) *world {
	return &world{
		t: t, plan: plan, m: sched.NewMachine(plan), running: map[int]bool{}, sleeping: map[int]bool{},
		locks: map[int][]sched.Lock{}, finished: map[int]engine.StepResult{}, attempts: map[int]int{},
	}
}

func (w *world) input(f func(*sched.Machine) sched.Effects) {
	w.inputs = append(w.inputs, f)
	w.take(f(w.m))
}

// take checks an answer and remembers what it asks for.
func (w *world) take(e sched.Effects) {
	for _, ev := range e.Events {
		w.event(ev)
	}
	for _, s := range e.Start {
		w.start(s)
	}
	for _, wait := range e.Wait {
		if wait.Delay <= 0 || wait.Delay > 72*time.Second {
			w.t.Fatalf("step %d waits %s", wait.Step, wait.Delay)
		}
		w.sleeping[wait.Step] = true
	}
	for _, id := range e.Stop {
		if !w.running[id] {
			w.t.Fatalf("step %d is told to stop and does not run", id)
		}
	}
	w.prepare = append(w.prepare, e.Prepare...)
	if len(w.running)+len(w.prepare) > w.plan.Concurrency {
		w.t.Fatalf("%d at once, at most %d are allowed", len(w.running)+len(w.prepare), w.plan.Concurrency)
	}
	w.done = e.Done
}

func (w *world) event(ev sched.Event) {
	w.log = append(w.log, ev)
	if result, over := w.finished[ev.Step]; over {
		w.t.Fatalf("step %d was %s and now has event %+v", ev.Step, result, ev)
	}
	if ev.Kind == sched.StepFinished {
		w.finished[ev.Step] = ev.Result
		delete(w.sleeping, ev.Step)
		if ev.Attempt != w.attempts[ev.Step] {
			w.t.Fatalf("step %d made %d attempts, the event says %d", ev.Step, w.attempts[ev.Step], ev.Attempt)
		}
	}
	if ev.Kind == sched.AttemptStarted {
		w.attempts[ev.Step]++
	}
}

func (w *world) start(s sched.Start) {
	step := w.plan.Steps[s.Step]
	if s.Attempt != w.attempts[s.Step] || s.Attempt > step.Retry.MaxAttempts {
		w.t.Fatalf("step %d starts attempt %d of %d", s.Step, s.Attempt, step.Retry.MaxAttempts)
	}
	if w.killed || w.cancelled && !step.Rule.OnFailure() {
		w.t.Fatalf("step %d starts after the cancellation", s.Step)
	}
	for _, up := range members(step.Needs) {
		if _, over := w.finished[up]; !over && step.Rule != engine.OneFailed {
			w.t.Fatalf("step %d starts before %d has ended", s.Step, up)
		}
	}
	w.running[s.Step] = true
	w.checkLocks()
}

func members(spans []graph.Span) []int {
	var all []int
	for _, s := range spans {
		for i := s.From; i < s.To; i++ {
			all = append(all, i)
		}
	}
	return all
}

func (w *world) checkLocks() {
	readers, writers := map[string]int{}, map[string]int{}
	for id := range w.running {
		for _, l := range w.locks[id] {
			if l.Exclusive {
				writers[l.Key]++
			} else {
				readers[l.Key]++
			}
		}
	}
	for key, n := range writers {
		if n > 1 || readers[key] > 0 {
			w.t.Fatalf("file %s has %d writers and %d readers at once", key, n, readers[key])
		}
	}
}

// turn lets one thing happen that can.
func (w *world) turn() {
	var can []func()
	for _, id := range w.prepare {
		can = append(can, func() { w.prepared(id) })
	}
	for _, id := range sorted(w.running) {
		can = append(can, func() { w.finish(id) })
	}
	for _, id := range sorted(w.sleeping) {
		can = append(can, func() {
			delete(w.sleeping, id)
			w.input(func(m *sched.Machine) sched.Effects { return m.Wake(id) })
		})
	}
	if len(can) == 0 {
		w.t.Fatalf("the run is stuck: finished %v", w.finished)
	}
	rapid.SampledFrom(can).Draw(w.t, "next")()
}

func sorted(set map[int]bool) []int {
	var ids []int
	for id := range set {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func (w *world) prepared(id int) {
	w.prepare = slices.DeleteFunc(w.prepare, func(i int) bool { return i == id })
	var p sched.Preparation
	switch rapid.IntRange(0, 7).Draw(w.t, "preparation") {
	case 0:
		p = sched.Preparation{Result: engine.StepSkipped, Reason: engine.ReasonCondition}
	case 1:
		p = sched.Preparation{Result: engine.StepFailed, Reason: engine.ReasonArguments}
	case 2:
		p = sched.Preparation{Result: engine.StepReused, Reason: engine.ReasonUnchanged}
	default:
		for _, key := range []string{"x", "y"} {
			switch rapid.IntRange(0, 3).Draw(w.t, "lock") {
			case 0:
				p.Locks = append(p.Locks, sched.Lock{Key: key, Exclusive: true})
			case 1:
				p.Locks = append(p.Locks, sched.Lock{Key: key})
			}
		}
	}
	w.locks[id] = p.Locks
	w.input(func(m *sched.Machine) sched.Effects { return m.Prepared(id, p) })
}

func (w *world) finish(id int) {
	delete(w.running, id)
	outcomes := []engine.Outcome{engine.AttemptSucceeded, engine.AttemptSucceeded, engine.AttemptFailed, engine.AttemptTimedOut}
	if w.cancelled {
		outcomes = append(outcomes, engine.AttemptCancelled)
	}
	e := sched.Ending{
		Outcome:   rapid.SampledFrom(outcomes).Draw(w.t, "outcome"),
		Retryable: rapid.Bool().Draw(w.t, "retryable"),
	}
	w.input(func(m *sched.Machine) sched.Effects { return m.Finish(id, e) })
}

func TestEveryRunKeepsTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, genPlan(t))
		w.input(func(m *sched.Machine) sched.Effects { return m.Start() })
		cancelAt := rapid.IntRange(-20, 20).Draw(t, "cancelAt")
		killAt := cancelAt + rapid.IntRange(0, 20).Draw(t, "killAfter")
		for turns := 0; !w.done; turns++ {
			switch {
			case turns == cancelAt:
				w.cancelled = true
				w.input(func(m *sched.Machine) sched.Effects { return m.Cancel(engine.ReasonInterrupted, false) })
			case turns == killAt && w.cancelled:
				w.killed = true
				w.input(func(m *sched.Machine) sched.Effects { return m.Cancel(engine.ReasonInterrupted, true) })
			default:
				w.turn()
			}
		}
		if len(w.finished) != len(w.plan.Steps) {
			t.Fatalf("%d of %d steps ended", len(w.finished), len(w.plan.Steps))
		}
		w.checkResults()
		w.checkReplay()
	})
}

// checkResults holds the end of each step against its trigger rule and the
// ends of the steps upstream, read off the events.
func (w *world) checkResults() {
	last := map[int]sched.Event{}
	for _, ev := range w.log {
		if ev.Kind == sched.StepFinished {
			last[ev.Step] = ev
		}
	}
	for id, s := range w.plan.Steps {
		ran := w.attempts[id] > 0
		var failed, skipped int
		for _, up := range members(s.Needs) {
			ev := last[up]
			switch {
			case ev.Result == engine.StepFailed && w.plan.Steps[up].ContinueOnError:
			case ev.Result == engine.StepFailed, ev.Result == engine.StepCancelled,
				ev.Reason == engine.ReasonUpstreamFailed, ev.Reason == engine.ReasonFailFast:
				failed++
			case ev.Result == engine.StepSkipped:
				skipped++
			}
		}
		if ran && (s.Rule == engine.AllSuccess && failed+skipped > 0 || s.Rule == engine.NoneFailed && failed > 0) {
			w.t.Fatalf("step %d with rule %s ran; %d upstream failed, %d were skipped", id, s.Rule, failed, skipped)
		}
		if ev := last[id]; ev.Reason == engine.ReasonUpstreamFailed && w.finished[ev.Cause] != engine.StepFailed && w.finished[ev.Cause] != engine.StepCancelled {
			w.t.Fatalf("step %d names as the cause step %d, which was %s", id, ev.Cause, w.finished[ev.Cause])
		}
	}
}

// checkReplay gives the same inputs to another machine.
func (w *world) checkReplay() {
	m := sched.NewMachine(w.plan)
	var log []sched.Event
	for _, f := range w.inputs {
		log = append(log, f(m).Events...)
	}
	if diff := cmp.Diff(w.log, log); diff != "" {
		w.t.Fatalf("the same inputs gave other events:\n%s", diff)
	}
}
