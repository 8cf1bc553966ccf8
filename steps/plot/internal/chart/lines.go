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
func (c *composer) drawSeries(i int) {
	s, look := c.Series[i], c.looks[i]
	runs := s.Runs(c.X.Kind)
	var alone []vg.Point
	for _, run := range runs {
		points := c.points(s, run)
		narrow := points[len(points)-1].X-points[0].X < 1
		if len(points) == 1 || narrow && len(runs) > manyRuns {
			alone = append(alone, points...)
			continue
		}
		c.drawLine(look, points)
	}
	radius := c.line * 1.4
	if len(runs) > manyRuns {
		alone, radius = extremes(alone, 1), c.line/2
	}
	c.dots(look.color, alone, radius)
	if c.sparse(s) {
		c.dots(look.color, c.points(s, Run{0, len(s.X)}), c.marker)
	}
}

// points places the readings of a run; missing ones are left out.
func (c *composer) points(s Series, run Run) []vg.Point {
	points := make([]vg.Point, 0, run.End-run.Start)
	for i := run.Start; i < run.End; i++ {
		if !math.IsNaN(s.Y[i]) {
			points = append(points, c.at(s.X[i], s.Y[i]))
		}
	}
	return points
}

func (c *composer) drawLine(l look, points []vg.Point) {
	area := draw.Canvas{Rectangle: c.plot}
	lines := [][]vg.Point{thin(points, c.pixel)}
	for _, p := range points {
		if !c.inside(p) {
			lines = area.ClipLinesXY(lines[0])
			break
		}
	}
	for _, line := range lines {
		c.pic.stroke(l.color, c.lineWidth(len(points)), l.dash, blunt(line, c.line)...)
	}
}

// lineWidth makes the line of a crowded series thinner.
func (c *composer) lineWidth(points int) vg.Length {
	if 2*vg.Length(points) > c.plot.Size().X {
		return c.line * 0.7
	}
	return c.line
}

// sparse reports whether readings are far enough apart to mark each.
func (c *composer) sparse(s Series) bool {
	return vg.Length(len(s.X))*c.marker*5 <= c.plot.Size().X
}

func (c *composer) dots(fill color.Color, points []vg.Point, radius vg.Length) {
	for _, p := range points {
		if c.inside(p) {
			c.pic.dot(fill, p, radius)
		}
	}
}

func length(p vg.Point) vg.Length {
	return vg.Length(math.Hypot(float64(p.X), float64(p.Y)))
}
