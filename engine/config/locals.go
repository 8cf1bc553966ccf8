package config

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// local is one attribute of a locals block.
type local struct {
	expr  hcl.Expression
	at    hcl.Range
	fixed bool      // it is the same throughout a run
	value cty.Value // once it cannot change any more
	diags hcl.Diagnostics
}

func (l *loader) declareLocals() hcl.Diagnostics {
	s := l.pipeline.scope
	var diags hcl.Diagnostics
	for _, b := range l.blocks["locals"] {
		attrs, more := b.Body.JustAttributes()
		diags = append(diags, more...)
		for name, attr := range attrs {
			if before := s.locals[name]; before != nil {
				diags = append(diags, problem(attr.NameRange, "Duplicate local", "There is another local of this name at %s.", place(before.at)))
				continue
			}
			s.locals[name] = &local{expr: attr.Expr, at: attr.NameRange}
		}
	}
	s.names["local"] = sortedKeys(s.locals)
	return append(diags, s.cutLocalCycles()...)
}

// cutLocalCycles reports locals that are made of themselves, and gives those
// an unknown value so that the rest can be checked.
func (s *scope) cutLocalCycles() hcl.Diagnostics {
	var diags hcl.Diagnostics
	finished := map[string]bool{}
	var trail []string
	var visit func(name string)
	visit = func(name string) {
		l := s.locals[name]
		if l == nil || finished[name] || l.value != cty.NilVal {
			return
		}
		if i := slices.Index(trail, name); i >= 0 {
			l.value = cty.DynamicVal
			circle := append(slices.Clone(trail[i:]), name)
			diags = append(diags, problem(l.at, "Cycle of locals", "These locals are made of each other in a circle: local.%s. Make one of them of something else.",
				strings.Join(circle, ", local.")))
			return
		}
		trail = append(trail, name)
		for _, t := range l.expr.Variables() {
			if t.RootName() == "local" {
				visit(attrName(t, 1))
			}
		}
		trail = trail[:len(trail)-1]
		finished[name] = true
	}
	for _, name := range s.names["local"] {
		visit(name)
	}
	if len(diags) > 0 { // cut the references as well, so that nothing follows them
		for _, l := range s.locals {
			if l.value != cty.NilVal {
				l.expr = hcl.StaticExpr(cty.DynamicVal, l.at)
			}
		}
	}
	return diags
}

// localValue evaluates a local. While the pipeline is loaded, its errors are
// reported once, by checkLocals.
func (s *scope) localValue(name string) (cty.Value, hcl.Diagnostics) {
	l := s.locals[name]
	if l == nil {
		return cty.DynamicVal, nil
	}
	if l.value != cty.NilVal {
		return l.value, nil
	}
	value, diags := s.eval(l.expr, viewStep)
	if s.rehearsal {
		l.value, l.diags = value, diags
		return value, nil
	}
	if l.fixed && !diags.HasErrors() {
		l.value = value
	}
	return value, diags
}

// fixLocals finds the locals that are made of nothing that changes during a run,
// which is what steps give and what has failed so far.
func (s *scope) fixLocals() {
	for _, l := range s.locals {
		l.fixed = len(s.stepsOf(l.expr)) == 0 && !s.mentionsRun(l.expr, map[string]bool{})
	}
}

func (s *scope) mentionsRun(expr hcl.Expression, seen map[string]bool) bool {
	for _, t := range expr.Variables() {
		name := attrName(t, 1)
		switch root := t.RootName(); {
		case root == "run":
			return true
		case root == "local" && s.locals[name] != nil && !seen[name]:
			seen[name] = true
			if s.mentionsRun(s.locals[name].expr, seen) {
				return true
			}
		}
	}
	return false
}

// checkLocals evaluates every local once and reports what is wrong.
func (s *scope) checkLocals() hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, name := range s.names["local"] {
		_, _ = s.localValue(name)
		diags = append(diags, s.locals[name].diags...)
	}
	return diags
}
