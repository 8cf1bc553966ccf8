package page

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/width"

	"dagrun/engine/report"
)

// mostNodes is how many blocks are drawn.
const mostNodes = 150

// The measures of a drawing, in pixels.
const (
	nodeHeight = 46
	along      = 40 // between layers
	across     = 14 // between the nodes of a layer
	bendRoom   = 18
	margin     = 4
)

// graph is a drawing of the blocks and of what needs what.
type graph struct {
	Upright       bool // layers below each other, for narrow screens
	Width, Height int
	NodeWidth     int
	Shrinks       bool // to the width of the screen, and can still be read
	Nodes         []node
	Edges         []edge
}

// node is a block in a graph.
type node struct {
	X, Y       int
	ID         string // of the section about the block
	State      state
	Name, Note string // cut to the width of the node
	Whole      string // the whole address
	Told       string // what the tooltip says of it
	Keyed      bool
}

// edge is a line with an arrowhead.
type edge struct{ Path, Head string }

// drawGraph draws the blocks: layers beside each other, or upright. Blocks with
// nothing before and behind them stand in rows below the others.
func drawGraph(nodes []node, needs [][]int, upright bool) graph {
	g := graph{Upright: upright, NodeWidth: 190}
	readable := 1500
	if upright {
		g.NodeWidth, readable = 184, 480
	}
	linked, alone := separate(needs)
	if len(linked) > 0 {
		g.connected(nodes, linked, needs)
	}
	g.rows(nodes, alone)
	g.Shrinks = g.Width <= readable
	for i, n := range g.Nodes {
		g.Nodes[i].Name, g.Nodes[i].Note = fitting(n.Name, g.TextWidth()/8), fitting(n.Note, g.TextWidth()/7)
	}
	return g
}

// TextWidth is how much room a node has beside its icon.
func (g graph) TextWidth() int { return g.NodeWidth - 42 }

// separate tells the nodes that have edges from those that have none.
func separate(needs [][]int) (linked, alone []int) {
	has := make([]bool, len(needs))
	for i := range needs {
		for _, need := range needs[i] {
			has[i], has[need] = true, true
		}
	}
	for i := range needs {
		if has[i] {
			linked = append(linked, i)
		} else {
			alone = append(alone, i)
		}
	}
	return linked, alone
}

// connected draws the nodes that have edges.
func (g *graph) connected(nodes []node, linked []int, needs [][]int) {
	position := map[int]int{}
	for i, n := range linked {
		position[n] = i
	}
	inner := make([][]int, len(linked))
	for i, n := range linked {
		for _, need := range needs[n] {
			inner[i] = append(inner[i], position[need])
		}
	}
	l := layOut(reduced(inner))
	deep, wide := g.NodeWidth, nodeHeight
	if g.Upright {
		deep, wide = nodeHeight, g.NodeWidth
	}
	length := int(l.place(float64(wide+across), bendRoom)) - across + 2*margin
	depth := len(l.layers)*(deep+along) - along + 2*margin
	g.Width, g.Height = g.turn(depth, length)
	for v, n := range linked {
		x, y := g.corner(l.vertices[v], deep, wide)
		placed := nodes[n]
		placed.X, placed.Y = x, y
		g.Nodes = append(g.Nodes, placed)
	}
	for _, e := range l.edges {
		g.Edges = append(g.Edges, g.edge(l, e, deep))
	}
}

// turn makes a place along and across the layers one in the drawing.
func (g *graph) turn(along, across int) (x, y int) {
	if g.Upright {
		return across, along
	}
	return along, across
}

func (g *graph) corner(v vertex, deep, wide int) (x, y int) {
	return g.turn(margin+v.layer*(deep+along), margin+int(v.at)-(wide+across)/2)
}

// edge draws a line from the far side of a node to the near side of another,
// straight through the layers that it passes.
func (g *graph) edge(l *layers, through []int, deep int) edge {
	var path strings.Builder
	place := func(v vertex, far bool) (int, int) {
		depth := margin + v.layer*(deep+along)
		if far {
			depth += deep
		}
		return depth, margin + int(v.at) - across/2
	}
	point := func(depth, side int) string {
		x, y := g.turn(depth, side)
		return fmt.Sprintf("%d %d", x, y)
	}
	d0, s0 := place(l.vertices[through[0]], true)
	path.WriteString("M" + point(d0, s0))
	for i, v := range through[1:] {
		d1, s1 := place(l.vertices[v], false)
		last := i == len(through)-2
		if last {
			d1 -= 6 // the arrowhead
		}
		middle := (d0 + d1) / 2
		path.WriteString(" C" + point(middle, s0) + " " + point(middle, s1) + " " + point(d1, s1))
		if !last {
			d1, s1 = place(l.vertices[v], true)
			path.WriteString(" L" + point(d1, s1))
		}
		d0, s0 = d1, s1
	}
	head := "M" + point(d0-2, s0-4) + " L" + point(d0+6, s0) + " L" + point(d0-2, s0+4) + " Z"
	return edge{Path: path.String(), Head: head}
}

// rows draws the nodes without edges, as many in a row as there is room for.
func (g *graph) rows(nodes []node, alone []int) {
	if len(alone) == 0 {
		return
	}
	const roomy = 5
	columns := max(min(roomy, len(alone)), (g.Width+across)/(g.NodeWidth+across))
	if g.Upright {
		columns = max(1, g.Width/(g.NodeWidth+across))
	}
	top := margin
	if g.Height > 0 {
		top = g.Height + across
	}
	for i, n := range alone {
		placed := nodes[n]
		placed.X = margin + i%columns*(g.NodeWidth+across)
		placed.Y = top + i/columns*(nodeHeight+across)
		g.Nodes = append(g.Nodes, placed)
		g.Width = max(g.Width, placed.X+g.NodeWidth+margin)
		g.Height = placed.Y + nodeHeight + margin
	}
}

// choose gives the blocks to draw where there are too many: those that did not
// end well before the others, in file order.
func choose(blocks []*block) []int {
	chosen := make([]int, len(blocks))
	for i := range blocks {
		chosen[i] = i
	}
	if len(blocks) > mostNodes {
		slices.SortStableFunc(chosen, func(a, b int) int {
			return cmp.Compare(blocks[a].state().gravity(), blocks[b].state().gravity())
		})
		chosen = chosen[:mostNodes]
		slices.Sort(chosen)
	}
	return chosen
}

// fitting cuts a text to so many columns of a fixed-width font, in which wide
// characters take two.
func fitting(s string, columns int) string {
	taken, cut := 0, 0
	for i, r := range s {
		if taken < columns {
			cut = i
		}
		taken++
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			taken++
		}
	}
	if taken <= columns {
		return s
	}
	return s[:cut] + "…"
}

// note says in few words what a block is and how it ended, which its icon says
// too.
func (b *block) note(now moment) string {
	switch {
	case len(b.steps) == 0:
		return b.summary(now)
	case b.keyed():
		text, _, _ := strings.Cut(b.summary(now), " · ")
		return text
	case len(b.steps[0].attempts) == 0:
		return b.address.Type + " · " + b.summary(now)
	case !b.ended(now):
		return b.address.Type + " · " + atWork.words(now.status)
	}
	return b.address.Type + " · " + b.length(now)
}

// summary says in a few words how a block ended.
func (b *block) summary(now moment) string {
	total, counts, s := len(b.steps), b.counts(), b.state()
	took := ""
	switch {
	case total == 0 && now.whole:
		return "no instances"
	case total == 0:
		return waiting.words(now.status)
	case !b.ended(now):
		took = " · last heard of after " + report.Length(b.took(now.time))
	case b.begun():
		took = " · " + b.length(now)
	}
	switch {
	case total == 1 && !b.keyed():
		return s.words(now.status) + took
	case counts[s] < total:
		return report.Count(counts[s]) + " of " + report.Count(total) + " " + s.words(now.status) + took
	}
	return report.Count(total) + " " + s.words(now.status) + took
}
