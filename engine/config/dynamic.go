package config

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/dynblock"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/zclconf/go-cty/cty"
)

// unroll gives a step's body with the blocks that its dynamic blocks make in
// their places. What their for_each refers to must be known before the run; what
// their content refers to is found in the expressions as in any others.
//
// A for_each of a dynamic block that is made of each is one for each instance.
// Without an instance in the view it makes one block, of which nothing is known
// but what it refers to, and sets perInstance.
func (s *scope) unroll(body hcl.Body, v view, perInstance *bool) hcl.Body {
	return (&loops{scope: s, view: v, perInstance: perInstance}).expand(body)
}

func (l *loops) expand(body hcl.Body) hcl.Body {
	return dynblock.Expand(loopBody{body, l, "", false}, &hcl.EvalContext{})
}

// checkOnce checks what a block's arguments are called and refer to, with one
// block made by each dynamic block: so a content is checked also where none is
// made. Values are not looked at, for there is no element to make them of.
func (s *scope) checkOnce(b *Block) hcl.Diagnostics {
	if !hasDynamic(b.body) {
		return nil
	}
	l := &loops{scope: s, view: viewLoop(b.forEach != nil, nil), perInstance: new(bool), once: true}
	content, diags := l.expand(b.body).Content(stepSchema(b.Type))
	args, more := newArguments(b.Type.Args, content, b.at)
	diags = append(diags, more...)
	v := viewOf(&Step{Block: b, Address: b.Address})
	for _, expr := range args.expressions() {
		diags = append(diags, s.checkReferences(expr, v)...)
	}
	return diags
}

func hasDynamic(body hcl.Body) bool {
	content, _, _ := body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "dynamic", LabelNames: []string{"type"}}}})
	return content != nil && len(content.Blocks) > 0
}

// viewLoop is what the for_each of a dynamic block may refer to. The instance is
// nil where the block as a whole is meant.
func viewLoop(hasInstances bool, step *Step) view {
	v := viewStatic
	v.where = "in for_each of a dynamic block, because that must be known before the run"
	if v.step = step; hasInstances {
		v.roots = append(slices.Clone(v.roots), "each")
	}
	return v
}

// loops evaluate the for_each of the dynamic blocks in a body.
type loops struct {
	scope       *scope
	view        view
	perInstance *bool
	once        bool // each makes one block, of which nothing is known
}

// loopBody is a body whose dynamic blocks evaluate their for_each as every
// other expression of the pipeline is evaluated.
type loopBody struct {
	hcl.Body
	loops   *loops
	outer   string // the kind of block in the step that it is in, or makes
	dynamic bool   // it is that of a dynamic block
}

// Content implements hcl.Body.
func (b loopBody) Content(schema *hcl.BodySchema) (*hcl.BodyContent, hcl.Diagnostics) {
	content, diags := b.Body.Content(schema)
	for _, d := range diags {
		if b.dynamic && strings.Contains(d.Detail, ` "labels" `) {
			d.Detail = "No block of a step has labels, so a dynamic block gives none."
		}
	}
	content, more := b.wrap(content)
	return content, append(diags, more...)
}

// PartialContent implements hcl.Body.
func (b loopBody) PartialContent(schema *hcl.BodySchema) (*hcl.BodyContent, hcl.Body, hcl.Diagnostics) {
	content, remain, diags := b.Body.PartialContent(schema)
	content, more := b.wrap(content)
	return content, loopBody{remain, b.loops, b.outer, b.dynamic}, append(diags, more...)
}

func (b loopBody) wrap(content *hcl.BodyContent) (*hcl.BodyContent, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	wrapped := *content
	wrapped.Blocks = nil
	for _, block := range content.Blocks {
		inner, outer := *block, b.outer
		if outer == "" {
			outer = block.Type
		}
		if outer == "dynamic" {
			outer = block.Labels[0]
		}
		inner.Body = loopBody{block.Body, b.loops, outer, block.Type == "dynamic"}
		wrapped.Blocks = append(wrapped.Blocks, &inner)
	}
	if each := content.Attributes["for_each"]; b.dynamic && each != nil {
		loop := *each
		loop.Expr = loopExpr{each.Expr, b.loops, b.outer}
		wrapped.Attributes = hcl.Attributes{"for_each": &loop}
		if iterator := content.Attributes["iterator"]; iterator != nil {
			wrapped.Attributes["iterator"] = iterator
			diags = checkIterator(iterator.Expr)
		}
	}
	return &wrapped, diags
}

// checkIterator refuses an iterator that would hide something else.
func checkIterator(expr hcl.Expression) hcl.Diagnostics {
	name := hcl.ExprAsKeyword(expr)
	if !slices.Contains(allRoots, name) {
		return nil
	}
	return hcl.Diagnostics{problem(expr.Range(), "Wrong iterator",
		"An iterator named %q would hide what references that start with it stand for. Choose another name.", name)}
}

// loopExpr is the for_each of a dynamic block.
type loopExpr struct {
	hcl.Expression
	loops *loops
	kind  string // of block that is made, or made inside
}

// UnwrapExpression gives the expression as it was written.
func (e loopExpr) UnwrapExpression() hcl.Expression { return e.Expression }

// Value implements hcl.Expression. The context holds the iterators of the
// dynamic blocks around.
func (e loopExpr) Value(iterators *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	s, v := e.loops.scope, e.loops.view
	byEach, hasEach := mentions(e.Expression, "each"), slices.Contains(v.roots, "each")
	switch {
	case byEach && !hasEach:
		return cty.DynamicVal, hcl.Diagnostics{problem(e.Range(), "each is not available",
			"each.key and each.value stand for an instance; only a step with for_each has them.")}
	case e.kind == "precondition" || e.kind == "postcondition" || e.kind == "retry": // all instances share them
		v = viewLoop(false, nil)
	}
	value, diags := s.evalWith(e.Expression, v, iteratorsOf(iterators))
	switch {
	case diags.HasErrors():
	case e.loops.once:
		return cty.TupleVal([]cty.Value{cty.DynamicVal}), diags
	case v.step == nil && (byEach || !value.IsKnown() && *e.loops.perInstance):
		*e.loops.perInstance = true
		return cty.TupleVal([]cty.Value{cty.DynamicVal}), diags
	case !value.IsKnown() && !s.excused() && (v.step == nil || v.step.each().IsWhollyKnown()):
		diags = append(diags, problem(e.Range(), "Not known before the run",
			"for_each of a dynamic block must be known before the run: make it of variables, locals and functions, not of what steps give or files hold."))
	}
	return elementsMarked(value), diags
}

func mentions(expr hcl.Expression, root string) bool {
	return slices.ContainsFunc(expr.Variables(), func(t hcl.Traversal) bool { return t.RootName() == root })
}

// iteratorsOf are the names in a context and those around it, the inmost first.
func iteratorsOf(ctx *hcl.EvalContext) map[string]cty.Value {
	names := map[string]cty.Value{}
	for ; ctx != nil; ctx = ctx.Parent() {
		for name, v := range ctx.Variables {
			if _, hidden := names[name]; !hidden {
				names[name] = v
			}
		}
	}
	return names
}

// evalWith is eval with further names.
func (s *scope) evalWith(expr hcl.Expression, v view, more map[string]cty.Value) (cty.Value, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	var outer []hcl.Traversal
	for _, t := range expr.Variables() {
		if _, ok := more[t.RootName()]; ok {
			continue
		}
		outer = append(outer, t)
		if d := s.resolve(t, v); d != nil {
			diags = append(diags, d)
		}
	}
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	ctx, diags := s.context(outer, nil, v)
	ctx = ctx.NewChild()
	ctx.Variables = more
	value, wrong := expr.Value(ctx)
	return value, append(diags, insideCalls(wrong)...)
}

// excused reports whether something is unknown because a variable has no value,
// which is reported where it is declared.
func (s *scope) excused() bool {
	for _, v := range s.variables.AsValueMap() {
		if bare, _ := v.UnmarkDeep(); !bare.IsWhollyKnown() {
			return true
		}
	}
	return false
}

// elementsMarked moves the marks of a list to its elements: what does not come
// from them may be shown. Of maps and sets the keys are secret as well.
func elementsMarked(list cty.Value) cty.Value {
	t := list.Type()
	if !list.IsMarked() || !t.IsListType() && !t.IsTupleType() {
		return list
	}
	bare, marks := list.Unmark()
	if !bare.IsKnown() || bare.IsNull() || bare.LengthInt() == 0 {
		return list
	}
	elements := bare.AsValueSlice()
	for i := range elements {
		elements[i] = elements[i].WithMarks(marks)
	}
	if t.IsListType() {
		return cty.ListVal(elements)
	}
	return cty.TupleVal(elements)
}

// marksOf is what a block's values are marked with because of the dynamic block
// that made it.
func marksOf(body hcl.Body) cty.ValueMarks {
	if marked, ok := body.(hcldec.MarkedBody); ok {
		return marked.BodyValueMarks()
	}
	return nil
}

// explainDynamic says where dynamic blocks can stand, to those who put one
// elsewhere.
func explainDynamic(diags hcl.Diagnostics) hcl.Diagnostics {
	for _, d := range diags {
		if strings.HasPrefix(d.Summary, "Unsupported ") && strings.Contains(d.Detail, ` "dynamic" `) {
			d.Summary = "Unsupported block type"
			d.Detail = "A dynamic block can stand in a step, where it makes blocks inside it. Write the blocks here out."
		}
	}
	return diags
}

// readOwn reads the arguments of an instance where they are not those of its
// block, because the block has dynamic blocks that are made of each.
func (s *scope) readOwn(step *Step) hcl.Diagnostics {
	step.args = step.Block.args
	if !step.perInstance {
		return nil
	}
	content, diags := s.unroll(step.body, viewLoop(true, step), new(bool)).Content(stepSchema(step.Type))
	var more hcl.Diagnostics
	step.args, more = newArguments(step.Type.Args, content, step.at)
	return append(diags, more...)
}
