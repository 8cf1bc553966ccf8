package chart

import (
	"math"
	"slices"

	"dagrun/steps/plot/internal/axis"
)

// xRange spans the x values with a little air on both sides.
func (c *composer) xRange() axis.Range {
	if c.X.Kind == Categories {
		return axis.Range{Min: -0.5, Max: float64(len(c.X.Names)) - 0.5}
	}
	r := axis.Range{Min: math.Inf(1), Max: math.Inf(-1)}
	for _, p := range c.panes {
		first, last := p.xExtent()
		r.Min, r.Max = math.Min(r.Min, first), math.Max(r.Max, last)
	}
	air := math.Max(0.015*r.Span(), c.slot/2)
	if flat(r) {
		air = c.airOfOne(r.Max)
	}
	return axis.Range{Min: r.Min - air, Max: r.Max + air}
}

// flat reports whether a range is too narrow for its ends to be told apart.
func flat(r axis.Range) bool {
	return r.Span() <= 1e-12*math.Max(math.Abs(r.Min), math.Abs(r.Max)) || r.Span() < 1e-280
}

// xExtent is the first and the last value that a pane has on the x axis.
func (p *pane) xExtent() (first, last float64) {
	first, last = math.Inf(1), math.Inf(-1)
	if p.bins != nil {
		first, last = p.bins.edge(0), p.bins.edge(p.bins.count)
		if p.bins.count == 1 { // a bar, not a wall
			first, last = p.bins.edge(-1), p.bins.edge(2)
		}
		for _, t := range p.panel.Thresholds {
			first, last = math.Min(first, t.Value), math.Max(last, t.Value)
		}
		return first, last
	}
	for _, s := range p.panel.Series {
		if n := len(s.X); n > 0 {
			first, last = math.Min(first, s.X[0]), math.Max(last, s.X[n-1])
		}
	}
	return first, last
}

// airOfOne is the space on both sides of a single x value.
func (c *composer) airOfOne(x float64) float64 {
	switch {
	case c.X.Kind == Times && c.X.Calendar.Dates:
		return 36 * 3600
	case c.X.Kind == Times:
		return 1800
	case math.Abs(x) < 1e-280:
		return 1
	}
	return math.Abs(x) * 0.05
}

// slotOfBars is how much of the x axis a group of bars has: the distance of
// categories, or one that nearly all x values keep. 0 when there are no bars.
func (c *composer) slotOfBars() float64 {
	var xs []float64
	for _, p := range c.panes {
		if p.panel.Mark != Bar {
			continue
		}
		for _, s := range p.panel.Series {
			for i, x := range s.X {
				if !math.IsNaN(s.Y[i]) {
					xs = append(xs, x)
				}
			}
		}
	}
	switch {
	case len(xs) == 0:
		return 0
	case c.X.Kind == Categories:
		return 1
	}
	slices.Sort(xs)
	gaps := distances(xs)
	if len(gaps) == 0 || flat(axis.Range{Min: xs[0], Max: xs[len(xs)-1]}) {
		return c.airOfOne(xs[0])
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/10]
}

// distances are those between neighbours that differ.
func distances(ascending []float64) []float64 {
	gaps := make([]float64, 0, len(ascending))
	for i := 1; i < len(ascending); i++ {
		if d := ascending[i] - ascending[i-1]; d > 0 {
			gaps = append(gaps, d)
		}
	}
	return gaps
}
