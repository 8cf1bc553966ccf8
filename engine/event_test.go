package engine_test

import (
	"testing"

	"dagrun/engine"
)

func TestARunIsIdleThatEndedBeforeItBegan(t *testing.T) {
	for name, c := range map[string]struct {
		end  engine.RunFinished
		want bool
	}{
		"skipped":                  {engine.RunFinished{Result: engine.RunSkipped}, true},
		"failed at the lock":       {engine.RunFinished{Result: engine.RunFailed}, true},
		"cancelled at the lock":    {engine.RunFinished{Result: engine.RunCancelled, Steps: map[engine.StepResult]int{}}, true},
		"failed without any step":  {engine.RunFinished{Result: engine.RunFailed, Duration: 1}, false},
		"failed in a step":         {engine.RunFinished{Result: engine.RunFailed, Steps: map[engine.StepResult]int{engine.StepFailed: 1}}, false},
		"cancelled before a step":  {engine.RunFinished{Result: engine.RunCancelled, Steps: map[engine.StepResult]int{engine.StepCancelled: 1}}, false},
		"crashed at once":          {engine.RunFinished{Result: engine.RunCrashed}, false},
		"succeeded without a step": {engine.RunFinished{Result: engine.RunSucceeded}, false},
	} {
		if got := c.end.Idle(); got != c.want {
			t.Errorf("%s: got %t, want %t", name, got, c.want)
		}
	}
}
