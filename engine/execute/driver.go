package execute

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/local"
	"dagrun/engine/reuse"
	"dagrun/engine/runlog"
	"dagrun/engine/sched"
)

// evaluator is what a driver needs of config.Evaluator.
type evaluator interface {
	Prepare(*config.Step) config.Prepared
	Complete(step *config.Step, args cty.Value, outputs json.RawMessage) (*config.Failure, error)
	Failed(step *config.Step, err engine.StepError, attempts int)
}

// driver does what the scheduler decides. What it keeps about a step is
// written by one goroutine at a time: the loop's, or that of the attempt under
// way.
type driver struct {
	steps    []*config.Step
	eval     evaluator
	runner   *local.Runner
	log      *runlog.Writer
	redactor *runlog.Redactor
	asker    *asker
	judge    *reuse.Judge // nil where no run is taken up
	index    map[engine.Address]int
	work     []work
	mu       sync.Mutex // an attempt that was given up may look at its work when that is over

	batch    []engine.Event
	external bool // the batch begins or ends an attempt whose effects leave the machine
	counts   map[engine.StepResult]int
	failed   bool // a step failed that was not forgiven
}

// work is what is known of a step while it is under way.
type work struct {
	args    cty.Value
	data    json.RawMessage // the arguments without sensitive values
	secrets map[string]cty.Value
	started time.Time
	cause   string // of a skip, where it is no step
	result  engine.Result
	failure *engine.LocatedError

	fingerprint string // of the arguments
	decision    *engine.Decision
	reused      *reuse.Record

	broken *config.Failure // the postcondition that the attempt under way did not meet
}

func newDriver(steps []*config.Step, asker *asker, eval evaluator, o Options) *driver {
	d := &driver{
		steps: steps, asker: asker, eval: eval, log: o.Log, redactor: o.Redactor, judge: o.Resume,
		index: make(map[engine.Address]int, len(steps)), work: make([]work, len(steps)),
		counts: map[engine.StepResult]int{},
	}
	for i, s := range steps {
		d.index[s.Address] = i
	}
	d.runner = &local.Runner{
		Types: o.Types, Secrets: d.secrets, Verify: d.verify, Handler: o.Log.Handler, Progress: o.Log.Progress,
		Temporary: o.Log.Temporary,
	}
	return d
}

// secrets gives an attempt's sensitive arguments.
func (d *driver) secrets(a engine.Attempt) map[string]cty.Value {
	return d.work[d.index[a.Step]].secrets
}

// Prepare implements sched.Driver.
func (d *driver) Prepare(i int) sched.Preparation {
	step, w := d.steps[i], &d.work[i]
	p := d.eval.Prepare(step)
	w.started = time.Now()
	switch {
	case p.Skip:
		w.cause = p.Condition
		return sched.Preparation{Result: engine.StepSkipped, Reason: engine.ReasonCondition}
	case p.Failure != nil:
		return d.refuse(i, p.Failure)
	}
	public, secrets := engine.SplitSecrets(p.Arguments)
	data, err := ctyjson.Marshal(public, step.Type.ArgsType())
	if err != nil {
		return d.refuse(i, &config.Failure{Reason: engine.ReasonArguments, Error: engine.LocatedError{
			StepError: engine.StepError{Code: "arguments", Message: err.Error(), Remedy: "Correct the step's arguments."},
			Range:     step.Locate(""),
		}})
	}
	w.args, w.data, w.secrets = p.Arguments, data, secrets
	bare := engine.JoinSecrets(public, secrets)
	if len(secrets) == 0 {
		w.fingerprint = d.asker.fingerprintOf(step, data)
	} else {
		w.fingerprint = d.asker.fingerprint(step, bare)
	}
	if d.judge != nil && d.stands(step, w) {
		return sched.Preparation{Result: engine.StepReused, Reason: engine.ReasonUnchanged}
	}
	return sched.Preparation{Locks: locksOf(d.asker.attempt.WorkingDir, step.Type, bare)}
}

// stands decides whether what the step did in an earlier run need not be done
// again, and lets the steps downstream have it.
func (d *driver) stands(step *config.Step, w *work) bool {
	record, decision := d.judge.Decide(d.asker.question(step, w.args))
	w.decision = &decision
	if record == nil {
		return false
	}
	if broken, err := d.eval.Complete(step, w.args, record.End.Outputs); broken != nil || err != nil {
		decision.Reason = engine.DecisionPostconditions
		return false
	}
	w.reused = record
	return true
}

func (d *driver) refuse(i int, f *config.Failure) sched.Preparation {
	d.work[i].failure = &f.Error
	return sched.Preparation{Result: engine.StepFailed, Reason: f.Reason}
}

// Attempt implements sched.Driver.
func (d *driver) Attempt(ctx context.Context, i, number int) sched.Ending {
	step, w := d.steps[i], &d.work[i]
	a := d.asker.attempt
	a.Step, a.Type, a.Number, a.Timeout, a.Arguments = step.Address, step.Type.Name, number, step.Timeout, w.data
	for path := range w.secrets {
		a.Sensitive = append(a.Sensitive, path)
	}
	result := d.runner.Run(ctx, a)
	end := sched.Ending{Outcome: result.Outcome}
	var failure *engine.LocatedError
	if result.Error != nil {
		failure = &engine.LocatedError{StepError: *result.Error, Range: step.Locate(result.Error.Argument)}
		end.Retryable = result.Error.Retryable
	}
	if broken := d.broken(w); broken != nil && result.Outcome == engine.AttemptFailed {
		end.Reason, failure = broken.Reason, &broken.Error
	}
	end.Accept = func() { w.result, w.failure = result, failure }
	return end
}

func (d *driver) broken(w *work) *config.Failure {
	d.mu.Lock()
	defer d.mu.Unlock()
	return w.broken
}

// verify holds what an attempt gave against the step's postconditions.
func (d *driver) verify(a engine.Attempt, outputs json.RawMessage) error {
	i := d.index[a.Step]
	d.mu.Lock()
	defer d.mu.Unlock()
	w := &d.work[i]
	if w.args == cty.NilVal {
		return context.Canceled // the attempt was given up
	}
	broken, err := d.eval.Complete(d.steps[i], w.args, outputs)
	w.broken = broken
	switch {
	case err != nil:
		return &engine.StepError{Code: "outputs", Message: err.Error(), Remedy: "This is a bug in the step type; please report it."}
	case broken != nil:
		return &broken.Error.StepError
	}
	return nil
}

// Commit implements sched.Driver. The log is durable before an attempt starts
// whose effects leave the machine, and when one has ended.
func (d *driver) Commit() error {
	if err := d.log.Append(d.batch...); err != nil {
		return err
	}
	clear(d.batch)
	d.batch = d.batch[:0]
	if d.external {
		d.external = false
		return d.log.Sync()
	}
	return nil
}

// Record implements sched.Driver.
func (d *driver) Record(events []sched.Event) {
	for _, e := range events {
		d.batch = append(d.batch, d.translate(e))
	}
}

func (d *driver) translate(e sched.Event) engine.Event {
	step, w := d.steps[e.Step], &d.work[e.Step]
	switch e.Kind {
	case sched.StepStarted:
		return &engine.StepStarted{Step: step.Address, Type: step.Type.Name, Arguments: config.MaskedArguments(w.args), Decision: w.decision}
	case sched.AttemptStarted:
		if d.judge != nil {
			d.judge.Ran(step.Address)
		}
		d.external = d.external || step.Type.External
		return &engine.AttemptStarted{Step: step.Address, Type: step.Type.Name, Attempt: e.Attempt}
	case sched.AttemptFinished:
		return d.attemptFinished(e, step, w)
	}
	return d.stepFinished(e, step, w)
}

func (d *driver) attemptFinished(e sched.Event, step *config.Step, w *work) engine.Event {
	finished := &engine.AttemptFinished{
		Step: step.Address, Type: step.Type.Name, Attempt: e.Attempt, Result: e.Outcome,
		Duration: engine.Milliseconds(w.result.Duration), Error: w.failure,
	}
	if e.Retry {
		in := engine.Milliseconds(e.RetryIn)
		finished.RetryIn = &in
	}
	return finished
}

func (d *driver) stepFinished(e sched.Event, step *config.Step, w *work) engine.Event {
	finished := &engine.StepFinished{
		Step: step.Address, Type: step.Type.Name, Result: e.Result, Reason: e.Reason, Attempts: e.Attempt,
		Cause: w.cause,
	}
	if e.Cause != sched.NoStep {
		finished.Cause = d.steps[e.Cause].Address.String()
	}
	if !w.started.IsZero() {
		finished.Duration = engine.Milliseconds(time.Since(w.started))
	}
	switch e.Result {
	case engine.StepSucceeded:
		finished.Outputs, finished.Files, finished.Volume = w.result.Outputs, w.result.Files, w.result.Volume
		finished.Fingerprint = &engine.Fingerprint{Arguments: w.fingerprint, Outputs: d.asker.key.Outputs(w.result.Outputs)}
		if d.judge != nil {
			d.judge.Wrote(w.result.Files)
		}
		d.external = d.external || step.Type.External // what was done outside is not to be done again
	case engine.StepReused:
		end := w.reused.End
		finished.Cause, finished.Fingerprint = w.reused.Run, end.Fingerprint
		finished.Outputs, finished.Files, finished.Volume = end.Outputs, end.Files, end.Volume
	case engine.StepFailed, engine.StepCancelled:
		finished.Error = w.failure
	}
	d.count(e, step, w)
	d.mu.Lock()
	defer d.mu.Unlock()
	*w = work{}
	return finished
}

func (d *driver) count(e sched.Event, step *config.Step, w *work) {
	d.counts[e.Result]++
	if e.Result != engine.StepFailed && e.Result != engine.StepCancelled {
		return
	}
	d.failed = d.failed || e.Result == engine.StepFailed && !step.ContinueOnError
	said := engine.StepError{Code: string(e.Reason), Message: "cancelled before it started"}
	if w.failure != nil {
		said = w.failure.StepError
		said.Message = d.redactor.String(said.Message)
	} else if e.Attempt > 0 {
		said.Message = "cancelled while it was at work"
	}
	d.eval.Failed(step, said, e.Attempt)
}
