package sched

import "dagrun/engine/graph"

// groups are the spans of several steps that others need as a whole. A member
// that ends tells its groups, and a group tells those that need it only what is
// news to them: so each costs as much as its members and those that need it,
// and not the product of both.
type groups struct {
	all  []group
	byID map[graph.Span]int32
	of   [][]int32 // by step: the groups that it is in
}

type group struct {
	open int32   // members that have not ended
	told [4]bool // by kind: a member has ended so
	next []int32 // steps that need the group
}

// join lets a step need a span as a whole.
func (g *groups) join(span graph.Span, id int32) {
	at, ok := g.byID[span]
	if !ok {
		at = int32(len(g.all)) //nolint:gosec // fewer than steps
		if g.byID == nil {
			g.byID = map[graph.Span]int32{}
		}
		g.byID[span] = at
		g.all = append(g.all, group{open: int32(span.Len())}) //nolint:gosec // a count of steps
		for member := span.From; member < span.To; member++ {
			g.of[member] = append(g.of[member], at)
		}
	}
	g.all[at].next = append(g.all[at].next, id)
}

// settle tells the groups of a step that it has ended.
func (g *groups) settle(m *Machine, id int, k kind, cause int32) {
	for _, at := range g.of[id] {
		group := &g.all[at]
		group.open--
		news := k != success && !group.told[k]
		group.told[k] = true
		if !news && group.open > 0 {
			continue
		}
		for _, d := range group.next {
			if news {
				m.nodes[d].note(k, cause)
			}
			if group.open == 0 {
				m.nodes[d].open--
			}
		}
		m.touched = append(m.touched, group.next)
	}
}
