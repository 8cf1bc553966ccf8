package runlogtest_test

import (
	"strings"
	"testing"

	"dagrun/engine"
	"dagrun/engine/runlog"
	"dagrun/engine/runlog/runlogtest"
)

var (
	first  = engine.Address{Type: "plot", Name: "first"}
	second = engine.Address{Type: "plot", Name: "second"}
)

// lines gives the log of a run in which a step failed once, then succeeded.
func lines(t *testing.T, more ...engine.Event) []string {
	t.Helper()
	why := &engine.LocatedError{StepError: engine.StepError{Code: "failed", Message: "it rained"}}
	events := []engine.Event{
		&engine.RunStarted{Pipeline: "p"},
		&engine.StepStarted{Step: first, Type: "plot"},
		&engine.AttemptStarted{Step: first, Type: "plot", Attempt: 1},
		&engine.Log{Step: first, Type: "plot", Attempt: 1, Level: "info"},
		&engine.AttemptFinished{Step: first, Type: "plot", Attempt: 1, Result: engine.AttemptFailed, Error: why},
		&engine.AttemptStarted{Step: first, Type: "plot", Attempt: 2},
		&engine.Progress{Step: first, Type: "plot", Attempt: 2},
		&engine.AttemptFinished{Step: first, Type: "plot", Attempt: 2, Result: engine.AttemptSucceeded},
		&engine.StepFinished{Step: first, Type: "plot", Result: engine.StepSucceeded, Attempts: 2},
	}
	events[0].(*engine.RunStarted).Trigger = engine.Manual
	var log strings.Builder
	if err := runlog.New(&log, "run").Append(append(events, more...)...); err != nil {
		t.Fatal(err)
	}
	return strings.SplitAfter(strings.TrimSuffix(log.String(), "\n"), "\n")
}

func ended() *engine.RunFinished {
	return &engine.RunFinished{Result: engine.RunSucceeded, Steps: map[engine.StepResult]int{engine.StepSucceeded: 1, engine.StepFailed: 0}}
}

func crashedIn(step engine.Address) *engine.RunFinished {
	e := ended()
	e.Result, e.AtWork = engine.RunCrashed, []engine.AtWork{{Step: step}}
	return e
}

func TestALogThatKeepsTheContractPasses(t *testing.T) {
	crash := ended()
	crash.Result, crash.AtWork = engine.RunCrashed, []engine.AtWork{{Step: second, Attempt: 1}}
	for name, log := range map[string][]string{
		"a success": lines(t, ended()),
		"a crash":   lines(t, &engine.StepStarted{Step: second, Type: "plot"}, &engine.AttemptStarted{Step: second, Type: "plot", Attempt: 1}, crash),
	} {
		if err := runlogtest.Check([]byte(strings.Join(log, "") + "\n")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALogThatBreaksTheContractIsRefused(t *testing.T) {
	begun := &engine.StepStarted{Step: second, Type: "plot"}
	attempt := func(n int) *engine.AttemptStarted {
		return &engine.AttemptStarted{Step: second, Type: "plot", Attempt: n}
	}
	done := &engine.StepFinished{Step: second, Type: "plot", Result: engine.StepSucceeded}
	unfinished := ended()
	unfinished.Result = engine.RunCrashed
	for name, c := range map[string]struct {
		log  string
		want string
	}{
		"a torn end":              {strings.Join(lines(t, ended()), ""), "the last line has no end"},
		"a wrong line":            {strings.Replace(strings.Join(lines(t, ended()), ""), `"level":"info"`, `"level":"loud"`, 1), "line 4: "},
		"no end":                  {strings.Join(lines(t), ""), "there is no run_finished"},
		"no start":                {strings.Join(lines(t, ended())[1:], ""), "run_started is the first line"},
		"a line lost":             {strings.Join(append(lines(t, ended())[:3], lines(t, ended())[4:]...), ""), "seq is 5"},
		"another run's line":      {strings.Replace(strings.Join(lines(t, ended()), ""), `"seq":4,"event":"log","run_id":"run"`, `"seq":4,"event":"log","run_id":"walk"`, 1), "run_id is walk"},
		"something after the end": {strings.Join(append(lines(t, ended()), "\n", lines(t)[1]), ""), "nothing follows run_finished"},
		"a step left open":        {strings.Join(lines(t, begun, ended()), ""), "did not finish: [step.plot.second]"},
		"a step that starts late": {strings.Join(lines(t, done, begun, ended()), ""), "starts after it finished"},
		"a step that starts twice": {
			strings.Join(lines(t, &engine.StepStarted{Step: first, Type: "plot"}, ended()), ""), "starts twice",
		},
		"a step that ends twice":       {strings.Join(lines(t, done, done, ended()), ""), "finishes twice"},
		"an attempt without its step":  {strings.Join(lines(t, attempt(1), ended()), ""), "begins outside the step"},
		"an attempt that is not first": {strings.Join(lines(t, begun, attempt(2), ended()), ""), "attempt 2 follows attempt 0"},
		"attempts side by side":        {strings.Join(lines(t, begun, attempt(1), attempt(2), ended()), ""), "before the last one ended"},
		"a step that ends too soon":    {strings.Join(lines(t, begun, attempt(1), done, ended()), ""), "finishes during an attempt"},
		"attempts counted wrongly":     {strings.Join(lines(t, begun, &engine.StepFinished{Step: second, Type: "plot", Attempts: 3}, ended()), ""), "counts 3 attempts, there were 0"},
		"an end without an attempt": {
			strings.Join(lines(t, begun, &engine.AttemptFinished{Step: second, Type: "plot", Attempt: 1, Result: engine.AttemptSucceeded}, ended()), ""), "attempt 1 ends, but is not under way",
		},
		"words outside an attempt":  {strings.Join(lines(t, &engine.Log{Step: first, Type: "plot", Attempt: 2, Level: "info"}, ended()), ""), "speaks outside attempt 2"},
		"steps counted wrongly":     {strings.Join(lines(t, done, ended()), ""), "there were map[succeeded:2]"},
		"a crash without its steps": {strings.Join(lines(t, begun, unfinished), ""), "at_work is [], the steps at work were [step.plot.second]"},
		"a crash without its attempt": {
			strings.Join(lines(t, begun, attempt(1), crashedIn(second)), ""), "at_work is [step.plot.second], the steps at work were [step.plot.second (attempt 1)]",
		},
	} {
		log := c.log
		if name != "a torn end" {
			log += "\n"
		}
		if err := runlogtest.Check([]byte(log)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestValidateFailsTheTest(t *testing.T) {
	var f recorder
	runlogtest.Validate(&f, []byte(strings.Join(lines(t, ended()), "")+"\n"))
	if f.failed {
		t.Error("a good log fails a test")
	}
	runlogtest.Validate(&f, []byte("{}\n"))
	if !f.failed {
		t.Error("a bad log does not")
	}
}

// recorder is a test that notes whether it failed.
type recorder struct {
	testing.TB

	failed bool
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(string, ...any) { r.failed = true }
