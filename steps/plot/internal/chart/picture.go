package chart

import (
	"image/color"

	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/letter"
)

// Picture is a composed chart: shapes in the order they are painted on white,
// and the labels on top. The origin is the lower left corner, lengths are in
// points.
type Picture struct {
	Size   vg.Point
	Shapes []Shape
	Labels []Label
	Area   vg.Rectangle // where the lines are
	// Missing lists the characters that the typeface lacks.
	Missing []rune
}

// Shape is a path that is filled, or stroked where Width is above zero.
type Shape struct {
	Path  vg.Path
	Color color.Color
	Width vg.Length
	Dash  []vg.Length
}

// Label is one line of text.
type Label struct {
	Text   string
	Face   *letter.Face
	Size   vg.Length
	Color  color.Color
	At     vg.Point // where the baseline starts
	Turned bool     // by a quarter: the text runs upwards
}

// Box is the space that the label takes.
func (l Label) Box() vg.Rectangle {
	up, down := l.Face.Ascent(l.Size), l.Face.Descent(l.Size)
	along := l.Face.Width(l.Text, l.Size)
	box := vg.Rectangle{Min: vg.Point{Y: -down}, Max: vg.Point{X: along, Y: up}}
	if l.Turned {
		box = vg.Rectangle{Min: vg.Point{X: -up}, Max: vg.Point{X: down, Y: along}}
	}
	return box.Add(l.At)
}

func (p *Picture) fill(c color.Color, path vg.Path) {
	p.Shapes = append(p.Shapes, Shape{Path: path, Color: c})
}

func (p *Picture) stroke(c color.Color, width vg.Length, dash Dash, points ...vg.Point) {
	if len(points) < 2 {
		return
	}
	path := make(vg.Path, 0, len(points))
	path.Move(points[0])
	for _, pt := range points[1:] {
		path.Line(pt)
	}
	p.Shapes = append(p.Shapes, Shape{Path: path, Color: c, Width: width, Dash: dash.pattern(width)})
}

// dot draws a disc. Its outline is four Bézier curves: the arcs of gonum's
// canvases are not alike.
func (p *Picture) dot(c color.Color, at vg.Point, radius vg.Length) {
	const k = 0.5522847498 // of the radius: the best fit of a cubic to a quarter circle
	on := func(x, y vg.Length) vg.Point { return at.Add(vg.Point{X: x * radius, Y: y * radius}) }
	var path vg.Path
	path.Move(on(1, 0))
	path.CubeTo(on(1, k), on(k, 1), on(0, 1))
	path.CubeTo(on(-k, 1), on(-1, k), on(-1, 0))
	path.CubeTo(on(-1, -k), on(-k, -1), on(0, -1))
	path.CubeTo(on(k, -1), on(1, -k), on(1, 0))
	path.Close()
	p.fill(c, path)
}

// label places text with its baseline starting at a point.
func (p *Picture) label(l Label) { p.Labels = append(p.Labels, l) }
