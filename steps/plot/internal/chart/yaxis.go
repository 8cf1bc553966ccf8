package chart

import "gonum.org/v1/plot/vg"

func (p *pane) yLabelLines() []string {
	return p.regular.Wrap(p.panel.YLabel, p.label, p.area.Size().Y, p.atMost(2, noAxisLabels))
}

// leftWidth is what the y axes need left of the plot area, margin included.
func (c *composer) leftWidth() vg.Length {
	return c.margin + c.yLabelWidth() + c.yTickWidth() + c.small
}

// yLabelWidth is the width of the widest y label of all panes: their axes are
// in line.
func (c *composer) yLabelWidth() vg.Length {
	n := 0
	for _, p := range c.panes {
		n = max(n, len(p.yLabelLines()))
	}
	if n == 0 {
		return 0
	}
	return c.regular.Ascent(c.label) + c.regular.Descent(c.label) + vg.Length(n-1)*lineHeight(c.label) + c.small
}

func (c *composer) yTickWidth() vg.Length {
	widest := vg.Length(0)
	for _, p := range c.panes {
		for _, t := range p.ticks {
			widest = max(widest, c.regular.Width(t.Label, c.tick))
		}
	}
	return widest
}

func (p *pane) drawYAxis() {
	right := p.area.Min.X - p.small
	room := right - p.margin - p.yLabelWidth() + 0.01 // for rounding
	for _, t := range p.ticks {
		text := p.regular.Shorten(t.Label, p.tick, room)
		y := p.area.Min.Y + p.y.At(t.Value, p.area.Size().Y)
		p.pic.label(Label{
			Text: text, Face: p.regular, Size: p.tick, Color: p.faint,
			At: vg.Point{X: right - p.regular.Width(text, p.tick), Y: y - p.regular.Capitals(p.tick)/2},
		})
		if !p.Grid {
			p.pic.stroke(p.border, p.hair, Solid, vg.Point{X: p.area.Min.X - p.tickMark*0.75, Y: p.snap(y)}, vg.Point{X: p.area.Min.X, Y: p.snap(y)})
		}
	}
	p.placeYLabel()
}

func (p *pane) placeYLabel() {
	x := p.margin + p.regular.Ascent(p.label)
	for _, text := range p.yLabelLines() {
		y := (p.area.Min.Y + p.area.Max.Y - p.regular.Width(text, p.label)) / 2
		p.pic.label(Label{Text: text, Face: p.regular, Size: p.label, Color: p.ink, At: vg.Point{X: x, Y: y}, Turned: true})
		x += lineHeight(p.label)
	}
}

// drawGrid paints a light line at every tick; without a grid there is a left
// edge instead.
func (p *pane) drawGrid() {
	if !p.Grid {
		x := p.snap(p.area.Min.X)
		p.pic.stroke(p.border, p.hair*1.34, Solid, vg.Point{X: x, Y: p.area.Min.Y}, vg.Point{X: x, Y: p.area.Max.Y})
		return
	}
	for _, t := range p.xTicks {
		if p.X.Kind == Categories && p.panel.Mark == Bar {
			break // a bar stands on its name
		}
		x := p.snap(p.area.Min.X + p.x.At(t.Value, p.area.Size().X))
		p.pic.stroke(p.rules, p.hair, Solid, vg.Point{X: x, Y: p.area.Min.Y}, vg.Point{X: x, Y: p.area.Max.Y})
	}
	for _, t := range p.ticks {
		y := p.snap(p.area.Min.Y + p.y.At(t.Value, p.area.Size().Y))
		p.pic.stroke(p.rules, p.hair, Solid, vg.Point{X: p.area.Min.X, Y: y}, vg.Point{X: p.area.Max.X, Y: y})
	}
}
