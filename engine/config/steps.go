package config

import (
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
)

func (l *loader) declareSteps() hcl.Diagnostics {
	diags := unique(l.blocks["step"], "step")
	s := l.pipeline.scope
	for _, b := range l.blocks["step"] {
		block, more := l.declareStep(b)
		diags = append(diags, more...)
		if block == nil || s.blocks[block.Address] != nil {
			continue
		}
		s.blocks[block.Address] = block
		block.told = more
		l.pipeline.Blocks = append(l.pipeline.Blocks, block)
		if err := l.pipeline.Graph.AddStep(block.Address); err != nil {
			diags = append(diags, problem(block.at, "Wrong step", "%s", err))
		}
	}
	return diags
}

func (l *loader) declareStep(b *hcl.Block) (*Block, hcl.Diagnostics) {
	typ := l.Types.Lookup(b.Labels[0])
	if typ == nil {
		return nil, hcl.Diagnostics{problem(b.LabelRanges[0], "Unknown step type",
			"There is no step type %q.%s `dagrun steps` lists them.", b.Labels[0], didYouMean(b.Labels[0], l.Types.Names()))}
	}
	step := &Block{
		Address: engine.Address{Type: typ.Name, Name: b.Labels[1]}, Type: typ, at: b.DefRange,
		Rule: engine.AllSuccess, Retry: l.pipeline.Retry,
	}
	step.body = b.Body
	each, _, _ := b.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "for_each"}}})
	view := viewLoop(len(each.Attributes) > 0, nil)
	content, diags := l.pipeline.scope.unroll(b.Body, view, &step.perInstance).Content(stepSchema(typ))
	diags = suggest(diags, append(fieldNames(typ.Args, stepFields), stepWords...), "`dagrun steps "+typ.Name+"` lists them.")
	var more hcl.Diagnostics
	step.args, more = newArguments(typ.Args, content, b.DefRange)
	diags = append(diags, more...)
	diags = append(diags, l.setStep(step, content)...)
	if attr := content.Attributes["if"]; attr != nil {
		step.condition = attr.Expr
	}
	if attr := content.Attributes["for_each"]; attr != nil {
		step.forEach = attr.Expr
	}
	if attr := content.Attributes["depends_on"]; attr != nil {
		step.dependsOn, more = readDependsOn(attr)
		diags = append(diags, more...)
	}
	step.preconditions, more = readChecks(content.Blocks.OfType("precondition"))
	diags = append(diags, more...)
	step.postconditions, more = readChecks(content.Blocks.OfType("postcondition"))
	return step, append(diags, more...)
}

// stepSchema is what a step of a type may hold: what every step may, and the
// type's arguments.
func stepSchema(t *engine.StepType) *hcl.BodySchema {
	schema := schemaOf(t.Args)
	common := schemaOf(stepFields)
	schema.Attributes = append(append(schema.Attributes, common.Attributes...),
		hcl.AttributeSchema{Name: "depends_on"}, hcl.AttributeSchema{Name: "for_each"}, hcl.AttributeSchema{Name: "if"})
	schema.Blocks = append(append(schema.Blocks, common.Blocks...),
		hcl.BlockHeaderSchema{Type: "precondition"}, hcl.BlockHeaderSchema{Type: "postcondition"})
	return schema
}

// setStep reads the settings that every step has.
func (l *loader) setStep(step *Block, content *hcl.BodyContent) hcl.Diagnostics {
	args, diags := newArguments(stepFields, content, step.at)
	value, more := l.pipeline.scope.evalArguments(args, viewStatic)
	diags = append(diags, more...)
	diags = append(diags, onlyOne(content.Blocks.OfType("retry"))...)
	set, diags := decodeStatic[stepSettings](stepFields, args, value, diags)
	if diags.HasErrors() {
		return diags
	}
	step.ContinueOnError = set.ContinueOnError
	step.Rule = engine.TriggerRule(set.TriggerRule)
	if set.Timeout != nil {
		step.Timeout = time.Duration(*set.Timeout)
	}
	step.Retry = retryPolicy(step.Retry, set.Retry)
	if len(set.Retry) > 0 {
		diags = append(diags, checkIntervals(step.Retry, content.Blocks.OfType("retry")[0].DefRange)...)
	}
	return diags
}

// readDependsOn reads a list of references to steps.
func readDependsOn(attr *hcl.Attribute) ([]hcl.Expression, hcl.Diagnostics) {
	exprs, diags := hcl.ExprList(attr.Expr)
	if diags.HasErrors() {
		return nil, hcl.Diagnostics{problem(attr.Expr.Range(), "Wrong depends_on", "depends_on is a list of steps: [step.TYPE.NAME, …].")}
	}
	var needs []hcl.Expression
	for _, expr := range exprs {
		reference := asReference(expr)
		if !isWholeStep(reference) {
			diags = append(diags, problem(expr.Range(), "Wrong depends_on",
				"Only steps can stand here: step.TYPE.NAME, or step.TYPE.NAME[\"KEY\"] for an instance, %s and without an attribute.", unadorned(expr)))
			continue
		}
		needs = append(needs, reference)
	}
	return needs, diags
}

// isWholeStep reports whether an expression is a step or an instance, and not
// one of its attributes.
func isWholeStep(expr hcl.Expression) bool {
	if t, diags := hcl.AbsTraversalForExpr(expr); !diags.HasErrors() {
		_, ok := stepOf(t)
		return ok && (len(t) == 3 || len(t) == 4 && isIndex(t[3]))
	}
	return isEachIndex(expr)
}

// checkStep evaluates a step with what is known before the run, and remembers
// its value for the steps downstream.
func (s *scope) checkStep(step *Step) (cty.Value, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	v := viewOf(step)
	for _, expr := range step.dependsOn {
		diags = append(diags, s.checkReferences(expr, v)...)
	}
	if step.condition != nil {
		_, more := s.condition(step.condition, v)
		diags = append(diags, more...)
	}
	args, more := s.evalArguments(step.args, v)
	more = append(more, step.args.checkConstraints(step.Type, args)...)
	if !more.HasErrors() {
		more = append(more, step.args.checkTogether(step.Type, args)...)
	}
	diags = append(diags, more...)
	value := foresee(step.Type, args)
	s.keep(step, value)
	return args, append(diags, s.checkChecks(step, value)...)
}

// keep remembers what a step gives, if something refers to that.
func (s *scope) keep(step *Step, value cty.Value) {
	if step.valued {
		s.values[step.Address] = value
		delete(s.wholes, step.Block)
	}
}

// checkRule refuses a trigger rule that can never hold.
func checkRule(step *Block) hcl.Diagnostics {
	if step.Rule != engine.OneFailed || len(step.needs) > 0 {
		return nil
	}
	return hcl.Diagnostics{problem(step.at, "Step that never runs",
		"With trigger_rule = \"one_failed\" the step runs when a step upstream failed, but it has none. Name them in depends_on.")}
}

// checkChecks evaluates pre- and postconditions as far as that is possible.
func (s *scope) checkChecks(step *Step, value cty.Value) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, c := range step.preconditions {
		_, _, more := s.check(c, viewOf(step)) // whether it holds is seen when the step's turn comes
		diags = append(diags, more...)
	}
	for _, c := range step.postconditions {
		_, _, more := s.check(c, viewSelf(step, value))
		diags = append(diags, more...)
	}
	return diags
}

// neverRuns reports whether a step's condition is false whatever happens.
func (s *scope) neverRuns(step *Step) bool {
	if step.condition == nil {
		return false
	}
	verdict, _ := s.condition(step.condition, viewOf(step))
	return verdict == no
}

// foresee is a step's value before it ran: its arguments, and its outputs as
// unknown values. An output that bears an argument's name has its value.
func foresee(t *engine.StepType, args cty.Value) cty.Value {
	attrs := map[string]cty.Value{}
	for _, f := range t.Outputs {
		attrs[f.Name] = cty.UnknownVal(f.Type)
	}
	for _, f := range t.Args {
		if out, ok := attrs[f.Name]; !ok || out.Type().Equals(f.Type) {
			attrs[f.Name] = args.GetAttr(f.Name)
		}
	}
	return cty.ObjectVal(attrs)
}
