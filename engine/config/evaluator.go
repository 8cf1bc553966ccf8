package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"dagrun/engine"
)

// Evaluator turns a pipeline's expressions into values while it runs, with
// what the steps have given so far. Its methods may be called from many
// goroutines.
type Evaluator struct {
	mu       sync.Mutex
	pipeline *Pipeline
	scope    *scope
}

// NewEvaluator begins a run of a pipeline.
func (p *Pipeline) NewEvaluator() *Evaluator { return p.newEvaluator(false) }

func (p *Pipeline) newEvaluator(ahead bool) *Evaluator {
	s := *p.scope
	s.rehearsal, s.ahead, s.addSource = false, ahead, nil
	s.values, s.wholes = map[engine.Address]cty.Value{}, map[*Block]cty.Value{}
	s.locals = map[string]*local{}
	for name, l := range p.scope.locals {
		s.locals[name] = &local{expr: l.expr, at: l.at, fixed: l.fixed}
	}
	run := &s
	run.functions = sync.OnceValue(run.newFunctions)
	return &Evaluator{pipeline: p, scope: run}
}

// Failure is why a step cannot run or did not do what it should, with the
// place in the pipeline's file.
type Failure struct {
	Reason engine.Reason
	Error  engine.LocatedError
}

// Prepared is a step whose turn has come, evaluated.
type Prepared struct {
	Skip      bool      // its condition is false
	Condition string    // the place of that condition
	Failure   *Failure  // it cannot run
	Arguments cty.Value // an object of the type's arguments, sensitive values marked
}

// Prepare evaluates a step's condition, preconditions and arguments.
func (e *Evaluator) Prepare(step *Step) Prepared {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, v := e.scope, viewOf(step)
	if step.condition != nil {
		verdict, diags := s.condition(step.condition, v)
		switch {
		case diags.HasErrors():
			return Prepared{Failure: failureOf(diags)}
		case verdict != yes:
			return Prepared{Skip: true, Condition: place(step.condition.Range())}
		}
	}
	for _, c := range step.preconditions {
		if f := s.assert(c, v, engine.ReasonPrecondition); f != nil {
			return Prepared{Failure: f}
		}
	}
	args, diags := s.evalArguments(step.args, v)
	if diags.HasErrors() {
		return Prepared{Failure: failureOf(diags)}
	}
	if diags = step.args.checkConstraints(step.Type, args); diags.HasErrors() {
		return Prepared{Failure: failureOf(diags)}
	}
	if !args.IsWhollyKnown() {
		return Prepared{Failure: failureOf(hcl.Diagnostics{problem(step.at, "Arguments not known",
			"Some arguments of %s are made of what a step gives that has not ended.", step.Address)})}
	}
	if step.valued {
		s.keep(step, withOutputs(args, nullsOf(step.Type.OutputsType())))
	}
	return Prepared{Arguments: args}
}

// assert evaluates a check; nil when it holds, or when a forecast cannot tell.
func (s *scope) assert(c check, v view, reason engine.Reason) *Failure {
	passed, message, diags := s.check(c, v)
	if diags.HasErrors() {
		return failureOf(diags)
	}
	if passed == yes || passed == unknown && s.ahead {
		return nil
	}
	remedy := "Look at what the steps upstream gave."
	switch {
	case reason == engine.ReasonPostcondition:
		remedy = "The step ran, but did not give what the pipeline demands; look at its input."
	case len(v.step.needs) == 0:
		remedy = "The step needs no other: look at the variables, files and times that the condition is made of."
	}
	return &Failure{Reason: reason, Error: engine.LocatedError{
		StepError: engine.StepError{Code: string(reason), Message: message, Remedy: remedy},
		Range:     rangeOf(c.at),
	}}
}

// failureOf is the failure of a step whose expressions cannot be evaluated.
func failureOf(diags hcl.Diagnostics) *Failure {
	first := diags.Errs()[0].(*hcl.Diagnostic) //nolint:errorlint // Errs gives diagnostics
	f := &Failure{Reason: engine.ReasonArguments, Error: engine.LocatedError{StepError: engine.StepError{
		Code: "arguments", Message: fmt.Sprintf("%s: %s", first.Summary, first.Detail),
		Remedy: "Correct the expression.",
	}}}
	if first.Subject != nil {
		f.Error.Range = rangeOf(*first.Subject)
	}
	return f
}

// withOutputs is what a reference to a step gives.
func withOutputs(args, outputs cty.Value) cty.Value {
	attrs := args.AsValueMap()
	for name, v := range outputs.AsValueMap() {
		attrs[name] = v
	}
	return cty.ObjectVal(attrs)
}

// Complete takes the outputs of a successful attempt and evaluates the step's
// postconditions. Where one does not hold, the failure comes back and the
// outputs do not count.
func (e *Evaluator) Complete(step *Step, args cty.Value, outputs json.RawMessage) (*Failure, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	given, err := ctyjson.Unmarshal(outputs, step.Type.OutputsType())
	if err != nil {
		return nil, fmt.Errorf("read outputs of %s: %w", step.Address, err)
	}
	value := withOutputs(args, given)
	for _, c := range step.postconditions {
		if f := e.scope.assert(c, viewSelf(step, value), engine.ReasonPostcondition); f != nil {
			return f, nil
		}
	}
	e.scope.keep(step, value)
	return nil, nil
}

// Failed adds to run.failures.
func (e *Evaluator) Failed(step *Step, err engine.StepError, attempts int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.scope.failures = append(e.scope.failures, cty.ObjectVal(map[string]cty.Value{
		"step":     cty.StringVal(step.Address.String()),
		"error":    cty.StringVal(err.Error()),
		"code":     cty.StringVal(err.Code),
		"attempts": cty.NumberIntVal(int64(attempts)),
	}))
}

// Outputs evaluates the declared outputs, in file order. Those that cannot be
// evaluated are left out, and the error says which and why: a file that is not
// there, or a step that did not run and therefore gives nulls.
func (e *Evaluator) Outputs() ([]Output, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var outputs []Output
	var lost []error
	for _, o := range e.pipeline.outputs {
		value, diags := e.scope.eval(o.value, viewStep)
		if diags.HasErrors() {
			f := failureOf(diags)
			lost = append(lost, fmt.Errorf("output %q at %s: %s", o.name, f.Error.Range, f.Error.Message))
			continue
		}
		e.scope.noteSecrets(value)
		sensitive := o.sensitive || value.ContainsMarked()
		value, _ = value.UnmarkDeep()
		if o.sensitive {
			e.scope.noteTexts(value)
		}
		outputs = append(outputs, Output{Name: o.name, Value: value, Sensitive: sensitive})
	}
	return outputs, errors.Join(lost...)
}

// Locate gives the place of an argument path such as threshold[1].color in
// the pipeline's file; of the step's header where the path is empty.
func (s *Step) Locate(argument string) *engine.Range {
	if argument == "" {
		return rangeOf(s.at)
	}
	return rangeOf(s.args.find(argument))
}
