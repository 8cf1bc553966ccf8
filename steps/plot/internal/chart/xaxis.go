package chart

import (
	"math"

	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/axis"
	"dagrun/steps/plot/internal/letter"
)

// xRange spans the x values with a little air on both sides.
func (c *composer) xRange() axis.Range {
	if c.X.Kind == Categories {
		return axis.Range{Min: -0.5, Max: float64(len(c.X.Names)) - 0.5}
	}
	r := axis.Range{Min: math.Inf(1), Max: math.Inf(-1)}
	for _, s := range c.Series {
		if n := len(s.X); n > 0 {
			r.Min, r.Max = math.Min(r.Min, s.X[0]), math.Max(r.Max, s.X[n-1])
		}
	}
	air := 0.015 * r.Span()
	if r.Span() <= 1e-12*math.Max(math.Abs(r.Min), math.Abs(r.Max)) || r.Span() < 1e-280 {
		air = c.airOfOne(r.Max)
	}
	return axis.Range{Min: r.Min - air, Max: r.Max + air}
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

func (c *composer) drawXAxis() {
	base := c.snap(c.plot.Min.Y)
	c.pic.stroke(border(), c.hair*1.34, Solid, vg.Point{X: c.plot.Min.X, Y: base}, vg.Point{X: c.plot.Max.X, Y: base})
	for _, t := range c.xTicks {
		x := c.snap(c.plot.Min.X + c.x.At(t.Value, c.plot.Size().X))
		c.pic.stroke(border(), c.hair, Solid, vg.Point{X: x, Y: base}, vg.Point{X: x, Y: base - c.tickMark})
		c.placeXTick(t, x)
	}
	c.placeXLabel()
}

func (c *composer) placeXTick(t axis.Tick, x vg.Length) {
	l := Label{Text: t.Label, Face: c.regular, Size: c.tick, Color: faint()}
	if c.turned {
		l.Turned = true
		l.At = vg.Point{X: x + c.regular.Capitals(c.tick)/2, Y: c.tickTop() - c.regular.Width(t.Label, c.tick)}
		c.pic.label(l)
		return
	}
	l.At = vg.Point{X: x - c.regular.Width(t.Label, c.tick)/2, Y: c.tickTop() - c.regular.Ascent(c.tick)}
	c.pic.label(l)
	if t.Below != "" {
		l.Text, l.Color = t.Below, ink()
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
		c.pic.label(Label{Text: text, Face: c.regular, Size: c.label, Color: ink(), At: vg.Point{X: x, Y: y}})
		y -= lineHeight(c.label)
	}
}
