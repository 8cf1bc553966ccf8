package chart

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/letter"
)

// drawThresholds paints the lines of the thresholds that are in view, and
// names them at their end when there is no legend.
func (p *pane) drawThresholds() {
	seen := slices.DeleteFunc(slices.Clone(p.panel.Thresholds), func(t Threshold) bool { return !p.inside(p.on(t)) })
	for _, t := range seen {
		from, to := vg.Point{X: p.area.Min.X, Y: p.snap(p.on(t).Y)}, vg.Point{X: p.area.Max.X, Y: p.snap(p.on(t).Y)}
		if p.bins != nil {
			from, to = vg.Point{X: p.snap(p.on(t).X), Y: p.area.Min.Y}, vg.Point{X: p.snap(p.on(t).X), Y: p.area.Max.Y}
		}
		if p.bins != nil { // the bars beyond it have its colour
			p.pic.stroke(p.paper, 2.5*p.rule, Solid, from, to)
		}
		p.pic.stroke(p.colorOf(t), p.rule, t.Dash, from, to)
	}
	slices.SortStableFunc(seen, func(a, b Threshold) int { return cmp.Compare(a.Value, b.Value) })
	switch {
	case p.Legend:
	case p.bins != nil:
		p.nameAbove(seen)
	default:
		p.nameBeside(seen)
	}
}

// on is a place on the line of a threshold, at the corner of the area.
func (p *pane) on(t Threshold) vg.Point {
	if p.bins != nil {
		return vg.Point{X: p.at(t.Value, 0).X, Y: p.area.Min.Y}
	}
	return vg.Point{X: p.area.Min.X, Y: p.at(0, t.Value).Y}
}

func (c *composer) thresholdName(t Threshold) string {
	return c.regular.Shorten(letter.Clean(t.Name), c.tick, c.Width*0.25)
}

// rightWidth is what names of thresholds need right of the plot area, margin
// included.
func (c *composer) rightWidth() vg.Length {
	widest := vg.Length(0)
	for _, p := range c.panes {
		for _, t := range p.panel.Thresholds {
			if !c.Legend && p.bins == nil {
				widest = max(widest, c.small+c.regular.Width(c.thresholdName(t), c.tick))
			}
		}
	}
	return c.margin + widest
}

// namesAbove is what names of thresholds need above a histogram, whose
// thresholds are upright.
func (p *pane) namesAbove() vg.Length {
	if p.Legend || p.bins == nil || len(p.panel.Thresholds) == 0 {
		return 0
	}
	return lineHeight(p.tick) + p.small
}

// nameAbove writes the names at the upper ends of the lines, those that find
// no place beside the one before left out.
func (p *pane) nameAbove(seen []Threshold) {
	free := vg.Length(0)
	for _, t := range seen {
		text := p.thresholdName(t)
		width := p.regular.Width(text, p.tick)
		x := min(max(p.on(t).X-width/2, p.area.Min.X), p.area.Max.X-width)
		if x < free {
			continue
		}
		free = x + width + p.small
		p.pic.label(Label{
			Text: text, Face: p.regular, Size: p.tick, Color: p.legible(p.colorOf(t)),
			At: vg.Point{X: x, Y: p.area.Max.Y + p.small/2 + p.regular.Descent(p.tick)},
		})
	}
}

// nameBeside writes the names behind the ends of the lines, outside the area,
// where they cover no reading. Names of lines that are close move apart; those
// that find no place are left out.
func (p *pane) nameBeside(seen []Threshold) {
	step := lineHeight(p.tick)
	if most := int(p.area.Size().Y / step); len(seen) > most {
		seen = seen[:most]
	}
	middles := make([]vg.Length, len(seen))
	for i, t := range seen {
		middles[i] = p.on(t).Y
	}
	spread(middles, step, p.area.Min.Y+step/2, p.area.Max.Y-step/2)
	for i, t := range seen {
		p.pic.label(Label{
			Text: p.thresholdName(t), Face: p.regular, Size: p.tick, Color: p.legible(p.colorOf(t)),
			At: vg.Point{X: p.area.Max.X + p.small, Y: middles[i] - p.regular.Capitals(p.tick)/2},
		})
	}
}

// spread moves ascending places so that they are a step apart and within
// bounds, which have room for all.
func spread(places []vg.Length, step, low, high vg.Length) {
	for i := range places {
		least := low + vg.Length(i)*step
		if i > 0 {
			least = places[i-1] + step
		}
		places[i] = max(places[i], least)
	}
	for i := len(places) - 1; i >= 0; i-- {
		places[i] = min(places[i], high-vg.Length(len(places)-1-i)*step)
		if i < len(places)-1 {
			places[i] = min(places[i], places[i+1]-step)
		}
	}
}
