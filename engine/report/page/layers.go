package page

import (
	"cmp"
	"slices"
)

// layers is a graph that is laid out in layers, after Sugiyama, Tagawa and Toda:
// each vertex stands in a layer behind all that it needs, an edge that passes
// layers has a bend in each, and the vertices of a layer are ordered so that
// edges cross little.
type layers struct {
	vertices []vertex
	layers   [][]int // vertices, in order
	edges    [][]int // each from a node over bends to a node
}

// vertex is a node of the graph, or a bend of an edge.
type vertex struct {
	node     int // -1 for a bend
	layer    int
	up, down []int // neighbours in the layers before and behind
	at       float64
}

const bend = -1

// sweeps is how often order and places are improved; more change nothing that
// could be seen.
const sweeps = 8

// layOut puts nodes into layers. needs lists for each node those that it needs;
// what would close a cycle, which only a damaged log can have, is left out.
func layOut(needs [][]int) *layers {
	l := new(layers)
	rank := ranks(needs)
	for node, r := range rank {
		l.add(node, r)
	}
	for node := range needs {
		for _, need := range needs[node] {
			if rank[need] < rank[node] {
				l.connect(need, node)
			}
		}
	}
	for range sweeps {
		l.order(false)
		l.order(true)
	}
	return l
}

// reduced leaves out the edges that others imply: who needs a node that needs
// another need not be drawn as needing that one too.
func reduced(needs [][]int) [][]int {
	rank := ranks(needs)
	order := make([]int, len(needs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank[a], rank[b]) })
	before := make([][]bool, len(needs)) // all that a node needs, also through others
	left := make([][]int, len(needs))
	for _, node := range order {
		before[node] = make([]bool, len(needs))
		near := slices.Clone(needs[node])
		slices.SortStableFunc(near, func(a, b int) int { return cmp.Compare(rank[b], rank[a]) })
		for _, need := range near {
			if before[node][need] || rank[need] >= rank[node] {
				continue
			}
			left[node] = append(left[node], need)
			before[node][need] = true
			for i, is := range before[need] {
				before[node][i] = before[node][i] || is
			}
		}
	}
	return left
}

// ranks gives each node the length of the longest way to it.
func ranks(needs [][]int) []int {
	rank, left := make([]int, len(needs)), make([]int, len(needs))
	behind := make([][]int, len(needs))
	var ready []int
	for node := range needs {
		if left[node] = len(needs[node]); left[node] == 0 {
			ready = append(ready, node)
		}
		for _, need := range needs[node] {
			behind[need] = append(behind[need], node)
		}
	}
	for ; len(ready) > 0; ready = ready[1:] {
		for _, node := range behind[ready[0]] {
			rank[node] = max(rank[node], rank[ready[0]]+1)
			if left[node]--; left[node] == 0 {
				ready = append(ready, node)
			}
		}
	}
	return rank
}

func (l *layers) add(node, layer int) int {
	for len(l.layers) <= layer {
		l.layers = append(l.layers, nil)
	}
	v := len(l.vertices)
	l.vertices = append(l.vertices, vertex{node: node, layer: layer})
	l.layers[layer] = append(l.layers[layer], v)
	return v
}

// connect adds an edge, with bends in the layers between. The vertices of nodes
// have the nodes' numbers.
func (l *layers) connect(from, to int) {
	edge := []int{from}
	for layer := l.vertices[from].layer + 1; layer < l.vertices[to].layer; layer++ {
		edge = append(edge, l.add(bend, layer))
	}
	edge = append(edge, to)
	for i := range edge[1:] {
		a, b := edge[i], edge[i+1]
		l.vertices[a].down = append(l.vertices[a].down, b)
		l.vertices[b].up = append(l.vertices[b].up, a)
	}
	l.edges = append(l.edges, edge)
}

// order sorts each layer by where the neighbours of its vertices stand on
// average, upwards by those behind or downwards by those before.
func (l *layers) order(upwards bool) {
	for i := range l.layers {
		layer := l.layers[l.inTurn(i, upwards)]
		for at, v := range layer {
			l.vertices[v].at = float64(at)
		}
	}
	for i := range l.layers {
		layer := l.layers[l.inTurn(i, upwards)]
		wish := map[int]float64{}
		for _, v := range layer {
			wish[v] = l.wish(v, upwards)
		}
		slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(wish[a], wish[b]) })
		for at, v := range layer {
			l.vertices[v].at = float64(at)
		}
	}
}

func (l *layers) inTurn(i int, upwards bool) int {
	if upwards {
		return len(l.layers) - 1 - i
	}
	return i
}

// wish is the mean place of a vertex's neighbours on one side; its own place
// where it has none there.
func (l *layers) wish(v int, upwards bool) float64 {
	neighbours := l.vertices[v].up
	if upwards {
		neighbours = l.vertices[v].down
	}
	if len(neighbours) == 0 {
		return l.vertices[v].at
	}
	sum := 0.0
	for _, n := range neighbours {
		sum += l.vertices[n].at
	}
	return sum / float64(len(neighbours))
}

// place gives every vertex a place across the layers, so that edges are as
// straight as they can be while the vertices keep their order and distance.
// room is how much of the layer's length a node takes, narrow a bend.
func (l *layers) place(room, narrow float64) (length float64) {
	size := func(v int) float64 {
		if l.vertices[v].node == bend {
			return narrow
		}
		return room
	}
	for _, layer := range l.layers {
		l.settle(layer, size, func(int) float64 { return 0 })
	}
	for i := range 2 * sweeps {
		upwards := i%2 == 1
		for k := range l.layers {
			l.settle(l.layers[l.inTurn(k, upwards)], size, func(v int) float64 { return l.wish(v, upwards) })
		}
	}
	first, last := l.extent(size)
	for v := range l.vertices {
		l.vertices[v].at -= first
	}
	return last - first
}

func (l *layers) extent(size func(int) float64) (first, last float64) {
	for v := range l.vertices {
		at, half := l.vertices[v].at, size(v)/2
		if v == 0 || at-half < first {
			first = at - half
		}
		if v == 0 || at+half > last {
			last = at + half
		}
	}
	return first, last
}

// settle places the vertices of a layer as near to their wishes as their sizes
// allow, in the sense of least squares: neighbours that would overlap are moved
// as one.
func (l *layers) settle(layer []int, size func(int) float64, wish func(int) float64) {
	type group struct {
		sum   float64 // of the wishes, each from the beginning of the group
		count int
	}
	var groups []group
	mean := func(g group) float64 { return g.sum / float64(g.count) }
	offsets := make([]float64, len(layer)) // were all packed
	for i, v := range layer {
		if i > 0 {
			offsets[i] = offsets[i-1] + size(layer[i-1])/2 + size(v)/2
		}
		groups = append(groups, group{wish(v) - offsets[i], 1})
		for n := len(groups); n > 1 && mean(groups[n-2]) > mean(groups[n-1]); n = len(groups) {
			groups[n-2].sum += groups[n-1].sum
			groups[n-2].count += groups[n-1].count
			groups = groups[:n-1]
		}
	}
	i := 0
	for _, g := range groups {
		for range g.count {
			l.vertices[layer[i]].at = mean(g) + offsets[i]
			i++
		}
	}
}
