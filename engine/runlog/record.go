package runlog

import (
	"time"

	"dagrun/engine"
)

// Record is what the log of a run tells of its steps.
type Record struct {
	Run

	// Steps are in the order in which they began, or ended without beginning.
	Steps []StepRecord
	// Unread are the errors of lines that could not be read.
	Unread []error
}

// StepRecord is what a log tells of a step.
type StepRecord struct {
	Step    engine.Address
	Type    string
	Started time.Time // zero when it ended without beginning
	Attempt int       // the last that had started; 0 when none had
	// Decision says why the step of a resumed run ran, or did not.
	Decision *engine.Decision
	// Finished is nil while the step is at work, and where its process died.
	Finished *engine.StepFinished
}

// Record reads the whole log of a run. Lines that cannot be read are in the
// record; the error is that of a log that cannot be opened.
func (r Run) Record() (Record, error) {
	record := Record{Run: r}
	var steps ledger
	for e, err := range r.Events() {
		switch {
		case err == nil:
			steps.note(e)
		case len(steps.steps) == 0 && !isLine(err):
			return record, err
		default:
			record.Unread = append(record.Unread, err)
		}
	}
	record.Steps = steps.steps
	return record, nil
}

// ledger keeps account of steps.
type ledger struct {
	steps []StepRecord
	index map[engine.Address]int
}

func (l *ledger) note(e engine.Event) {
	switch e := e.(type) {
	case *engine.StepStarted:
		s := l.of(e.Step, e.Type)
		s.Started, s.Decision = e.Time.Time, e.Decision
	case *engine.AttemptStarted:
		s := l.of(e.Step, e.Type)
		s.Attempt = max(s.Attempt, e.Attempt)
	case *engine.StepFinished:
		l.of(e.Step, e.Type).Finished = e
	}
}

// of is the account of a step. An event of a damaged log that names none has an
// account that is not kept.
func (l *ledger) of(step engine.Address, typ string) *StepRecord {
	if step == (engine.Address{}) {
		return new(StepRecord)
	}
	i, known := l.index[step]
	if !known {
		if l.index == nil {
			l.index = map[engine.Address]int{}
		}
		i = len(l.steps)
		l.index[step] = i
		l.steps = append(l.steps, StepRecord{Step: step, Type: typ})
	}
	return &l.steps[i]
}

func (l *ledger) atWork() []engine.AtWork {
	return Record{Steps: l.steps}.AtWork()
}

// AtWork lists the steps that began and did not end.
func (r Record) AtWork() (open []engine.AtWork) {
	for _, s := range r.Steps {
		if s.Finished == nil {
			open = append(open, engine.AtWork{Step: s.Step, Attempt: s.Attempt})
		}
	}
	return open
}
