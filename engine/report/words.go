package report

import (
	"strings"

	"dagrun/engine"
)

// why puts the reason and cause of a step's end into words.
func why(e *engine.StepFinished) string { return Why(e.Reason, e.Cause) }

// Why puts a reason and the cause behind it into words, without a verb.
func Why(reason engine.Reason, cause string) string {
	cause = causeOf(cause)
	switch reason {
	case "":
		return cause
	case engine.ReasonCondition:
		return with("its condition is false", cause)
	case engine.ReasonUpstreamFailed:
		return cause + " failed"
	case engine.ReasonUpstreamSkipped:
		return cause + " was skipped"
	case engine.ReasonTriggerRule:
		return with("what its trigger rule waits for did not happen", cause)
	case engine.ReasonPrecondition:
		return with("its precondition does not hold", cause)
	case engine.ReasonPostcondition:
		return with("its postcondition does not hold", cause)
	case engine.ReasonArguments:
		return with("its arguments could not be evaluated", cause)
	case engine.ReasonTimeout:
		return with("its time limit passed", cause)
	case engine.ReasonFailFast:
		return cause + " failed, and the pipeline stops at the first failure"
	case engine.ReasonRunTimeout:
		return with("the time limit of the run passed", cause)
	case engine.ReasonInterrupted:
		return with("the run was interrupted", cause)
	case engine.ReasonUnrecorded:
		return with("the run could not be recorded any more", cause)
	case engine.ReasonNotTargeted:
		return "it is no part of this run"
	case engine.ReasonUnchanged:
		return "as run " + cause + " left it"
	}
	return with(strings.ReplaceAll(string(reason), "_", " "), cause)
}

// Because puts the reason to do a step of a resumed run again into words, or the
// reason not to; empty for a step that there is nothing to say about.
func Because(d *engine.Decision) string {
	if d == nil {
		return ""
	}
	detail := causeOf(d.Detail)
	switch d.Reason {
	case engine.DecisionUnchanged:
		return "as run " + d.Run + " left it"
	case engine.DecisionForced:
		return "everything is to be done again"
	case engine.DecisionTriggerRule:
		return "it is there for what goes wrong in this run"
	case engine.DecisionNotRecorded:
		return with("it was not recorded as done", runOf(d))
	case engine.DecisionNotSucceeded:
		return with("it had not succeeded", runOf(d))
	case engine.DecisionArguments:
		return strings.TrimSpace(detail + " changed")
	case engine.DecisionInput:
		return "input " + detail + " changed"
	case engine.DecisionOutput:
		return "output " + detail + " changed"
	case engine.DecisionOutputMissing:
		return "output " + detail + " is gone"
	case engine.DecisionUpstream:
		return detail + " wrote to its database since"
	case engine.DecisionNeededAgain:
		return detail + " needs a file of it that was deleted since"
	case engine.DecisionMasked:
		return "the record of what it gave is masked"
	case engine.DecisionPostconditions:
		return "what it gave does not meet its postcondition"
	}
	return with(strings.ReplaceAll(string(d.Reason), "_", " "), detail)
}

func runOf(d *engine.Decision) string {
	if d.Run == "" {
		return ""
	}
	return "run " + d.Run
}

// causeOf is a cause for people: the short name of a step, or a text.
func causeOf(cause string) string {
	if step, err := engine.ParseAddress(cause); err == nil {
		return short(step)
	}
	return printable(cause)
}

func with(reason, cause string) string {
	if cause == "" {
		return reason
	}
	return reason + " (" + cause + ")"
}

// colon sets a text off, if there is one.
func colon(text string) string {
	if text == "" {
		return ""
	}
	return ": " + text
}
