package chart

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/vg"
)

// A cloud of more dots than cloudy is drawn as the cells it covers, in at most
// mostCells stretches.
const (
	cloudy    = 5_000
	mostCells = 20_000
)

// drawDots paints a dot for every reading of a series. A cloud is painted cell
// by cell, and its extremes as dots: nothing that stands out of it is lost.
func (p *pane) drawDots(i int) {
	s, look := p.panel.Series[i], p.look(i)
	points := slices.DeleteFunc(p.points(s, Run{0, len(s.X)}), func(at vg.Point) bool { return !p.inside(at) })
	radius := p.marker * 1.25
	if vg.Length(len(points)) > p.area.Size().X/2 {
		radius = p.marker * 0.75
	}
	var path vg.Path
	if len(points) > cloudy {
		path = cloud(path, points, max(p.pixel, 1))
		points = extremes(points, 1)
		radius = p.marker / 2
	}
	for _, at := range points {
		path = symbol(path, look.dash, at, radius)
	}
	p.pic.fill(look.color, path)
}

// cell is a place in a grid laid over the picture.
type cell struct{ row, column int }

// cloud adds the cells that hold points to a path, neighbours in a row as one
// box. Where that is too many boxes the cells grow.
func cloud(path vg.Path, points []vg.Point, size vg.Length) vg.Path {
	for ; ; size *= 2 {
		seen := map[cell]bool{}
		for _, at := range points {
			seen[cell{int(at.Y / size), int(at.X / size)}] = true
		}
		cells := make([]cell, 0, len(seen))
		for c := range seen {
			cells = append(cells, c)
		}
		slices.SortFunc(cells, func(a, b cell) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.column, b.column)) })
		if boxes := stretches(cells, size); len(boxes) <= mostCells {
			for _, b := range boxes {
				path = box(path, b)
			}
			return path
		}
	}
}

// stretches joins sorted cells that are neighbours in a row.
func stretches(cells []cell, size vg.Length) []vg.Rectangle {
	var boxes []vg.Rectangle
	for i, c := range cells {
		right := vg.Length(c.column+1) * size
		if i > 0 && cells[i-1].row == c.row && cells[i-1].column == c.column-1 {
			boxes[len(boxes)-1].Max.X = right
			continue
		}
		corner := vg.Point{X: vg.Length(c.column) * size, Y: vg.Length(c.row) * size}
		boxes = append(boxes, vg.Rectangle{Min: corner, Max: corner.Add(vg.Point{X: size, Y: size})})
	}
	return boxes
}
