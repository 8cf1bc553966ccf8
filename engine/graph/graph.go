// Package graph holds which step of a pipeline needs which: built on
// heimdalr/dag, it finds cycles with their whole path, the order of steps, and
// what lies upstream of a step.
//
// Its vertices are blocks of the pipeline's file, not instances of a block:
// dag.AddEdge looks at all ancestors and descendants, which is fine for what a
// person writes and too slow for 100,000 instances.
package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/heimdalr/dag"

	"dagrun/engine"
)

// Dependency says that Step needs Needs, as written at At.
type Dependency struct {
	Step, Needs engine.Address
	At          engine.Range
}

// CycleError is a dependency that would close a cycle. Path starts and ends
// with it: each dependency's Needs is the next one's Step, and the last one's
// Needs is the first one's Step.
type CycleError struct{ Path []Dependency }

// Error names the steps of the cycle, the first again at the end.
func (e *CycleError) Error() string {
	names := make([]string, 0, len(e.Path)+1)
	for _, d := range e.Path {
		names = append(names, d.Step.String())
	}
	names = append(names, e.Path[0].Step.String())
	return "cycle: " + strings.Join(names, " -> ")
}

// Graph is a set of steps and the dependencies between them; it never holds a
// cycle. Its zero value is not usable; call New.
type Graph struct {
	dag   *dag.DAG
	steps []engine.Address
	index map[engine.Address]int
	needs [][]Dependency // by step, in the order added
}

// New makes an empty graph.
func New() *Graph {
	return &Graph{dag: dag.NewDAG(), index: map[engine.Address]int{}}
}

// AddStep adds a step. The order of calls is the file order.
func (g *Graph) AddStep(a engine.Address) error {
	if err := g.dag.AddVertexByID(a.String(), a); err != nil {
		return fmt.Errorf("add %s: %w", a, err)
	}
	g.index[a] = len(g.steps)
	g.steps = append(g.steps, a)
	g.needs = append(g.needs, nil)
	return nil
}

// AddDependency adds a dependency between steps that are in the graph. One
// that is there already changes nothing. One that would close a cycle is not
// added; the error is a *CycleError.
func (g *Graph) AddDependency(d Dependency) error {
	err := g.dag.AddEdge(d.Needs.String(), d.Step.String())
	var same dag.SrcDstEqualError
	var loop dag.EdgeLoopError
	var known dag.EdgeDuplicateError
	switch {
	case errors.As(err, &known):
		return nil
	case errors.As(err, &same):
		return &CycleError{Path: []Dependency{d}}
	case errors.As(err, &loop):
		return &CycleError{Path: append([]Dependency{d}, g.path(d.Needs, d.Step)...)}
	case err != nil:
		return err
	}
	i := g.index[d.Step]
	g.needs[i] = append(g.needs[i], d)
	return nil
}

// path finds dependencies that lead from one step to another that it needs,
// the shortest first found breadth first.
func (g *Graph) path(from, to engine.Address) []Dependency {
	cameBy := map[engine.Address]Dependency{}
	queue := []engine.Address{from}
	for len(queue) > 0 && cameBy[to].Step == (engine.Address{}) {
		for _, d := range g.needs[g.index[queue[0]]] {
			if _, seen := cameBy[d.Needs]; !seen {
				cameBy[d.Needs] = d
				queue = append(queue, d.Needs)
			}
		}
		queue = queue[1:]
	}
	var path []Dependency
	for at := to; at != from; at = cameBy[at].Step {
		path = append(path, cameBy[at])
	}
	slices.Reverse(path)
	return path
}

// Steps lists the steps in file order.
func (g *Graph) Steps() []engine.Address { return slices.Clone(g.steps) }

// Needs lists the steps that a step needs directly, in the order they were
// added.
func (g *Graph) Needs(a engine.Address) []engine.Address {
	var needs []engine.Address
	for _, d := range g.needs[g.index[a]] {
		needs = append(needs, d.Needs)
	}
	return needs
}

// Before reports whether a ends before b starts in every run: whether b needs
// a, directly or through others.
func (g *Graph) Before(a, b engine.Address) bool {
	ancestors, err := g.dag.GetAncestors(b.String())
	if err != nil {
		return false
	}
	_, ok := ancestors[a.String()]
	return ok
}

// Order lists the steps so that each stands behind all it needs; where that
// leaves a choice, the one that comes first in the file.
func (g *Graph) Order() []engine.Address {
	done := make([]bool, len(g.steps))
	order := make([]engine.Address, 0, len(g.steps))
	var visit func(i int)
	visit = func(i int) {
		if done[i] {
			return
		}
		done[i] = true
		needs := make([]int, 0, len(g.needs[i]))
		for _, d := range g.needs[i] {
			needs = append(needs, g.index[d.Needs])
		}
		slices.Sort(needs)
		for _, n := range needs {
			visit(n)
		}
		order = append(order, g.steps[i])
	}
	for i := range g.steps {
		visit(i)
	}
	return order
}
