package chart

import (
	"math"

	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/axis"
)

// yRange is what the y axis has to show: the readings and the thresholds with
// some air, or what the chart asks for. It never crosses zero for air alone.
func (c *composer) yRange() axis.Range {
	r := c.extent
	air := 0.06 * r.Span()
	if r.Span() <= 1e-12*math.Max(math.Abs(r.Min), math.Abs(r.Max)) || r.Span() < 1e-280 {
		if math.Abs(r.Max) < 1e-280 {
			return c.asAsked(axis.Range{Min: -1, Max: 1})
		}
		air = math.Abs(r.Max) * 0.05
	}
	padded := axis.Range{Min: r.Min - air, Max: r.Max + air}
	if r.Min >= 0 && padded.Min < 0 {
		padded.Min = 0
	}
	if r.Max <= 0 && padded.Max > 0 {
		padded.Max = 0
	}
	return c.asAsked(padded)
}

// yExtent spans all readings and thresholds.
func (c *Chart) yExtent() axis.Range {
	r := axis.Range{Min: math.Inf(1), Max: math.Inf(-1)}
	widen := func(v float64) {
		if !math.IsNaN(v) {
			r.Min, r.Max = math.Min(r.Min, v), math.Max(r.Max, v)
		}
	}
	for _, s := range c.Series {
		for _, y := range s.Y {
			widen(y)
		}
	}
	for _, t := range c.Thresholds {
		widen(t.Value)
	}
	return r
}

// asAsked puts the chart's own bounds in place, and keeps the range from
// being empty when only one is given and all readings lie beyond it.
func (c *Chart) asAsked(r axis.Range) axis.Range {
	if c.YMin != nil {
		r.Min = *c.YMin
	}
	if c.YMax != nil {
		r.Max = *c.YMax
	}
	if r.Min < r.Max {
		return r
	}
	if air := math.Max(math.Abs(r.Min)*0.1, 1); c.YMin != nil {
		r.Max = r.Min + air
	} else {
		r.Min = r.Max - air
	}
	return r
}

// yTicks chooses the ticks for a height, and widens the range to whole steps
// where the chart does not fix it.
func (c *composer) yTicks(height vg.Length) (axis.Range, []axis.Tick) {
	r := c.yRange()
	room := axis.Room{
		Length: height, Target: 3.8 * c.tick, Gap: 0.7 * c.tick,
		Extent: func(string) vg.Length { return c.tick },
	}
	ticks, step := axis.Numbers(r, room)
	if step.IsZero() {
		return r, ticks
	}
	if c.YMin == nil {
		r.Min = step.Below(r.Min)
	}
	if c.YMax == nil {
		r.Max = step.Above(r.Max)
	}
	return r, step.Ticks(r)
}
