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
func (p *pane) collectBreached() {
	p.breached = make([][]reading, len(p.panel.Thresholds))
	for i, s := range p.panel.Series {
		for k, y := range s.Y {
			if t := Breach(p.panel.Thresholds, y); t >= 0 {
				p.breached[t] = append(p.breached[t], reading{i, k})
			}
		}
	}
}

// placeBreaches turns breaches into points of the picture, fewer where they
// are crowded. The bins of a histogram are coloured instead.
func (p *pane) placeBreaches() {
	if p.bins != nil {
		return
	}
	p.marks = make([][]vg.Point, len(p.panel.Thresholds))
	for t, readings := range p.breached {
		for len(readings) > 0 {
			first := readings[0].series
			var points []vg.Point
			for len(readings) > 0 && readings[0].series == first {
				points = append(points, p.place(readings[0]))
				readings = readings[1:]
			}
			if len(points) > crowded {
				points = farthest(points, p.panel.Thresholds[t].Bound)
			}
			p.marks[t] = append(p.marks[t], points...)
		}
	}
}

// drawBreaches marks readings beyond a threshold in its colour, smaller where
// readings are close to each other.
func (p *pane) drawBreaches() {
	most := 1
	for _, s := range p.panel.Series {
		most = max(most, len(s.X))
	}
	radius := min(p.breach, max(p.breach/2, 0.4*p.area.Size().X/vg.Length(most)))
	for t, points := range p.marks {
		fill := p.colorOf(p.panel.Thresholds[t])
		if radius == p.breach/2 {
			p.dots(fill, points, radius)
			continue
		}
		for _, at := range points {
			if p.inside(at) {
				p.drawBreach(fill, at, radius)
			}
		}
	}
}

// drawBreach paints a dot with a ring of paper, which sets it off from its line.
func (c *composer) drawBreach(fill color.Color, at vg.Point, radius vg.Length) {
	c.pic.dot(c.paper, at, radius+c.line/2)
	c.pic.dot(fill, at, radius)
}

// place is where a reading is drawn: of a bar, the middle of its end.
func (p *pane) place(r reading) vg.Point {
	s := p.panel.Series[r.series]
	at := p.at(s.X[r.at], s.Y[r.at])
	if p.panel.Mark == Bar {
		width, left := p.barOf(r.series)
		at.X += left + width/2
	}
	return at
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
