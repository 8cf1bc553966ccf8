package page

// Box is where a node stands in a drawing.
type Box struct{ X, Y, Width, Height int }

// Draw draws a graph of nodes, each given with those that it needs, and gives
// the boxes by node and the number of edges drawn.
func Draw(needs [][]int, upright bool) (boxes map[string]Box, edges, width, height int) {
	nodes := make([]node, len(needs))
	for i := range nodes {
		nodes[i].ID = string(rune('a' + i))
	}
	g := drawGraph(nodes, needs, upright)
	boxes = map[string]Box{}
	for _, n := range g.Nodes {
		boxes[n.ID] = Box{n.X, n.Y, g.NodeWidth, nodeHeight}
	}
	return boxes, len(g.Edges), g.Width, g.Height
}

// Fitting cuts a text.
var Fitting = fitting

// RoundTime is the distance of the marks on an axis of time.
var RoundTime = roundTime

// PictureBytes is how much all pictures of a page may have.
const PictureBytes = pictureBytes
