package runlog

import (
	"encoding/json"

	"dagrun/engine"
)

var emptyObject = json.RawMessage("{}")

// complete fills in what an event may leave out but its line must have, and
// makes the causes of errors part of their messages, since only those are
// written.
func complete(e engine.Event) {
	switch e := e.(type) {
	case *engine.RunStarted:
		e.Schema = engine.RunLogSchema
		if e.Sources == nil {
			e.Sources = []engine.Source{}
		}
		e.Variables = orEmpty(e.Variables)
	case *engine.StepStarted:
		e.Arguments = orEmpty(e.Arguments)
	case *engine.AttemptFinished:
		flatten(e.Error)
	case *engine.StepFinished:
		flatten(e.Error)
	case *engine.RunFinished:
		if e.Steps == nil {
			e.Steps = map[engine.StepResult]int{}
		}
	}
}

func orEmpty(object json.RawMessage) json.RawMessage {
	if len(object) == 0 {
		return emptyObject
	}
	return object
}

func flatten(e *engine.LocatedError) {
	if e != nil && e.Err != nil {
		e.StepError = *e.Flat()
	}
}
