package config

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"dagrun/engine"
	"dagrun/engine/graph"
)

// need is a block that another refers to: as a whole, or of its instances the
// one with the same key, or with one that is written out.
type need struct {
	block *Block
	part  part
	key   string
}

type part uint8

const (
	whole part = iota
	sameKey
	oneKey
)

// connect builds the graph from the references of every block.
func (l *loader) connect() hcl.Diagnostics {
	var diags hcl.Diagnostics
	s, g := l.pipeline.scope, l.pipeline.Graph
	places := map[engine.Range]hcl.Range{}
	for _, b := range l.pipeline.Blocks {
		for _, ref := range s.referencesOf(b) {
			up := s.blocks[ref.step.Block()]
			up.valued = true
			b.addNeed(up, ref)
			at := *rangeOf(ref.at)
			places[at] = ref.at
			g.AddDependency(graph.Dependency{Step: b.Address, Needs: up.Address, At: at})
		}
	}
	for _, b := range l.pipeline.Blocks {
		slices.SortStableFunc(b.needs, func(m, n need) int { return comparePlaces(m.block.at, n.block.at) })
	}
	l.valueOutputs()
	s.fixLocals()
	cycles, err := g.Build()
	for _, cycle := range cycles {
		diags = append(diags, cycleProblem(cycle, places[cycle.Path[len(cycle.Path)-1].At]))
	}
	if err != nil { // steps that are known, without cycles: it does not happen
		diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Wrong graph", Detail: err.Error()})
	}
	for _, b := range l.pipeline.Blocks {
		diags = append(diags, s.expand(b)...)
	}
	l.pipeline.number()
	return diags
}

// valueOutputs notes the steps that outputs and locals refer to.
func (l *loader) valueOutputs() {
	s := l.pipeline.scope
	var exprs []hcl.Expression
	for _, o := range l.pipeline.outputs {
		exprs = append(exprs, o.value)
	}
	for _, local := range s.locals {
		exprs = append(exprs, local.expr)
	}
	for _, expr := range exprs {
		for _, ref := range s.stepsOf(expr) {
			s.blocks[ref.step.Block()].valued = true
		}
	}
}

// referencesOf lists what a block refers to or depends on, in file order.
func (s *scope) referencesOf(b *Block) []reference {
	exprs := append(b.args.expressions(), b.dependsOn...)
	if b.condition != nil {
		exprs = append(exprs, b.condition)
	}
	for _, checks := range [][]check{b.preconditions, b.postconditions} {
		for _, c := range checks {
			exprs = append(exprs, c.condition, c.message)
		}
	}
	var refs []reference
	for _, expr := range exprs {
		refs = append(refs, s.stepsOf(expr)...)
	}
	sortReferences(refs)
	return refs
}

// addNeed adds what a reference says. Who needs a block as a whole needs no part
// of it beside.
func (b *Block) addNeed(up *Block, ref reference) {
	n := need{block: up}
	switch {
	case ref.same && b.forEach != nil:
		n.part = sameKey
	case ref.step.Keyed:
		n.part, n.key = oneKey, ref.step.Key
	}
	if slices.Contains(b.needs, n) || slices.Contains(b.needs, need{block: up}) {
		return
	}
	if n.part == whole {
		b.needs = slices.DeleteFunc(b.needs, func(m need) bool { return m.block == up })
	}
	b.needs = append(b.needs, n)
}

// number lists the steps, unless there are blocks whose instances only a run can
// know.
func (p *Pipeline) number() {
	p.Steps = nil
	for _, b := range p.Blocks {
		if b.late {
			p.Steps = nil
			return
		}
		b.first = len(p.Steps)
		p.Steps = append(p.Steps, b.instances...)
	}
}

// ordered lists the blocks so that each stands behind all it needs.
func (p *Pipeline) ordered() []*Block {
	order := p.Graph.Order()
	blocks := make([]*Block, len(order))
	for i, a := range order {
		blocks[i] = p.scope.blocks[a]
	}
	return blocks
}

// Order lists the steps, by their indexes, so that each stands behind all it
// needs.
func (p *Pipeline) Order() []int {
	order := make([]int, 0, len(p.Steps))
	for _, b := range p.ordered() {
		for i := range b.instances {
			order = append(order, b.first+i)
		}
	}
	return order
}

// Needs says what each step needs, by its index: spans of steps that do not
// overlap.
func (p *Pipeline) Needs() [][]graph.Span {
	needs := make([][]graph.Span, len(p.Steps))
	for i, s := range p.Steps {
		needs[i] = s.upstream()
	}
	return needs
}

// upstream is what a step needs directly.
func (s *Step) upstream() []graph.Span {
	var spans []graph.Span
	for _, n := range s.needs {
		span := n.span(s.Address.Key)
		if span.Len() > 0 && !slices.Contains(spans, span) {
			spans = append(spans, span)
		}
	}
	return spans
}

// span is the part of a block that an instance with a key needs.
func (n need) span(key string) graph.Span {
	if n.part == whole {
		return graph.Span{From: n.block.first, To: n.block.first + len(n.block.instances)}
	}
	if n.part == oneKey {
		key = n.key
	}
	if i := n.block.find(key); i >= 0 {
		return graph.One(n.block.first + i)
	}
	return graph.Span{}
}

// Before reports whether a ends before b starts in every run: whether b needs
// a, directly or through others.
func (p *Pipeline) Before(a, b *Step) bool {
	if !p.Graph.Before(a.Block.Address, b.Block.Address) {
		return false
	}
	seen := map[path]bool{}
	return reaches(path{b.Block, b.Address.Key, !b.Address.Keyed}, a, seen)
}

// path is where a search upstream has come to: an instance of a block, or all of
// them.
type path struct {
	block *Block
	key   string
	all   bool
}

func reaches(at path, goal *Step, seen map[path]bool) bool {
	if seen[at] {
		return false
	}
	seen[at] = true
	for _, n := range at.block.needs {
		next := path{block: n.block, key: n.key, all: n.part == whole}
		if n.part == sameKey {
			next.key, next.all = at.key, at.all
		}
		if n.block == goal.Block && (next.all || next.key == goal.Address.Key) || reaches(next, goal, seen) {
			return true
		}
	}
	return false
}

// Find gives the steps with an address: one, or for the address of a block all
// its instances. The error says what there is instead.
func (p *Pipeline) Find(a engine.Address) (graph.Span, error) {
	b := p.scope.blocks[a.Block()]
	switch {
	case b == nil:
		return graph.Span{}, fmt.Errorf("the pipeline has no step %s.%s", a.Block(), p.scope.nearestStep(a.Block()))
	case !a.Keyed:
		return need{block: b}.span(""), nil
	case b.forEach == nil:
		return graph.Span{}, fmt.Errorf("%s has no for_each, so it has no instance %q; write %s", b.Address, a.Key, b.Address)
	}
	span := need{block: b, part: oneKey, key: a.Key}.span("")
	if span.Len() == 0 {
		return span, errors.New(b.missing(a.Key, b.at).Detail)
	}
	return span, nil
}
