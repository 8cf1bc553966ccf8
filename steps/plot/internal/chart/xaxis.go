package chart

import (
	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/axis"
	"dagrun/steps/plot/internal/letter"
)

func (c *composer) chooseXTicks(width vg.Length) (ticks []axis.Tick, turned bool) {
	room := axis.Room{
		Length: width, Gap: 0.9 * c.tick, Target: 6.5 * c.tick,
		Extent: func(label string) vg.Length { return c.regular.Width(label, c.tick) },
	}
	switch c.X.Kind {
	case Times:
		return axis.Times(c.x, c.X.Calendar, room), false
	case Categories:
		return c.categoryTicks(room)
	}
	ticks, _ = axis.Numbers(c.x, room)
	return ticks, false
}

// categoryTicks chooses the names to show, cut where they would take too much
// of the picture: of its width, or of its height if they are turned.
func (c *composer) categoryTicks(room axis.Room) ([]axis.Tick, bool) {
	share := vg.Length(0.3)
	if c.thrift >= shortNames {
		share /= 2
	}
	names := make([]string, len(c.X.Names))
	for i, name := range c.X.Names {
		names[i] = c.regular.Shorten(letter.Clean(name), c.tick, c.Width*share)
	}
	ticks, turned := axis.Categories(names, room, lineHeight(c.tick))
	if turned {
		for i := range ticks {
			ticks[i].Label = c.regular.Shorten(ticks[i].Label, c.tick, c.Height*share)
		}
	}
	return ticks, turned
}

// overhang is how far x labels reach beyond the plot area on either side.
func (c *composer) overhang() (left, right vg.Length) {
	width := c.plot.Size().X
	for _, t := range c.xTicks {
		at := c.x.At(t.Value, width)
		half := max(c.regular.Width(t.Label, c.tick), c.regular.Width(t.Below, c.tick)) / 2
		if c.turned {
			half = lineHeight(c.tick) / 2
		}
		left, right = max(left, half-at), max(right, at+half-width)
	}
	return left, right
}

// tickTop is the height of the upper edge of the x labels.
func (c *composer) tickTop() vg.Length { return c.plot.Min.Y - c.tickMark - 0.32*c.tick }

// tickRows is the height of all x labels together.
func (c *composer) tickRows() vg.Length {
	rows := c.regular.Ascent(c.tick) + c.regular.Descent(c.tick)
	if c.turned {
		rows = 0
		for _, t := range c.xTicks {
			rows = max(rows, c.regular.Width(t.Label, c.tick))
		}
		return rows
	}
	for _, t := range c.xTicks {
		if t.Below != "" {
			return rows + lineHeight(c.tick)
		}
	}
	return rows
}

func (c *composer) xLabelLines() []string {
	return c.regular.Wrap(c.XLabel, c.label, c.Width-2*c.margin, c.atMost(2, noAxisLabels))
}

// bottomHeight is what labels need below the plot area, without the margin.
func (c *composer) bottomHeight() vg.Length {
	height := c.tickMark + 0.32*c.tick + c.tickRows()
	if n := vg.Length(len(c.xLabelLines())); n > 0 {
		height += c.small + c.regular.Ascent(c.label) + c.regular.Descent(c.label) + (n-1)*lineHeight(c.label)
	}
	return height
}

// drawBase paints the x axis of a pane: its lower edge with marks at the ticks,
// and zero where readings reach from there to both sides.
func (p *pane) drawBase() {
	base := p.snap(p.area.Min.Y)
	across := func(y vg.Length) {
		p.pic.stroke(p.border, p.hair*1.34, Solid, vg.Point{X: p.area.Min.X, Y: y}, vg.Point{X: p.area.Max.X, Y: y})
	}
	across(base)
	if zero := p.snap(p.at(0, 0).Y); p.panel.Mark.down() && zero > base && zero < p.area.Max.Y {
		across(zero)
	}
	for _, t := range p.xTicks {
		x := p.snap(p.area.Min.X + p.x.At(t.Value, p.area.Size().X))
		p.pic.stroke(p.border, p.hair, Solid, vg.Point{X: x, Y: base}, vg.Point{X: x, Y: base - p.tickMark})
	}
}

// drawXLabels names the ticks and the axis below the lowest pane.
func (c *composer) drawXLabels() {
	for _, t := range c.xTicks {
		c.placeXTick(t, c.snap(c.plot.Min.X+c.x.At(t.Value, c.plot.Size().X)))
	}
	c.placeXLabel()
}

func (c *composer) placeXTick(t axis.Tick, x vg.Length) {
	l := Label{Text: t.Label, Face: c.regular, Size: c.tick, Color: c.faint}
	if c.turned {
		l.Turned = true
		l.At = vg.Point{X: x + c.regular.Capitals(c.tick)/2, Y: c.tickTop() - c.regular.Width(t.Label, c.tick)}
		c.pic.label(l)
		return
	}
	l.At = vg.Point{X: x - c.regular.Width(t.Label, c.tick)/2, Y: c.tickTop() - c.regular.Ascent(c.tick)}
	c.pic.label(l)
	if t.Below != "" {
		l.Text, l.Color = t.Below, c.ink
		l.At.X = x - c.regular.Width(t.Below, c.tick)/2
		l.At.Y -= lineHeight(c.tick)
		c.pic.label(l)
	}
}

func (c *composer) placeXLabel() {
	y := c.tickTop() - c.tickRows() - c.small - c.regular.Ascent(c.label)
	for _, text := range c.xLabelLines() {
		x := (c.plot.Min.X + c.plot.Max.X - c.regular.Width(text, c.label)) / 2
		x = min(max(x, c.margin), c.Width-c.margin-c.regular.Width(text, c.label))
		c.pic.label(Label{Text: text, Face: c.regular, Size: c.label, Color: c.ink, At: vg.Point{X: x, Y: y}})
		y -= lineHeight(c.label)
	}
}
