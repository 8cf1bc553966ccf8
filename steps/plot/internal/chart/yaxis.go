package chart

import "gonum.org/v1/plot/vg"

func (c *composer) yLabelLines() []string {
	return c.regular.Wrap(c.YLabel, c.label, c.plot.Size().Y, c.atMost(2, noAxisLabels))
}

// leftWidth is what the y axis needs left of the plot area, margin included.
func (c *composer) leftWidth() vg.Length {
	return c.margin + c.yLabelWidth() + c.yTickWidth() + c.small
}

func (c *composer) yLabelWidth() vg.Length {
	n := vg.Length(len(c.yLabelLines()))
	if n == 0 {
		return 0
	}
	return c.regular.Ascent(c.label) + c.regular.Descent(c.label) + (n-1)*lineHeight(c.label) + c.small
}

func (c *composer) yTickWidth() vg.Length {
	widest := vg.Length(0)
	for _, t := range c.yMarks {
		widest = max(widest, c.regular.Width(t.Label, c.tick))
	}
	return widest
}

func (c *composer) drawYAxis() {
	right := c.plot.Min.X - c.small
	room := right - c.margin - c.yLabelWidth() + 0.01 // for rounding
	for _, t := range c.yMarks {
		text := c.regular.Shorten(t.Label, c.tick, room)
		y := c.plot.Min.Y + c.y.At(t.Value, c.plot.Size().Y)
		c.pic.label(Label{
			Text: text, Face: c.regular, Size: c.tick, Color: faint(),
			At: vg.Point{X: right - c.regular.Width(text, c.tick), Y: y - c.regular.Capitals(c.tick)/2},
		})
		if !c.Grid {
			c.pic.stroke(border(), c.hair, Solid, vg.Point{X: c.plot.Min.X - c.tickMark*0.75, Y: c.snap(y)}, vg.Point{X: c.plot.Min.X, Y: c.snap(y)})
		}
	}
	c.placeYLabel()
}

func (c *composer) placeYLabel() {
	x := c.margin + c.regular.Ascent(c.label)
	for _, text := range c.yLabelLines() {
		y := (c.plot.Min.Y + c.plot.Max.Y - c.regular.Width(text, c.label)) / 2
		c.pic.label(Label{Text: text, Face: c.regular, Size: c.label, Color: ink(), At: vg.Point{X: x, Y: y}, Turned: true})
		x += lineHeight(c.label)
	}
}

// drawGrid paints a light line at every tick; without a grid there is a left
// edge instead.
func (c *composer) drawGrid() {
	if !c.Grid {
		x := c.snap(c.plot.Min.X)
		c.pic.stroke(border(), c.hair*1.34, Solid, vg.Point{X: x, Y: c.plot.Min.Y}, vg.Point{X: x, Y: c.plot.Max.Y})
		return
	}
	for _, t := range c.xTicks {
		x := c.snap(c.plot.Min.X + c.x.At(t.Value, c.plot.Size().X))
		c.pic.stroke(grid(), c.hair, Solid, vg.Point{X: x, Y: c.plot.Min.Y}, vg.Point{X: x, Y: c.plot.Max.Y})
	}
	for _, t := range c.yMarks {
		y := c.snap(c.plot.Min.Y + c.y.At(t.Value, c.plot.Size().Y))
		c.pic.stroke(grid(), c.hair, Solid, vg.Point{X: c.plot.Min.X, Y: y}, vg.Point{X: c.plot.Max.X, Y: y})
	}
}
