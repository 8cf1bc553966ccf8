// Package paint writes a composed chart as a file: PNG, JPEG, SVG or PDF, through
// the canvases of gonum.org/v1/plot/vg. The same picture gives the same bytes.
package paint

import (
	"context"
	"image/color"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/chart"
)

// brush is a canvas and how shapes, lines and labels are put on it.
type brush struct {
	canvas vg.Canvas
	fill   func(color.Color, vg.Path)
	stroke func(chart.Shape)
	write  func(chart.Label)
}

// all paints the shapes and then the labels.
func (b brush) all(ctx context.Context, p *chart.Picture) error {
	for i, s := range p.Shapes {
		if i%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if s.Width == 0 {
			b.fill(s.Color, s.Path)
			continue
		}
		b.canvas.SetColor(s.Color)
		b.canvas.SetLineWidth(s.Width)
		b.stroke(s)
	}
	for _, l := range p.Labels {
		b.write(l)
	}
	return ctx.Err()
}

// whole strokes a path as one.
func whole(canvas vg.Canvas) func(chart.Shape) {
	return func(s chart.Shape) {
		canvas.SetLineDash(s.Dash, 0)
		canvas.Stroke(s.Path)
	}
}

// A long path is stroked so many points at a time, the last of which are
// stroked again: long enough to leave no seam.
const (
	stretch = 128
	overlap = 8
)

// inStretches strokes a long path in pieces. The rasterizer behind vgimg keeps
// the cells of each row of pixels in a list that it searches from the start: a
// line that fills the picture would take it many seconds.
func inStretches(canvas vg.Canvas) func(chart.Shape) {
	return func(s chart.Shape) {
		var before vg.Length // of the path, for the dashes
		for start := 0; ; {
			end := min(start+stretch, len(s.Path))
			piece := slices.Clone(s.Path[start:end])
			piece[0].Type = vg.MoveComp
			canvas.SetLineDash(s.Dash, before)
			canvas.Stroke(piece)
			if end == len(s.Path) {
				return
			}
			for next := end - overlap; start < next; start++ {
				step := s.Path[start+1].Pos.Sub(s.Path[start].Pos)
				before += vg.Length(math.Hypot(float64(step.X), float64(step.Y)))
			}
		}
	}
}

// plainly fills a path as a canvas does.
func plainly(canvas vg.Canvas) func(color.Color, vg.Path) {
	return func(c color.Color, path vg.Path) {
		canvas.SetColor(c)
		canvas.Fill(path)
	}
}

// outlined is a label as the outline of its letters.
func outlined(l chart.Label) vg.Path {
	path := l.Face.Outline(l.Text, l.Size)
	for i := range path {
		path[i].Pos = placed(l, path[i].Pos)
		for k := range path[i].Control {
			path[i].Control[k] = placed(l, path[i].Control[k])
		}
	}
	return path
}

func placed(l chart.Label, p vg.Point) vg.Point {
	if l.Turned {
		p = vg.Point{X: -p.Y, Y: p.X}
	}
	return p.Add(l.At)
}

// asText writes a label as text, for the viewer to draw.
func asText(canvas vg.Canvas) func(chart.Label) {
	return func(l chart.Label) {
		canvas.Push()
		defer canvas.Pop()
		canvas.SetColor(l.Color)
		canvas.Translate(l.At)
		if l.Turned {
			canvas.Rotate(math.Pi / 2)
		}
		canvas.FillString(l.Face.Sized(l.Size), vg.Point{}, l.Text)
	}
}

// attentive is a writer that stops with its context, so that encoders do.
type attentive struct {
	ctx context.Context
	w   io.Writer
}

// Write implements io.Writer until the context ends.
func (a attentive) Write(b []byte) (int, error) {
	if err := a.ctx.Err(); err != nil {
		return 0, err
	}
	return a.w.Write(b)
}
