package chart

import (
	"image/color"

	"gonum.org/v1/plot/vg"
)

// crowded is the count of marks of a series beyond which only the farthest in
// every point of width is marked.
const crowded = 1000

// reading is a place in the data.
type reading struct{ series, at int }

// collectBreached finds the readings to mark, by the threshold they breach.
func (c *composer) collectBreached() {
	c.breached = make([][]reading, len(c.Thresholds))
	for i, s := range c.Series {
		for k, y := range s.Y {
			if t := Breach(c.Thresholds, y); t >= 0 {
				c.breached[t] = append(c.breached[t], reading{i, k})
			}
		}
	}
}

// placeBreaches turns breaches into points of the picture, fewer where they
// are crowded.
func (c *composer) placeBreaches() {
	c.marks = make([][]vg.Point, len(c.Thresholds))
	for t, readings := range c.breached {
		for len(readings) > 0 {
			first := readings[0].series
			var points []vg.Point
			for len(readings) > 0 && readings[0].series == first {
				s := c.Series[first]
				points = append(points, c.at(s.X[readings[0].at], s.Y[readings[0].at]))
				readings = readings[1:]
			}
			if len(points) > crowded {
				points = farthest(points, c.Thresholds[t].Bound)
			}
			c.marks[t] = append(c.marks[t], points...)
		}
	}
}

// drawBreaches marks readings beyond a threshold in its colour.
func (c *composer) drawBreaches() {
	for t, points := range c.marks {
		fill := c.Thresholds[t].color()
		if vg.Length(len(points))*c.breach > c.plot.Size().X {
			c.dots(fill, points, c.breach/2)
			continue
		}
		for _, p := range points {
			if c.inside(p) {
				c.drawBreach(fill, p, c.breach)
			}
		}
	}
}

// drawBreach paints a dot with a white ring, which sets it off from its line.
func (c *composer) drawBreach(fill color.Color, at vg.Point, radius vg.Length) {
	c.pic.dot(paper(), at, radius+c.line/2)
	c.pic.dot(fill, at, radius)
}

// farthest keeps one point in each point of width: the one that is farthest
// beyond the bound.
func farthest(points []vg.Point, b Bound) []vg.Point {
	var kept []vg.Point
	for _, p := range points {
		last := len(kept) - 1
		switch {
		case last < 0 || int(kept[last].X) != int(p.X):
			kept = append(kept, p)
		case b == Max && p.Y > kept[last].Y, b == Min && p.Y < kept[last].Y:
			kept[last] = p
		}
	}
	return kept
}

// extremes keeps the lowest and the highest point of every column; points go
// from left to right.
func extremes(points []vg.Point, column vg.Length) []vg.Point {
	var kept []vg.Point
	for start := 0; start < len(points); {
		end, low, high := start, start, start
		for ; end < len(points) && int(points[end].X/column) == int(points[start].X/column); end++ {
			if points[end].Y < points[low].Y {
				low = end
			}
			if points[end].Y > points[high].Y {
				high = end
			}
		}
		kept = appendOnce(kept, points, min(low, high), max(low, high))
		start = end
	}
	return kept
}
