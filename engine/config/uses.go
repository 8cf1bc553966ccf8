package config

import (
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
)

// reference is what an expression refers to: a step, all instances of a block,
// or one of them.
type reference struct {
	step engine.Address // with a key, where that is written out
	same bool           // the instance with the key of the one that refers
	at   hcl.Range
}

// direct lists what an expression refers to itself, not through locals.
func (s *scope) direct(expr hcl.Expression, traversals []hcl.Traversal) []reference {
	var refs []reference
	var byEach map[hcl.Range]bool
	for _, t := range traversals {
		a, ok := stepOf(t)
		block := s.blocks[a]
		if !ok || block == nil {
			continue
		}
		ref := reference{step: a, at: t.SourceRange()}
		switch {
		case block.forEach == nil:
		case len(t) > 3 && isIndex(t[3]):
			ref.step.Key, ref.step.Keyed = attrName(t, 3), true
		case len(t) == 3:
			if byEach == nil {
				byEach = eachIndexes(expr)
			}
			ref.same = byEach[ref.at]
		}
		refs = append(refs, ref)
	}
	return refs
}

// eachIndexes lists the places of what is followed by [each.key] in an
// expression.
func eachIndexes(expr hcl.Expression) map[hcl.Range]bool {
	places := map[hcl.Range]bool{}
	for _, part := range nativeParts(expr) {
		_ = hclsyntax.VisitAll(part.node, func(n hclsyntax.Node) hcl.Diagnostics {
			if index, ok := n.(*hclsyntax.IndexExpr); ok && isEachKey(index.Key) {
				places[part.place(index.Collection.Range())] = true
			}
			return nil
		})
	}
	return places
}

// nativeOf is the native syntax behind an expression, if that is what it is.
func nativeOf(expr hcl.Expression) (hclsyntax.Expression, bool) {
	native, ok := hcl.UnwrapExpressionUntil(expr, func(e hcl.Expression) bool {
		_, ok := e.(hclsyntax.Expression)
		return ok
	}).(hclsyntax.Expression)
	return native, ok
}

func isEachKey(expr hclsyntax.Expression) bool {
	t, ok := expr.(*hclsyntax.ScopeTraversalExpr)
	return ok && len(t.Traversal) == 2 && t.Traversal.RootName() == "each" && attrName(t.Traversal, 1) == "key"
}

// isEachIndex reports whether an expression is step.TYPE.NAME[each.key].
func isEachIndex(expr hcl.Expression) bool {
	native, _ := nativeOf(expr)
	index, ok := native.(*hclsyntax.IndexExpr)
	if !ok || !isEachKey(index.Key) {
		return false
	}
	t, ok := index.Collection.(*hclsyntax.ScopeTraversalExpr)
	return ok && isWholeStep(t)
}

// isSplatted reports whether [*] follows what stands at a place in an
// expression.
func isSplatted(expr hcl.Expression, at hcl.Range) bool {
	found := false
	for _, part := range nativeParts(expr) {
		_ = hclsyntax.VisitAll(part.node, func(n hclsyntax.Node) hcl.Diagnostics {
			splat, ok := n.(*hclsyntax.SplatExpr)
			found = found || ok && part.place(splat.Source.Range()) == at
			return nil
		})
	}
	return found
}

// stepsOf lists what an expression refers to, also through locals.
func (s *scope) stepsOf(expr hcl.Expression) []reference {
	var refs []reference
	seen := map[string]bool{}
	var walk func(expr hcl.Expression, at *hcl.Range)
	walk = func(expr hcl.Expression, at *hcl.Range) {
		traversals := expr.Variables()
		for _, ref := range s.direct(expr, traversals) {
			if at != nil {
				ref.at = *at
			}
			refs = append(refs, ref)
		}
		for _, t := range traversals {
			name := attrName(t, 1)
			if l := s.locals[name]; t.RootName() == "local" && l != nil && !seen[name] {
				seen[name] = true
				place := t.SourceRange()
				if at != nil {
					place = *at
				}
				walk(l.expr, &place)
			}
		}
	}
	walk(expr, nil)
	return refs
}

// stepValues is the value of step: what an expression refers to of it, and
// nothing else, so that its cost does not grow with the pipeline.
func (s *scope) stepValues(refs []reference, v view) cty.Value {
	types := map[string]map[string]cty.Value{}
	for _, ref := range refs {
		block := s.blocks[ref.step.Block()]
		a := block.Address
		if types[a.Type] == nil {
			types[a.Type] = map[string]cty.Value{}
		}
		if types[a.Type][a.Name] == cty.NilVal {
			types[a.Type][a.Name] = s.blockValue(block, refs, v)
		}
	}
	roots := map[string]cty.Value{}
	for name, blocks := range types {
		roots[name] = cty.ObjectVal(blocks)
	}
	return cty.ObjectVal(roots)
}

// blockValue is what a block gives, as far as it is known: an object, or with
// for_each a map of them that has at least the instances referred to.
func (s *scope) blockValue(b *Block, refs []reference, v view) cty.Value {
	if b.forEach == nil {
		return s.stepValue(b.instances[0])
	}
	t := b.Type.ValueType()
	if b.late {
		return cty.UnknownVal(cty.Map(t))
	}
	if steps, all := s.referred(b, refs, v); !all {
		return s.instancesValue(t, steps)
	}
	whole, ok := s.wholes[b]
	if !ok {
		whole = s.instancesValue(t, b.instances)
		s.wholes[b] = whole
	}
	return whole
}

func (s *scope) instancesValue(t cty.Type, steps []*Step) cty.Value {
	if len(steps) == 0 {
		return cty.MapValEmpty(t)
	}
	values := make(map[string]cty.Value, len(steps))
	for _, step := range steps {
		values[step.Address.Key] = s.stepValue(step)
	}
	return cty.MapVal(values)
}

// referred lists the instances of a block that are referred to; all is true
// unless each reference names one.
func (s *scope) referred(b *Block, refs []reference, v view) (steps []*Step, all bool) {
	for _, ref := range refs {
		if ref.step.Block() != b.Address {
			continue
		}
		key := ref.step.Key
		switch {
		case ref.same && v.step != nil && v.step.Address.Keyed:
			key = v.step.Address.Key
		case !ref.step.Keyed:
			return nil, true
		}
		if i := b.find(key); i >= 0 && !slices.Contains(steps, b.instances[i]) {
			steps = append(steps, b.instances[i])
		}
	}
	return steps, false
}

// stepValue is a step's arguments and outputs, as far as they are known.
func (s *scope) stepValue(step *Step) cty.Value {
	if v, ok := s.values[step.Address]; ok {
		return v
	}
	if s.ahead {
		return cty.UnknownVal(step.Type.ValueType())
	}
	return nullsOf(step.Type.ValueType())
}

// sortReferences puts references into file order, so that edges, and with them
// the first cycle found, do not depend on chance.
func sortReferences(refs []reference) {
	slices.SortStableFunc(refs, func(a, b reference) int {
		return comparePlaces(a.at, b.at)
	})
}

// comparePlaces orders places by file and position.
func comparePlaces(a, b hcl.Range) int {
	return cmp.Or(cmp.Compare(a.Filename, b.Filename), cmp.Compare(a.Start.Byte, b.Start.Byte))
}
