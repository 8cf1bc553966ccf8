package runlogtest

import (
	"fmt"
	"maps"
	"slices"

	"dagrun/engine"
)

// book keeps account of a log's events.
type book struct {
	wrong   []error
	lines   int64
	runID   string
	end     *engine.RunFinished
	order   []engine.Address // of the steps that started
	steps   map[engine.Address]*account
	results map[engine.StepResult]int
}

// account is what the log has said of a step.
type account struct {
	started, finished bool
	attempts          int
	open              bool // an attempt is under way
}

func newBook() *book {
	return &book{steps: map[engine.Address]*account{}, results: map[engine.StepResult]int{}}
}

func (b *book) complain(format string, args ...any) {
	b.wrong = append(b.wrong, fmt.Errorf("line %d: "+format, append([]any{b.lines}, args...)...))
}

// check complains unless ok.
func (b *book) check(ok bool, format string, args ...any) {
	if !ok {
		b.complain(format, args...)
	}
}

func (b *book) step(a engine.Address) *account {
	if b.steps[a] == nil {
		b.steps[a] = new(account)
	}
	return b.steps[a]
}

func (b *book) enter(e engine.Event) {
	b.lines++
	head := e.Head()
	_, starts := e.(*engine.RunStarted)
	b.check(starts == (b.lines == 1), "run_started is the first line and no other")
	b.check(b.end == nil, "nothing follows run_finished")
	b.check(head.Seq == b.lines, "seq is %d", head.Seq)
	if b.lines == 1 {
		b.runID = head.RunID
	}
	b.check(head.RunID == b.runID, "run_id is %s, in line 1 it was %s", head.RunID, b.runID)
	switch e := e.(type) {
	case *engine.StepStarted:
		b.stepStarted(e)
	case *engine.AttemptStarted:
		b.attemptStarted(e)
	case *engine.AttemptFinished:
		s := b.step(e.Step)
		b.check(s.open && s.attempts == e.Attempt, "%s: attempt %d ends, but is not under way", e.Step, e.Attempt)
		s.open = false
	case *engine.Log:
		b.during(e.Step, e.Attempt)
	case *engine.Progress:
		b.during(e.Step, e.Attempt)
	case *engine.StepFinished:
		b.stepFinished(e)
	case *engine.RunFinished:
		b.end = e
	}
}

func (b *book) stepStarted(e *engine.StepStarted) {
	s := b.step(e.Step)
	b.check(!s.started, "%s starts twice", e.Step)
	b.check(!s.finished, "%s starts after it finished", e.Step)
	s.started = true
	b.order = append(b.order, e.Step)
}

func (b *book) attemptStarted(e *engine.AttemptStarted) {
	s := b.step(e.Step)
	b.check(s.started && !s.finished, "%s: an attempt begins outside the step", e.Step)
	b.check(!s.open, "%s: attempt %d begins before the last one ended", e.Step, e.Attempt)
	b.check(e.Attempt == s.attempts+1, "%s: attempt %d follows attempt %d", e.Step, e.Attempt, s.attempts)
	s.attempts, s.open = e.Attempt, true
}

func (b *book) during(step engine.Address, attempt int) {
	s := b.step(step)
	b.check(s.open && s.attempts == attempt, "%s speaks outside attempt %d", step, attempt)
}

func (b *book) stepFinished(e *engine.StepFinished) {
	s := b.step(e.Step)
	b.check(!s.finished, "%s finishes twice", e.Step)
	b.check(!s.open, "%s finishes during an attempt", e.Step)
	b.check(e.Attempts == s.attempts, "%s counts %d attempts, there were %d", e.Step, e.Attempts, s.attempts)
	s.finished = true
	b.results[e.Result]++
}

// close checks what can be known at the end only.
func (b *book) close() {
	if b.end == nil {
		b.complain("there is no run_finished")
		return
	}
	var open []engine.AtWork
	for _, a := range b.order {
		if !b.steps[a].finished {
			open = append(open, engine.AtWork{Step: a, Attempt: b.steps[a].attempts})
		}
	}
	if b.end.Result == engine.RunCrashed {
		b.check(slices.Equal(b.end.AtWork, open), "at_work is %v, the steps at work were %v", b.end.AtWork, open)
	} else {
		b.check(len(open) == 0, "steps that started did not finish: %v", open)
	}
	counted := maps.Clone(b.end.Steps)
	maps.DeleteFunc(counted, func(_ engine.StepResult, n int) bool { return n == 0 })
	b.check(maps.Equal(counted, b.results), "steps are counted %v, there were %v", b.end.Steps, b.results)
}
