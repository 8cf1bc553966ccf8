package chart

import (
	"math"

	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/axis"
)

// yRange is what the y axis has to show: the readings and the thresholds with
// some air, or what the chart asks for. It never crosses zero for air alone.
func (p *pane) yRange() axis.Range {
	r := p.extent
	air := 0.06 * r.Span()
	if r.Span() <= 1e-12*math.Max(math.Abs(r.Min), math.Abs(r.Max)) || r.Span() < 1e-280 {
		if math.Abs(r.Max) < 1e-280 {
			return p.panel.asAsked(axis.Range{Min: -1, Max: 1})
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
	return p.panel.asAsked(padded)
}

// yExtent spans all readings and thresholds, and zero where readings are drawn
// as reaching from there. Of a histogram it spans the counts.
func (p *pane) yExtent() axis.Range {
	if p.bins != nil {
		return axis.Range{Min: 0, Max: float64(p.bins.highest())}
	}
	r := axis.Range{Min: math.Inf(1), Max: math.Inf(-1)}
	widen := func(v float64) { // a missing reading is neither
		if v < r.Min {
			r.Min = v
		}
		if v > r.Max {
			r.Max = v
		}
	}
	for _, s := range p.panel.Series {
		for _, y := range s.Y {
			widen(y)
		}
	}
	for _, t := range p.panel.Thresholds {
		widen(t.Value)
	}
	if p.panel.Mark.down() {
		widen(0)
	}
	if r.Min > r.Max { // a panel that has no reading, among others that do
		return axis.Range{Min: 0, Max: 1}
	}
	return r
}

// asAsked puts the chart's own bounds in place, and keeps the range from
// being empty when only one is given and all readings lie beyond it.
func (p *Panel) asAsked(r axis.Range) axis.Range {
	if p.YMin != nil {
		r.Min = *p.YMin
	}
	if p.YMax != nil {
		r.Max = *p.YMax
	}
	if r.Min < r.Max {
		return r
	}
	if air := math.Max(math.Abs(r.Min)*0.1, 1); p.YMin != nil {
		r.Max = r.Min + air
	} else {
		r.Min = r.Max - air
	}
	return r
}

// chooseTicks chooses the ticks for the pane's height, and widens the range to
// whole steps where the panel does not fix it.
func (p *pane) chooseTicks() {
	p.y = p.yRange()
	room := axis.Room{
		Length: p.area.Size().Y, Target: 3.8 * p.tick, Gap: 0.7 * p.tick, Whole: p.bins != nil,
		Extent: func(string) vg.Length { return p.tick },
	}
	for range 3 { // a wider range may want a wider step
		ticks, step := axis.Numbers(p.y, room)
		p.ticks = ticks
		if step.IsZero() {
			return
		}
		wide := p.widened(step)
		if ticks := step.Ticks(wide); room.Fit(wide, ticks) {
			p.y, p.ticks = wide, ticks
			return
		}
		p.y = wide
	}
	p.ticks, _ = axis.Numbers(p.y, room)
}

// widened is the range of the y axis to the next whole steps.
func (p *pane) widened(step axis.NumberStep) axis.Range {
	r := p.y
	if p.panel.YMin == nil {
		r.Min = step.Below(r.Min)
	}
	if p.panel.YMax == nil {
		r.Max = step.Above(r.Max)
	}
	return r
}
