package chart

import (
	"context"
	"slices"

	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/axis"
	"dagrun/steps/plot/internal/letter"
)

// composer holds what is settled of a picture while it is composed.
type composer struct {
	*Chart
	theme
	tones
	pic           *Picture
	regular, bold *letter.Face
	pixel         vg.Length // the finest detail that can be seen
	looks         map[string]look
	panes         []*pane
	thrift        thrift
	legend        legend
	plot          vg.Rectangle // from the lowest panel's lines to the highest one's
	x             axis.Range
	slot          float64 // of the x axis, for a group of bars
	xTicks        []axis.Tick
	turned        bool // the x labels
}

// Compose arranges the chart. pixel is the size of the finest detail that will
// be seen: what is smaller is left out. The chart has at least one reading.
// The only errors are the context's and those of broken fonts.
func Compose(ctx context.Context, chart *Chart, pixel vg.Length) (*Picture, error) {
	regular, err := letter.Regular()
	if err != nil {
		return nil, err
	}
	bold, err := letter.Bold()
	if err != nil {
		return nil, err
	}
	c := &composer{
		Chart: chart, theme: themeFor(chart.Width, chart.Height), tones: tonesFor(chart.Dark),
		regular: regular, bold: bold, pixel: pixel,
	}
	c.chooseLooks()
	c.openPanes()
	c.slot = c.slotOfBars()
	c.x = c.xRange()
	c.arrangeAll()
	if err := c.draw(ctx); err != nil {
		return nil, err
	}
	c.pic.Missing = append(regular.Missing(), bold.Missing()...)
	slices.Sort(c.pic.Missing)
	c.pic.Missing = slices.Compact(c.pic.Missing)
	return c.pic, nil
}

// thrift says what a small picture goes without, so that its plot area stays
// worth looking at. Each level includes those before.
type thrift int

const (
	lavish thrift = iota
	singleLines
	noLegend
	noAxisLabels
	noTitle
	shortNames
)

// arrangeAll settles everything that is not a reading, at the least thrift that
// leaves the readings a fair share of the picture.
func (c *composer) arrangeAll() {
	for c.thrift = lavish; ; c.thrift++ {
		c.pic = &Picture{Size: vg.Point{X: c.Width, Y: c.Height}, Ground: c.paper}
		top := c.placeTitle(c.Height - c.margin)
		c.arrange(c.reserveLegend(top))
		if c.areas() >= 0.35*c.Height || c.thrift == shortNames {
			return
		}
	}
}

// areas is the height of all panes' areas together.
func (c *composer) areas() vg.Length {
	height := vg.Length(0)
	for _, p := range c.panes {
		height += p.area.Size().Y
	}
	return height
}

// placeTitle writes the title from the top downwards and gives the height
// below it.
func (c *composer) placeTitle(top vg.Length) vg.Length {
	most := c.atMost(min(3, int(c.maxTitle/lineHeight(c.title))), noTitle)
	lines := c.bold.Wrap(c.Title, c.title, c.Width-2*c.margin, most)
	for i, text := range lines {
		if i > 0 {
			top -= lineHeight(c.title) - c.bold.Ascent(c.title) - c.bold.Descent(c.title)
		}
		top -= c.bold.Ascent(c.title)
		c.pic.label(Label{Text: text, Face: c.bold, Size: c.title, Color: c.ink, At: vg.Point{X: c.margin, Y: top}})
		top -= c.bold.Descent(c.title)
	}
	if len(lines) == 0 {
		return top
	}
	return top - c.gap
}

// atMost is how many lines a text may have, and none from a level of thrift on.
func (c *composer) atMost(lines int, without thrift) int {
	switch {
	case c.thrift >= without:
		return 0
	case c.thrift >= singleLines:
		return min(lines, 1)
	}
	return lines
}

// arrange settles the plot area below top. What the labels need decides its
// size, and its size decides the labels: a few rounds make both agree. Where
// they go in circles, the area only shrinks from then on.
func (c *composer) arrange(top vg.Length) {
	c.plot = vg.Rectangle{Min: vg.Point{X: c.margin, Y: c.margin}, Max: vg.Point{X: c.Width - c.margin, Y: top}}
	for round := range 16 {
		c.splitPlot()
		area := c.areaFor(top)
		if round >= 8 {
			area.Min = vg.Point{X: max(area.Min.X, c.plot.Min.X), Y: max(area.Min.Y, c.plot.Min.Y)}
			area.Max.X = min(area.Max.X, c.plot.Max.X)
		}
		if area == c.plot {
			return
		}
		c.plot = area
	}
	c.splitPlot()
}

// areaFor chooses ticks for the plot area as it is, and gives the area that
// leaves their labels room.
func (c *composer) areaFor(top vg.Length) vg.Rectangle {
	for _, p := range c.panes {
		p.chooseTicks()
	}
	c.xTicks, c.turned = c.chooseXTicks(c.plot.Size().X)
	left, right := c.overhang()
	return vg.Rectangle{
		Min: vg.Point{X: min(max(c.margin+left, c.leftWidth()), c.Width/2), Y: min(c.margin+c.bottomHeight(), top-1)},
		Max: vg.Point{X: max(c.Width-max(c.margin+right, c.rightWidth()), c.Width*0.6), Y: top},
	}
}

// draw paints from the back to the front.
func (c *composer) draw(ctx context.Context) error {
	for _, p := range c.panes {
		c.pic.Areas = append(c.pic.Areas, p.area)
		if err := p.draw(ctx); err != nil {
			return err
		}
	}
	c.drawXLabels()
	c.drawLegend(c.legend)
	return nil
}

// snap moves a coordinate to the middle between two pixels, where a thin line
// is crisp.
func (c *composer) snap(v vg.Length) vg.Length {
	return vg.Length(int(v/c.pixel+0.5)) * c.pixel
}
