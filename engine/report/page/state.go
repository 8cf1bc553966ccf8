package page

import (
	"slices"
	"strings"

	"dagrun/engine"
	"dagrun/engine/report"
)

// state is how a step stands: the result with which it ended, or atWork, or
// waiting where the log does not name it. It is also the name of a style and of
// an icon.
type state string

const (
	atWork  state = "at_work"
	waiting state = "waiting"
)

// gravest lists the states, the gravest first: of several, a block shows the
// first.
var gravest = []state{
	state(engine.StepFailed), state(engine.StepCancelled), atWork, state(engine.StepSkipped), waiting,
	state(engine.StepSucceeded), state(engine.StepReused),
}

// gravity is the place of a state among the gravest, 0 being that of the
// gravest. What is no state comes after all of them.
func (s state) gravity() int {
	if i := slices.Index(gravest, s); i >= 0 {
		return i
	}
	return len(gravest)
}

// listed says how many stand in which state, the gravest first.
func listed(counts map[state]int, status string) string {
	var parts []string
	for _, g := range gravest {
		if n := counts[g]; n > 0 {
			parts = append(parts, report.Count(n)+" "+g.words(status))
		}
	}
	return strings.Join(parts, ", ")
}

// known is the state if it is one of ours, since it becomes part of the page.
func (s state) known() state {
	if slices.Contains(gravest, s) {
		return s
	}
	return waiting
}

// words says the state of a step of a run that stands so itself.
func (s state) words(status string) string {
	switch {
	case s == atWork && status == running:
		return "at work"
	case s == atWork:
		return "did not end"
	case s == waiting && status == running:
		return "waiting"
	case s == waiting:
		return "did not begin"
	}
	return string(s)
}

// running is the status of a run that is under way.
const running = "running"

// toneOf is the state whose colour a run's status has.
func toneOf(status string) state {
	switch status {
	case string(engine.RunSucceeded):
		return state(engine.StepSucceeded)
	case string(engine.RunFailed), string(engine.RunCrashed):
		return state(engine.StepFailed)
	case string(engine.RunCancelled):
		return state(engine.StepCancelled)
	case running:
		return atWork
	}
	return state(engine.StepSkipped)
}
