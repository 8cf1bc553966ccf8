package config

import (
	"encoding/json"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
)

// Forecast evaluates a pipeline's expressions before it runs: as a run would at
// this moment, but for what steps give, which is unknown until it is assumed.
type Forecast struct {
	eval *Evaluator
	made map[string]bool // files that steps asked for so far write
	open bool            // one of them may write files that are not known
}

// NewForecast begins a forecast of a pipeline. Steps are asked for in an order
// in which each stands behind all it needs.
func (p *Pipeline) NewForecast() *Forecast {
	return &Forecast{eval: p.newEvaluator(true), made: map[string]bool{}}
}

// Foreseen is what can be said of a step before it runs.
type Foreseen struct {
	// Skip is true when the step's condition is false; Condition is then its
	// place. Undecided is true when the condition is made of what is not known
	// yet.
	Skip, Undecided bool
	Condition       string
	// Failure is why the step cannot run; nil when it can, as far as is known.
	Failure *Failure
	// Arguments are an object of the type's arguments, sensitive values marked,
	// with unknown values for what is made of what steps will give.
	Arguments cty.Value
}

// Step evaluates a step. What it will give is unknown to the steps behind it,
// until Assume or Skip says more.
func (f *Forecast) Step(step *Step) Foreseen {
	e := f.eval
	e.mu.Lock()
	defer e.mu.Unlock()
	s, v := e.scope, viewOf(step)
	var seen Foreseen
	if step.condition != nil {
		verdict, diags := s.condition(step.condition, v)
		if diags.HasErrors() {
			return Foreseen{Failure: failureOf(diags)}
		}
		seen.Skip, seen.Undecided = verdict == no, verdict == unknown
		if seen.Skip {
			seen.Condition = place(step.condition.Range())
			return seen
		}
	}
	for _, c := range step.preconditions {
		if seen.Failure = s.assert(c, v, engine.ReasonPrecondition); seen.Failure != nil {
			return seen
		}
	}
	args, diags := s.evalArguments(step.args, v)
	if !diags.HasErrors() {
		diags = append(diags, step.args.checkConstraints(step.Type, args)...)
	}
	if diags.HasErrors() {
		return Foreseen{Failure: failureOf(diags)}
	}
	seen.Arguments = args
	s.keep(step, foresee(step.Type, args))
	f.noteMade(step, args)
	return seen
}

// noteMade notes the files that a step writes.
func (f *Forecast) noteMade(step *Step, args cty.Value) {
	for _, use := range usesOf(f.eval.pipeline, step, args, false) {
		if makes(use.role) {
			f.made[use.path] = true
		}
	}
	bare, _ := args.UnmarkDeep()
	for _, arg := range step.Type.Args {
		f.open = f.open || makes(arg.Role) && !bare.GetAttr(arg.Name).IsWhollyKnown()
	}
}

// Lacks foresees the failure of a step that reads a file which is not there, and
// which no step asked for so far writes; nil where there is none, or it is not
// sure. Who writes a file that another reads stands before it in every pipeline
// that is valid.
func (f *Forecast) Lacks(step *Step, args cty.Value) *Failure {
	if f.open {
		return nil
	}
	args, _ = args.UnmarkDeep()
	for _, arg := range step.Type.Args {
		if arg.Role != engine.Reads {
			continue
		}
		for _, use := range pathUses(f.eval.pipeline, step, args, arg.Name, arg.Role) {
			if err := f.eval.pipeline.missing(use, arg.Name, f.made); err != nil {
				return &Failure{Error: engine.LocatedError{StepError: *engine.AsStepError(err), Range: rangeOf(use.at)}}
			}
		}
	}
	return nil
}

// Assume says what a step will give, as Evaluator.Complete does.
func (f *Forecast) Assume(step *Step, args cty.Value, outputs json.RawMessage) (*Failure, error) {
	return f.eval.Complete(step, args, outputs)
}

// Skip says that a step will not run: what it gives is null.
func (f *Forecast) Skip(step *Step) {
	f.eval.mu.Lock()
	defer f.eval.mu.Unlock()
	f.eval.scope.keep(step, nullsOf(step.Type.ValueType()))
}

// Given is an argument that a step's block gives.
type Given struct {
	Name   string
	Behind []engine.Address // the steps or blocks that it refers to, each once, in the order of the file
}

// Given lists the arguments that a step's block gives, in the order of the file.
func (p *Pipeline) Given(step *Step) []Given {
	type place struct {
		Given
		at hcl.Range
	}
	var places []place
	for name, attr := range step.args.attrs {
		places = append(places, place{Given{name, p.stepsIn(step, attr.Expr)}, attr.Range})
	}
	for name, blocks := range step.args.blocks {
		var exprs []hcl.Expression
		for _, b := range blocks {
			exprs = append(exprs, b.expressions()...)
		}
		places = append(places, place{Given{name, p.stepsIn(step, exprs...)}, blocks[0].at})
	}
	slices.SortFunc(places, func(a, b place) int { return comparePlaces(a.at, b.at) })
	given := make([]Given, len(places))
	for i, pl := range places {
		given[i] = pl.Given
	}
	return given
}

// StepsBehind lists the steps, or the blocks, that a step's arguments and
// condition refer to, each once, in the order of the file.
func (p *Pipeline) StepsBehind(step *Step) []engine.Address {
	exprs := step.args.expressions()
	if step.condition != nil {
		exprs = append(exprs, step.condition)
	}
	return p.stepsIn(step, exprs...)
}

func (p *Pipeline) stepsIn(step *Step, exprs ...hcl.Expression) []engine.Address {
	var refs []reference
	for _, expr := range exprs {
		refs = append(refs, p.scope.stepsOf(expr)...)
	}
	sortReferences(refs)
	var steps []engine.Address
	for _, ref := range refs {
		a := ref.step
		if ref.same {
			a.Key, a.Keyed = step.Address.Key, step.Address.Keyed
		}
		if !slices.Contains(steps, a) {
			steps = append(steps, a)
		}
	}
	return steps
}
