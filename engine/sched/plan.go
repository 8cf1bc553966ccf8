package sched

import (
	"time"

	"dagrun/engine"
	"dagrun/engine/graph"
)

// Plan is what a machine needs to know of a pipeline. Steps are named by their
// index.
type Plan struct {
	Steps       []Step
	Concurrency int    // attempts at once, at least 1
	FailFast    bool   // the first failure starts nothing more
	Seed        uint64 // of the jitter of retry delays
}

// Step is one step, or one instance of a step that runs once per key.
type Step struct {
	Address         engine.Address
	Needs           []graph.Span // of steps directly upstream, none in two of them
	Excluded        bool         // it is no part of this run
	Rule            engine.TriggerRule
	ContinueOnError bool
	Retry           engine.RetryPolicy
}

// Lock is a file that an attempt needs for itself, or shares with others that
// only read it.
type Lock struct {
	Key       string
	Exclusive bool
}

// Preparation is what became of a step when its turn came and its condition
// and arguments were evaluated.
type Preparation struct {
	// Result is empty when the step is to run, else StepSkipped, StepFailed or
	// StepReused, with the reason.
	Result engine.StepResult
	Reason engine.Reason
	Locks  []Lock
}

// Ending is how an attempt ended, as far as decisions depend on it.
type Ending struct {
	Outcome   engine.Outcome
	Retryable bool
	Reason    engine.Reason // of a failure, where there is a special one
	// Accept, if not nil, is called by the loop when it takes the ending, and
	// not for an attempt that was given up.
	Accept func()
}

// EventKind tells the machine's events apart.
type EventKind int

// The machine's events.
const (
	StepStarted EventKind = iota
	AttemptStarted
	AttemptFinished
	StepFinished
)

// NoStep is the cause of an event that no step caused.
const NoStep = -1

// Event is a fact to record.
type Event struct {
	Kind    EventKind
	Step    int
	Attempt int // of attempt events its number; of StepFinished how many were made

	Outcome engine.Outcome // AttemptFinished
	Retry   bool           // AttemptFinished: another attempt follows after RetryIn
	RetryIn time.Duration

	Result engine.StepResult // StepFinished
	Reason engine.Reason     // StepFinished; empty where the result says all
	Cause  int               // StepFinished: the step behind the reason, or NoStep
}

// Start asks for an attempt.
type Start struct{ Step, Attempt int }

// Wait asks for Wake(Step) after Delay.
type Wait struct {
	Step  int
	Delay time.Duration
}

// Effects are the machine's answer to an input: first record Events, then do
// the rest. Its slices are valid until the machine's next input.
type Effects struct {
	Events  []Event
	Prepare []int   // steps whose turn has come: evaluate, then call Prepared
	Start   []Start // attempts to start
	Wait    []Wait  // delays before retries
	Stop    []int   // running attempts to cancel
	Done    bool    // every step has ended
}
