package execute

import (
	"fmt"
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/local"
	"dagrun/engine/reuse"
	"dagrun/engine/runlog"
	"dagrun/engine/sched"
)

// Options are what a run needs beside its pipeline.
type Options struct {
	Types    *engine.Registry
	Log      *runlog.Writer
	Redactor *runlog.Redactor
	Version  string
	Host     string
	PID      int
	// Key makes the fingerprints of the run's steps.
	Key reuse.Key
	// Resume judges what of the run that is taken up still stands; nil where
	// none is taken up.
	Resume *reuse.Judge
	// Selection is which steps are part of the run.
	Selection Selection
	// Concurrency is how many steps run at once, at least 1.
	Concurrency int
	// Interrupt, once it can be received from, ends the run: nothing new
	// starts, running steps get Grace to stop. Kill after that stops all at
	// once. Both may be nil.
	Interrupt, Kill <-chan struct{}
	Grace           time.Duration
}

// Result is how a run ended.
type Result struct {
	Result  engine.RunResult
	Outputs []config.Output
}

// Run runs an expanded pipeline to its end and records everything in the log,
// first event to last. The error is that of the log: what cannot be recorded is not
// run. A run whose log is removed under it ends as failed, and no step starts any
// more. The caller closes the log.
func Run(p *config.Pipeline, o Options) (Result, error) {
	start := time.Now()
	if err := o.Log.Append(startEvent(p, o)); err != nil {
		return Result{Result: engine.RunFailed}, err
	}
	eval := p.NewEvaluator()
	asker := newAsker(p, o.Key)
	if o.Resume != nil {
		asker.attempt.Origin = o.Resume.Origin()
		Plan(p, o.Resume, o.Selection) // tells the judge what is needed again
	}
	d := newDriver(p.Steps, asker, eval, o)
	cancel, stop := cancellations(p.Timeout, o.Interrupt, o.Log.Gone)
	defer stop()
	cancelled, err := sched.Run(planOf(p, o), d, sched.Control{Cancel: cancel, Kill: o.Kill, Grace: o.Grace})
	if err != nil {
		return Result{Result: engine.RunFailed}, err
	}
	outputs, lost := eval.Outputs()
	end := &engine.RunFinished{
		Result: resultOf(cancelled, d.failed), Steps: d.counts, Outputs: recordOutputs(outputs),
		Duration: engine.Milliseconds(time.Since(start)),
	}
	if end.Result == engine.RunSucceeded && lost != nil && !o.Selection.partial() {
		end.Result, end.Error = engine.RunFailed, lost.Error()
	}
	if cancelled == engine.ReasonRunTimeout {
		end.Error = fmt.Sprintf("the run was stopped after its timeout of %s; raise timeout in the pipeline block if it needs longer", p.Timeout)
	}
	if cancelled == engine.ReasonUnrecorded || o.Log.Gone() {
		end.Result, end.Error = engine.RunFailed, "the run could not be recorded any more: its log, or a folder above it, was removed or moved while it went on"
	}
	return Result{Result: end.Result, Outputs: outputs}, o.Log.Append(end)
}

func resultOf(cancelled engine.Reason, failed bool) engine.RunResult {
	switch {
	case cancelled == engine.ReasonInterrupted:
		return engine.RunCancelled
	case failed || cancelled != "":
		return engine.RunFailed
	}
	return engine.RunSucceeded
}

// Idle is the whole record of a run that did not take place, to be appended in
// one call.
func Idle(p *config.Pipeline, o Options, result engine.RunResult, why string) []engine.Event {
	return []engine.Event{
		startEvent(p, o),
		&engine.RunFinished{Result: result, Steps: map[engine.StepResult]int{}, Error: why},
	}
}

func startEvent(p *config.Pipeline, o Options) *engine.RunStarted {
	started := &engine.RunStarted{
		Schema: engine.RunLogSchema, Version: o.Version, Pipeline: p.Name, Sources: p.Sources,
		LogicalTime: p.LogicalTime, Trigger: p.Run.Trigger, Host: o.Host, PID: o.PID,
		Variables: config.Masked(cty.ObjectVal(p.Variables)), Steps: blocksOf(p),
		Targets: o.Selection.targets, Exclusions: o.Selection.exclusions,
	}
	if o.Resume != nil {
		started.ResumedFrom, started.ResumedRuns = o.Resume.Resumed(), o.Resume.Runs()
	}
	return started
}

// blocksOf lists the pipeline's steps and what each needs, for the record.
func blocksOf(p *config.Pipeline) []engine.Block {
	var blocks []engine.Block
	for _, a := range p.Graph.Steps() {
		blocks = append(blocks, engine.Block{Step: a, Type: a.Type, Needs: p.Graph.Needs(a)})
	}
	return blocks
}

func recordOutputs(outputs []config.Output) []byte {
	if len(outputs) == 0 {
		return nil
	}
	values := map[string]cty.Value{}
	for _, out := range outputs {
		values[out.Name] = out.Value
		if out.Sensitive {
			values[out.Name] = out.Value.Mark(engine.Sensitive)
		}
	}
	return config.Masked(cty.ObjectVal(values))
}

func planOf(p *config.Pipeline, o Options) sched.Plan {
	plan := sched.Plan{
		Steps: make([]sched.Step, len(p.Steps)), Concurrency: max(1, o.Concurrency), FailFast: p.FailFast,
		Seed: seedOf(p.Run.ID),
	}
	for i, needs := range p.Needs() {
		s := p.Steps[i]
		plan.Steps[i] = sched.Step{
			Address: s.Address, Needs: needs, Excluded: o.Selection.excludes(i), Rule: s.Rule, ContinueOnError: s.ContinueOnError, Retry: s.Retry,
		}
	}
	return plan
}

// seedOf makes the seed of the jitter from the run's id, so that two runs that
// fail together do not retry together. The hash is FNV-1a.
func seedOf(id string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	return h
}

// locksOf lists the files that a step needs for itself, or shares with others
// that only read them.
func locksOf(dir string, t *engine.StepType, args cty.Value) []sched.Lock {
	var locks []sched.Lock
	for _, f := range t.Args {
		if f.Role != engine.Exclusive && f.Role != engine.Reads {
			continue
		}
		for _, path := range local.Paths(dir, args.GetAttr(f.Name)) {
			lock := sched.Lock{Key: local.RealPath(path), Exclusive: f.Role == engine.Exclusive}
			if !slices.Contains(locks, lock) {
				locks = append(locks, lock)
			}
		}
	}
	return locks
}
