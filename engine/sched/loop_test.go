package sched_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/graph"
	"dagrun/engine/sched"
)

// fake is a driver whose attempts do what a test says.
type fake struct {
	mu      sync.Mutex
	events  []sched.Event
	attempt func(ctx context.Context, step, attempt int) sched.Ending
	commit  func([]sched.Event) error
}

func (f *fake) Record(events []sched.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, events...)
}

func (f *fake) Commit() error {
	if f.commit != nil {
		return f.commit(f.events)
	}
	return nil
}

func (f *fake) Prepare(int) sched.Preparation { return sched.Preparation{} }

func (f *fake) Attempt(ctx context.Context, step, attempt int) sched.Ending {
	if f.attempt == nil {
		return sched.Ending{Outcome: engine.AttemptSucceeded}
	}
	return f.attempt(ctx, step, attempt)
}

// results lists how the steps ended, in the order in which they did.
func (f *fake) results() (results []engine.StepResult) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range f.events {
		if e.Kind == sched.StepFinished {
			results = append(results, e.Result)
		}
	}
	return results
}

func chain(n int) []sched.Step {
	steps := make([]sched.Step, n)
	for i := range steps {
		steps[i] = sched.Step{Rule: engine.AllSuccess, Retry: engine.RetryPolicy{MaxAttempts: 1}}
		if i > 0 {
			steps[i].Needs = []graph.Span{graph.One(i - 1)}
		}
	}
	return steps
}

func TestLoopRunsEveryStep(t *testing.T) {
	f := &fake{}
	if _, err := sched.Run(sched.Plan{Steps: chain(3), Concurrency: 2}, f, sched.Control{}); err != nil {
		t.Fatal(err)
	}
	want := []engine.StepResult{engine.StepSucceeded, engine.StepSucceeded, engine.StepSucceeded}
	if diff := cmp.Diff(want, f.results()); diff != "" {
		t.Error(diff)
	}
}

func TestLoopWaitsBeforeARetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		steps := chain(1)
		steps[0].Retry = engine.RetryPolicy{MaxAttempts: 3, Strategy: engine.Linear, MinInterval: time.Minute, MaxInterval: time.Hour}
		begin := time.Now()
		var at []time.Duration
		f := &fake{attempt: func(_ context.Context, _, attempt int) sched.Ending {
			at = append(at, time.Since(begin))
			if attempt < 3 {
				return sched.Ending{Outcome: engine.AttemptFailed, Retryable: true}
			}
			return sched.Ending{Outcome: engine.AttemptSucceeded}
		}}
		if _, err := sched.Run(sched.Plan{Steps: steps, Concurrency: 1}, f, sched.Control{}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]time.Duration{0, time.Minute, 3 * time.Minute}, at); diff != "" {
			t.Error(diff)
		}
	})
}

func TestLoopCancelsWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cancel := make(chan engine.Reason, 1)
		f := &fake{attempt: func(ctx context.Context, _, _ int) sched.Ending {
			<-ctx.Done()
			return sched.Ending{Outcome: engine.AttemptCancelled}
		}}
		time.AfterFunc(time.Minute, func() { cancel <- engine.ReasonInterrupted })
		_, err := sched.Run(sched.Plan{Steps: chain(2), Concurrency: 1}, f, sched.Control{Cancel: cancel, Grace: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		want := []engine.StepResult{engine.StepCancelled, engine.StepCancelled}
		if diff := cmp.Diff(want, f.results()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestLoopGivesUpAnAttemptThatIgnoresItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cancel := make(chan engine.Reason, 1)
		cancel <- engine.ReasonInterrupted
		release := make(chan struct{})
		defer close(release)
		f := &fake{attempt: func(context.Context, int, int) sched.Ending {
			<-release
			return sched.Ending{Outcome: engine.AttemptSucceeded}
		}}
		begin := time.Now()
		_, err := sched.Run(sched.Plan{Steps: chain(1), Concurrency: 1}, f, sched.Control{Cancel: cancel, Grace: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != 10*time.Second {
			t.Errorf("the loop ended after %s, want the grace of 10s", took)
		}
		if diff := cmp.Diff([]engine.StepResult{engine.StepCancelled}, f.results()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestLoopIsKilledAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cancel, kill := make(chan engine.Reason, 1), make(chan struct{})
		cancel <- engine.ReasonInterrupted
		release := make(chan struct{})
		defer close(release)
		time.AfterFunc(time.Second, func() { close(kill) })
		f := &fake{attempt: func(context.Context, int, int) sched.Ending {
			<-release
			return sched.Ending{Outcome: engine.AttemptSucceeded}
		}}
		begin := time.Now()
		_, err := sched.Run(sched.Plan{Steps: chain(1), Concurrency: 1}, f, sched.Control{Cancel: cancel, Kill: kill, Grace: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != time.Second {
			t.Errorf("the loop ended after %s, want it to end when killed", took)
		}
	})
}

func TestAnUnrecordedStepDoesNotRun(t *testing.T) {
	full := errors.New("no space left on device")
	var started []int
	f := &fake{
		attempt: func(_ context.Context, step, _ int) sched.Ending {
			started = append(started, step)
			return sched.Ending{Outcome: engine.AttemptSucceeded}
		},
		commit: func(events []sched.Event) error {
			for _, e := range events {
				if e.Kind == sched.AttemptStarted && e.Step == 1 {
					return full
				}
			}
			return nil
		},
	}
	_, err := sched.Run(sched.Plan{Steps: chain(3), Concurrency: 1}, f, sched.Control{})
	if !errors.Is(err, full) {
		t.Errorf("got error %v, want %v", err, full)
	}
	if diff := cmp.Diff([]int{0}, started); diff != "" {
		t.Error(diff)
	}
}

// TestARunIsRecordedInOrder holds the events of a run against the order that
// every reader of a run log relies on.
func TestARunIsRecordedInOrder(t *testing.T) {
	f := &fake{}
	steps := chain(1)
	for range 200 {
		steps = append(steps, sched.Step{Needs: []graph.Span{graph.One(0)}, Rule: engine.AllSuccess, Retry: engine.RetryPolicy{MaxAttempts: 1}})
	}
	if _, err := sched.Run(sched.Plan{Steps: steps, Concurrency: 8}, f, sched.Control{}); err != nil {
		t.Fatal(err)
	}
	next := map[int]sched.EventKind{}
	for _, e := range f.events {
		if e.Kind != next[e.Step] {
			t.Fatalf("step %d has event %d, want %d", e.Step, e.Kind, next[e.Step])
		}
		next[e.Step]++
	}
	if len(f.events) != 4*len(steps) {
		t.Errorf("got %d events for %d steps", len(f.events), len(steps))
	}
}
