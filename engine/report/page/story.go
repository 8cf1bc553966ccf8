package page

import (
	"encoding/json"
	"errors"
	"time"

	"dagrun/engine"
	"dagrun/engine/report"
	"dagrun/engine/runlog"
)

// mostMessages is how many messages of a step are kept, the newest.
const mostMessages = 200

// story is what the log of a run tells.
type story struct {
	run      runlog.Run
	finished *engine.RunFinished // nil while there is none
	last     time.Time           // of the last event that the run itself recorded
	steps    []*step             // in the order in which the log names them
	unread   []error             // of lines that could not be read

	byAddress map[engine.Address]*step
}

// step is what the log tells of a step, or of one instance of it.
type step struct {
	address   engine.Address
	typ       string
	started   time.Time // zero when it ended without beginning
	decision  *engine.Decision
	arguments json.RawMessage
	attempts  []attempt
	messages  []*engine.Log
	lost      int // messages that are not kept
	progress  *engine.Progress
	finished  *engine.StepFinished // nil while it is at work
}

// attempt is one attempt at a step.
type attempt struct {
	number   int
	started  time.Time
	finished *engine.AttemptFinished // nil while it is under way
}

// read reads the log of a run. Lines that cannot be read are in the story; the
// error is that of a log that cannot be read at all.
func read(run runlog.Run) (*story, error) {
	s := &story{run: run, finished: run.Finished, byAddress: map[engine.Address]*step{}}
	for e, err := range run.Events() {
		var line *runlog.LineError
		switch {
		case err == nil:
			s.note(e)
		case errors.As(err, &line):
			s.unread = append(s.unread, err)
		default:
			return nil, err
		}
	}
	return s, nil
}

func (s *story) note(e engine.Event) {
	at := e.Head().Time.Time
	if end, ok := e.(*engine.RunFinished); at.After(s.last) && (!ok || end.Result != engine.RunCrashed) {
		s.last = at
	}
	switch e := e.(type) {
	case *engine.RunStarted:
		s.run.Started = e
	case *engine.StepStarted:
		t := s.of(e.Step, e.Type)
		t.started, t.decision, t.arguments = at, e.Decision, e.Arguments
	case *engine.AttemptStarted:
		t := s.of(e.Step, e.Type)
		t.attempts = append(t.attempts, attempt{number: e.Attempt, started: at})
	case *engine.Progress:
		s.of(e.Step, e.Type).progress = e
	case *engine.Log:
		s.of(e.Step, e.Type).say(e)
	case *engine.AttemptFinished:
		s.of(e.Step, e.Type).end(e)
	case *engine.StepFinished:
		s.of(e.Step, e.Type).finished = e
	case *engine.RunFinished:
		s.finished = e
	}
}

// of is what is known of a step. An event of a damaged log that names none is
// kept nowhere.
func (s *story) of(a engine.Address, typ string) *step {
	if a == (engine.Address{}) {
		return new(step)
	}
	t, known := s.byAddress[a]
	if !known {
		t = &step{address: a, typ: typ}
		s.byAddress[a] = t
		s.steps = append(s.steps, t)
	}
	return t
}

// say keeps a message, and lets go of old ones now and then.
func (t *step) say(e *engine.Log) {
	t.messages = append(t.messages, e)
	if len(t.messages) >= 2*mostMessages {
		t.lost += len(t.messages) - mostMessages
		t.messages = append([]*engine.Log(nil), t.messages[len(t.messages)-mostMessages:]...)
	}
}

// said gives the messages to show, and how many came before them.
func (t *step) said() (shown []*engine.Log, earlier int) {
	over := max(len(t.messages)-mostMessages, 0)
	return t.messages[over:], t.lost + over
}

func (t *step) end(e *engine.AttemptFinished) {
	for i := range t.attempts {
		if t.attempts[i].number == e.Attempt {
			t.attempts[i].finished = e
		}
	}
}

// state is how the step ended, or what there is instead.
func (t *step) state() state {
	if t.finished == nil {
		return atWork
	}
	return state(t.finished.Result)
}

// took is how long the step was at work; a step that has not ended is at work
// until then.
func (t *step) took(until time.Time) time.Duration {
	switch {
	case t.finished != nil:
		return t.finished.Duration.Duration()
	case t.started.IsZero():
		return 0
	}
	return max(until.Sub(t.started), 0)
}

// unknown stands for how long something took that was cut off.
const unknown = "unknown"

// ended reports whether it is known how long the step was at work: it is not
// where the run is over and the step has no end.
func (t *step) ended(now moment) bool { return t.finished != nil || now.status == running }

// length says how long the step was at work, if it was.
func (t *step) length(now moment) string {
	switch {
	case !t.ended(now):
		return unknown
	case len(t.attempts) == 0:
		return ""
	}
	return report.Length(t.took(now.time))
}

// remarkable reports whether more happened than that the step went well.
func (t *step) remarkable() bool {
	for _, m := range t.messages {
		if m.Level == "warn" || m.Level == "error" {
			return true
		}
	}
	return len(t.attempts) > 1
}
