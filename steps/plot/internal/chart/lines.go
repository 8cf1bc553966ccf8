package chart

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// manyRuns is the count of breaks in a line beyond which stretches that are
// narrower than a point are drawn by their extremes.
const manyRuns = 2000

// drawSeries paints the line of a series, run by run, and a dot for every
// reading where they are few.
func (p *pane) drawSeries(i int) {
	s, look := p.panel.Series[i], p.look(i)
	whole, alone, many := p.runs(s)
	for _, points := range whole {
		p.drawLine(look, points)
	}
	radius := p.line * 1.4
	if many {
		alone, radius = extremes(alone, 1), p.line/2
	}
	p.dots(look.color, alone, radius)
	if p.sparse(s) {
		p.dots(look.color, p.points(s, Run{0, len(s.X)}), p.marker)
	}
}

// runs places the readings of a series: those of each unbroken stretch, and
// those that are no line, being alone or, if there are many stretches, in one
// that is narrower than a point.
func (p *pane) runs(s Series) (whole [][]vg.Point, alone []vg.Point, many bool) {
	runs := s.Runs(p.X.Kind)
	many = len(runs) > manyRuns
	for _, run := range runs {
		points := p.points(s, run)
		narrow := points[len(points)-1].X-points[0].X < 1
		if len(points) == 1 || narrow && many {
			alone = append(alone, points...)
			continue
		}
		whole = append(whole, points)
	}
	return whole, alone, many
}

// points places the readings of a run; missing ones are left out.
func (p *pane) points(s Series, run Run) []vg.Point {
	points := make([]vg.Point, 0, run.End-run.Start)
	for i := run.Start; i < run.End; i++ {
		if !math.IsNaN(s.Y[i]) {
			points = append(points, p.at(s.X[i], s.Y[i]))
		}
	}
	return points
}

func (p *pane) drawLine(l look, points []vg.Point) {
	area := draw.Canvas{Rectangle: p.area}
	lines := [][]vg.Point{thin(points, p.pixel)}
	for _, at := range points {
		if !p.inside(at) {
			lines = area.ClipLinesXY(lines[0])
			break
		}
	}
	for _, line := range lines {
		p.pic.stroke(l.color, p.lineWidth(len(points)), l.dash, blunt(line, p.line)...)
	}
}

// lineWidth makes the line of a crowded series thinner.
func (p *pane) lineWidth(points int) vg.Length {
	if 2*vg.Length(points) > p.area.Size().X {
		return p.line * 0.7
	}
	return p.line
}

// sparse reports whether readings are far enough apart to mark each.
func (p *pane) sparse(s Series) bool {
	return vg.Length(len(s.X))*p.marker*5 <= p.area.Size().X
}

func (p *pane) dots(fill color.Color, points []vg.Point, radius vg.Length) {
	for _, at := range points {
		if p.inside(at) {
			p.pic.dot(fill, at, radius)
		}
	}
}

func length(p vg.Point) vg.Length {
	return vg.Length(math.Hypot(float64(p.X), float64(p.Y)))
}
