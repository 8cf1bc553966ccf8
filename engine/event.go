package engine

import (
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// RunLogSchema names the version of the run log's format.
const RunLogSchema = "dagrun.runlog/1"

// Event is one line of the run log. The set of events is closed: RunStarted,
// StepStarted, AttemptStarted, AttemptFinished, Log, Progress, StepFinished
// and RunFinished.
type Event interface {
	// Head gives the fields that every event has. The run log fills them in
	// when it takes the event.
	Head() *Header
	// Kind is the event's name in the run log.
	Kind() string
}

// Header holds what every event has.
type Header struct {
	Time  Timestamp `json:"time"`
	Seq   int64     `json:"seq"` // 1, 2, … within a run
	Event string    `json:"event"`
	RunID string    `json:"run_id"`
}

// Head makes a Header part of an Event.
func (h *Header) Head() *Header { return h }

// Timestamp is an instant, written as RFC 3339 in UTC with microseconds.
type Timestamp struct{ time.Time }

const timestampLayout = "2006-01-02T15:04:05.000000Z"

// MarshalJSON writes the instant.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	return t.UTC().AppendFormat(make([]byte, 0, len(timestampLayout)+2), `"`+timestampLayout+`"`), nil
}

// UnmarshalJSON reads any RFC 3339 instant.
func (t *Timestamp) UnmarshalJSON(data []byte) error { return t.Time.UnmarshalJSON(data) }

// Milliseconds is a length of time, written in JSON as a number of
// milliseconds with at most three decimals.
type Milliseconds time.Duration

// MarshalJSON writes the number.
func (m Milliseconds) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Duration(m).Microseconds()) / 1000)
}

// UnmarshalJSON reads the number.
func (m *Milliseconds) UnmarshalJSON(data []byte) error {
	var ms float64
	err := json.Unmarshal(data, &ms)
	*m = Milliseconds(math.Round(ms * float64(time.Millisecond)))
	return err
}

// Duration is the length of time as Go knows it.
func (m Milliseconds) Duration() time.Duration { return time.Duration(m) }

// Trigger is what started a run.
type Trigger string

// The triggers.
const (
	Manual   Trigger = "manual"
	Cron     Trigger = "cron"
	Backfill Trigger = "backfill"
	Resume   Trigger = "resume"
)

// Source is a file that a pipeline was read from.
type Source struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"` // lower-case hex
}

// RunStarted is the first event of a run.
type RunStarted struct {
	Header
	Schema      string          `json:"schema"` // RunLogSchema
	Version     string          `json:"version"`
	Pipeline    string          `json:"pipeline"`
	Sources     []Source        `json:"sources"`
	LogicalTime time.Time       `json:"logical_time"`
	Trigger     Trigger         `json:"trigger"`
	Variables   json.RawMessage `json:"variables"` // an object; sensitive ones are masked
	Host        string          `json:"host"`
	PID         int             `json:"pid"`
	ResumedFrom string          `json:"resumed_from,omitempty"`
	// ResumedRuns are the runs that tell of the work that was taken up, newest
	// first, and last the one that it all began with. Logs of older versions have
	// none: there each run leads to the one that it took up.
	ResumedRuns []string `json:"resumed_runs,omitempty"`
	// Targets and Exclusions are the steps or blocks that the run was confined to,
	// and that it left out.
	Targets    []Address `json:"targets,omitempty"`
	Exclusions []Address `json:"exclusions,omitempty"`
	// Steps are the pipeline's, in file order. Logs of older versions have none.
	Steps []Block `json:"steps,omitempty"`
}

// Block is a step block of a run's pipeline, and what it needs directly. A
// block with for_each is one, however many instances it has.
type Block struct {
	Step  Address   `json:"step"`
	Type  string    `json:"type"`
	Needs []Address `json:"needs,omitempty"`
}

// StepStarted says that a step's turn has come, and with which arguments.
type StepStarted struct {
	Header
	Step      Address         `json:"step"`
	Type      string          `json:"type"`
	Arguments json.RawMessage `json:"arguments"` // an object; sensitive values are masked
	Decision  *Decision       `json:"decision,omitempty"`
}

// Decision says why a step of a resumed run runs once more, or does not.
type Decision struct {
	Reason DecisionReason `json:"reason"`
	// Detail is the argument, file or step behind the reason.
	Detail string `json:"detail,omitempty"`
	// Run is the earlier run in which the step was at work, if it is known.
	Run string `json:"run,omitempty"`
}

// DecisionReason is a reason to run a step of a resumed run, but for Unchanged,
// which is the one not to.
type DecisionReason string

// The reasons of a decision.
const (
	DecisionUnchanged      DecisionReason = "unchanged"        // what the step did stands
	DecisionForced         DecisionReason = "forced"           // nothing is to be reused
	DecisionTriggerRule    DecisionReason = "trigger_rule"     // it is there for what goes wrong in this run
	DecisionNotRecorded    DecisionReason = "not_recorded"     // it was not at work, or did not end
	DecisionNotSucceeded   DecisionReason = "not_succeeded"    // it failed or was cancelled
	DecisionArguments      DecisionReason = "argument_changed" // Detail names them
	DecisionInput          DecisionReason = "input_changed"    // Detail is the file
	DecisionOutput         DecisionReason = "output_changed"   // Detail is the file
	DecisionOutputMissing  DecisionReason = "output_missing"   // Detail is the file
	DecisionUpstream       DecisionReason = "upstream_changed" // Detail is the step that has written since to a database that this one uses
	DecisionNeededAgain    DecisionReason = "needed_again"     // a file that was deleted since is needed by the step in Detail
	DecisionMasked         DecisionReason = "masked"           // the record of what it gave is masked
	DecisionPostconditions DecisionReason = "postcondition"    // what it gave does not meet a postcondition of today
)

// AttemptStarted precedes everything that an attempt does.
type AttemptStarted struct {
	Header
	Step    Address `json:"step"`
	Type    string  `json:"type"`
	Attempt int     `json:"attempt"`
}

// AttemptFinished says how an attempt ended.
type AttemptFinished struct {
	Header
	Step     Address       `json:"step"`
	Type     string        `json:"type"`
	Attempt  int           `json:"attempt"`
	Result   Outcome       `json:"result"`
	Duration Milliseconds  `json:"duration_ms"`
	Error    *LocatedError `json:"error,omitempty"`
	RetryIn  *Milliseconds `json:"retry_in_ms,omitempty"` // when another attempt follows
}

// LocatedError is a step error with the place of the argument it is about.
type LocatedError struct {
	StepError
	Range *Range `json:"range,omitempty"`
}

// Log is something that a step said.
type Log struct {
	Header
	Step    Address        `json:"step"`
	Type    string         `json:"type"`
	Attempt int            `json:"attempt"`
	Level   string         `json:"level"` // debug, info, warn, error
	Message string         `json:"message"`
	Fields  map[string]any `json:"fields,omitempty"`
}

// Progress is how far a step has come.
type Progress struct {
	Header
	Step    Address `json:"step"`
	Type    string  `json:"type"`
	Attempt int     `json:"attempt"`
	Done    int64   `json:"done"`
	Total   int64   `json:"total,omitempty"`
	Unit    string  `json:"unit"`
}

// StepResult is how a step ended.
type StepResult string

// The results of a step.
const (
	StepSucceeded StepResult = "succeeded"
	StepFailed    StepResult = "failed"
	StepSkipped   StepResult = "skipped"
	StepReused    StepResult = "reused"
	StepCancelled StepResult = "cancelled"
)

// StepResults lists the results, best first.
var StepResults = []StepResult{StepSucceeded, StepReused, StepSkipped, StepFailed, StepCancelled}

// Reason says why a step ended as it did, where the result alone does not.
type Reason string

// The reasons.
const (
	ReasonRetrySucceeded  Reason = "retry_succeeded"
	ReasonCondition       Reason = "condition"        // its if was false
	ReasonUpstreamFailed  Reason = "upstream_failed"  // the cause failed
	ReasonUpstreamSkipped Reason = "upstream_skipped" // the cause was skipped
	ReasonTriggerRule     Reason = "trigger_rule"     // its trigger rule did not come to hold
	ReasonNotTargeted     Reason = "not_targeted"     // it is no part of this run
	ReasonPrecondition    Reason = "precondition"
	ReasonPostcondition   Reason = "postcondition"
	ReasonArguments       Reason = "arguments" // they could not be evaluated
	ReasonTimeout         Reason = "timeout"
	ReasonFailFast        Reason = "fail_fast" // the cause failed in a pipeline with fail_fast
	ReasonRunTimeout      Reason = "run_timeout"
	ReasonInterrupted     Reason = "interrupted"
	ReasonUnrecorded      Reason = "unrecorded" // the run's log was removed under it
	ReasonUnchanged       Reason = "unchanged"  // what the run in the cause did stands
)

// StepFinished is the last event of a step.
type StepFinished struct {
	Header
	Step     Address         `json:"step"`
	Type     string          `json:"type"`
	Result   StepResult      `json:"result"`
	Reason   Reason          `json:"reason,omitempty"`
	Cause    string          `json:"cause,omitempty"` // the step or text behind the reason
	Attempts int             `json:"attempts"`
	Duration Milliseconds    `json:"duration_ms"`
	Error    *LocatedError   `json:"error,omitempty"`
	Outputs  json.RawMessage `json:"outputs,omitempty"` // an object
	Files    []FileRecord    `json:"files,omitempty"`
	// Fingerprint is there when the step succeeded or was reused.
	Fingerprint *Fingerprint `json:"fingerprint,omitempty"`
	Volume
}

// Fingerprint tells whether arguments and outputs are those of another run,
// sensitive values included, and tells nothing else about them: both are keyed
// hashes (HMAC-SHA-256, lower-case hex) whose key stays with the history.
type Fingerprint struct {
	Arguments string `json:"arguments"`
	Outputs   string `json:"outputs"`
}

// RunResult is how a run ended.
type RunResult string

// The results of a run. RunCrashed is written by a later process on behalf of
// one that died; RunSkipped is a run that found another under way, as its
// pipeline puts up with.
const (
	RunSucceeded RunResult = "succeeded"
	RunFailed    RunResult = "failed"
	RunCancelled RunResult = "cancelled"
	RunCrashed   RunResult = "crashed"
	RunSkipped   RunResult = "skipped"
)

// RunFinished is the last event of a run.
type RunFinished struct {
	Header
	Result   RunResult          `json:"result"`
	Steps    map[StepResult]int `json:"steps"` // how many ended how
	Duration Milliseconds       `json:"duration_ms"`
	Outputs  json.RawMessage    `json:"outputs,omitempty"` // an object; sensitive values are masked
	Error    string             `json:"error,omitempty"`   // why, when no step tells
	AtWork   []AtWork           `json:"at_work,omitempty"` // of a crashed run: the steps that had begun
}

// Idle reports whether the run ended before it began, and so did nothing and
// took no time: it was skipped, or it failed or was cancelled while it waited
// for another or compared the files of the one that it was to take up.
func (e *RunFinished) Idle() bool {
	switch e.Result {
	case RunSkipped:
		return true
	case RunFailed, RunCancelled:
		return len(e.Steps) == 0 && e.Duration == 0
	}
	return false
}

// AtWork is a step that had begun and not ended when its run's process died.
type AtWork struct {
	Step Address `json:"step"`
	// Attempt is the last one that had started; 0 when none had.
	Attempt int `json:"attempt,omitempty"`
}

// String names the step, and the attempt if there was one.
func (w AtWork) String() string {
	if w.Attempt == 0 {
		return w.Step.String()
	}
	return fmt.Sprintf("%s (attempt %d)", w.Step, w.Attempt)
}

// Kind names the event.
func (*RunStarted) Kind() string { return "run_started" }

// Kind names the event.
func (*StepStarted) Kind() string { return "step_started" }

// Kind names the event.
func (*AttemptStarted) Kind() string { return "attempt_started" }

// Kind names the event.
func (*AttemptFinished) Kind() string { return "attempt_finished" }

// Kind names the event.
func (*Log) Kind() string { return "log" }

// Kind names the event.
func (*Progress) Kind() string { return "progress" }

// Kind names the event.
func (*StepFinished) Kind() string { return "step_finished" }

// Kind names the event.
func (*RunFinished) Kind() string { return "run_finished" }
