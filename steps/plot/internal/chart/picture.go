package chart

import (
	"image/color"

	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/letter"
)

// Picture is a composed chart: shapes in the order they are painted on the
// ground, and the labels on top. The origin is the lower left corner, lengths are in
// points.
type Picture struct {
	Size   vg.Point
	Ground color.Color
	Shapes []Shape
	Labels []Label
	Areas  []vg.Rectangle // where the readings are, from the top panel down
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
	if len(path) == 0 {
		return
	}
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

func (p *Picture) dot(c color.Color, at vg.Point, radius vg.Length) {
	p.fill(c, disc(nil, at, radius))
}

// label places text with its baseline starting at a point.
func (p *Picture) label(l Label) { p.Labels = append(p.Labels, l) }
