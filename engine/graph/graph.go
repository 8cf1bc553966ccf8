// Package graph holds which step of a pipeline needs which: built on
// heimdalr/dag, it finds cycles with their whole path, the order of steps, and
// what lies upstream of a step.
//
// Its vertices are blocks of the pipeline's file, not instances of a block:
// dag.AddEdge collects all ancestors and descendants, so a chain costs the
// square of its length. That is fine for what a person writes and too slow for
// 100,000 instances.
package graph

import (
	"fmt"
	"math/bits"
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

// Graph is a set of steps and the dependencies between them. Steps and
// dependencies are added first; after Build it is free of cycles and can be
// asked. Its zero value is not usable; call New.
type Graph struct {
	dag   *dag.DAG
	steps []engine.Address
	index map[engine.Address]int
	needs [][]Dependency // by step, each step once; after Build in file order
	cut   []Dependency   // those that Build left out
	order []int          // of the steps, what a step needs before it
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
// that is there already changes nothing.
func (g *Graph) AddDependency(d Dependency) {
	i := g.index[d.Step]
	if !slices.ContainsFunc(g.needs[i], func(known Dependency) bool { return known.Needs == d.Needs }) {
		g.needs[i] = append(g.needs[i], d)
	}
}

// Build settles the graph. A dependency that closes a cycle is left out and
// reported, so that the rest can be used.
func (g *Graph) Build() ([]*CycleError, error) {
	cycles := g.sort()
	position := make([]int, len(g.steps))
	for at, i := range g.order {
		position[i] = at
	}
	type edge struct {
		Dependency
		rank int
	}
	var edges []edge
	for i, needs := range g.needs {
		for _, d := range needs {
			edges = append(edges, edge{d, bits.Len(uint(position[i] ^ position[g.index[d.Needs]]))})
		}
	}
	// AddEdge collects all that comes before and after an edge. Joining
	// neighbours first, then pairs of neighbours and so on, keeps that short for
	// most edges; on a chain it saves two thirds of the time.
	slices.SortStableFunc(edges, func(a, b edge) int { return a.rank - b.rank })
	for _, e := range edges {
		if err := g.dag.AddEdge(e.Needs.String(), e.Step.String()); err != nil {
			return cycles, fmt.Errorf("let %s need %s: %w", e.Step, e.Needs, err)
		}
	}
	return cycles, nil
}

// sort finds the order of the steps depth first, in file order, and takes out
// the dependencies that close a cycle.
func (g *Graph) sort() []*CycleError {
	var cycles []*CycleError
	done := make([]bool, len(g.steps))
	at := make([]int, len(g.steps)) // place on the trail, from 1
	var trail []Dependency          // how the search came to where it is
	var visit func(i int)
	visit = func(i int) {
		at[i] = len(trail) + 1
		slices.SortFunc(g.needs[i], func(a, b Dependency) int { return g.index[a.Needs] - g.index[b.Needs] })
		g.needs[i] = slices.DeleteFunc(g.needs[i], func(d Dependency) bool {
			n := g.index[d.Needs]
			if at[n] > 0 {
				cycles = append(cycles, &CycleError{Path: append(slices.Clone(trail[at[n]-1:]), d)})
				g.cut = append(g.cut, d)
				return true
			}
			if !done[n] {
				trail = append(trail, d)
				visit(n)
				trail = trail[:len(trail)-1]
			}
			return false
		})
		at[i], done[i] = 0, true
		g.order = append(g.order, i)
	}
	for i := range g.steps {
		if !done[i] {
			visit(i)
		}
	}
	return cycles
}

// Steps lists the steps in file order.
func (g *Graph) Steps() []engine.Address { return slices.Clone(g.steps) }

// Needs lists the steps that a step needs directly, in file order.
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

// Order lists the steps so that each stands behind all it needs; otherwise in
// file order.
func (g *Graph) Order() []engine.Address {
	order := make([]engine.Address, len(g.order))
	for at, i := range g.order {
		order[at] = g.steps[i]
	}
	return order
}
