package report

import (
	"strings"

	"dagrun/engine"
)

// why puts the reason and cause of a step's end into words, without a verb.
func why(e *engine.StepFinished) string {
	cause := causeOf(e.Cause)
	switch e.Reason {
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
	}
	return with(strings.ReplaceAll(string(e.Reason), "_", " "), cause)
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
