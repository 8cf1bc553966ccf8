package graph

import (
	"cmp"
	"slices"
)

// Edge is a dependency as it is drawn: with those that Build left out, and
// whether it lies on a cycle.
type Edge struct {
	Dependency
	Cycle bool
}

// Edges lists every dependency that was added, each once, in file order of the
// steps and then of what they need. It is asked after Build.
func (g *Graph) Edges() []Edge {
	next := make([][]int, len(g.steps)) // what each step needs
	var edges []Edge
	for _, d := range slices.Concat(append(slices.Clone(g.needs), g.cut)...) {
		i := g.index[d.Step]
		next[i] = append(next[i], g.index[d.Needs])
		edges = append(edges, Edge{Dependency: d})
	}
	slices.SortFunc(edges, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(g.index[a.Step], g.index[b.Step]), cmp.Compare(g.index[a.Needs], g.index[b.Needs]))
	})
	for i, e := range edges {
		edges[i].Cycle = len(g.cut) > 0 && reaches(next, g.index[e.Needs], g.index[e.Step])
	}
	return edges
}

// reaches reports whether one step is another or needs it, directly or through
// others.
func reaches(next [][]int, from, to int) bool {
	seen := make([]bool, len(next))
	open := []int{from}
	for len(open) > 0 {
		i := open[len(open)-1]
		open = open[:len(open)-1]
		if i == to {
			return true
		}
		for _, n := range next[i] {
			if !seen[n] {
				seen[n] = true
				open = append(open, n)
			}
		}
	}
	return false
}
