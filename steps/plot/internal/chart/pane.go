package chart

import (
	"context"

	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/axis"
	"dagrun/steps/plot/internal/letter"
)

// pane is a panel as it is composed.
type pane struct {
	*composer
	panel    *Panel
	breached [][]reading  // by threshold
	marks    [][]vg.Point // the same in the picture
	extent   axis.Range   // of the y axis: what it has to show
	bins     *bins        // of a histogram
	area     vg.Rectangle // of the readings
	y        axis.Range
	ticks    []axis.Tick
}

// openPanes makes a pane of every panel and measures its readings.
func (c *composer) openPanes() {
	for i := range c.Panels {
		p := &pane{composer: c, panel: &c.Panels[i]}
		if p.panel.Mark == Histogram {
			p.bins = binsOf(p.panel)
		}
		p.collectBreached()
		p.extent = p.yExtent()
		c.panes = append(c.panes, p)
	}
}

// splitPlot gives every pane its part of the plot area: equal heights, with
// room between for the titles and for labels that reach beyond.
func (c *composer) splitPlot() {
	free := c.plot.Size().Y
	for i, p := range c.panes {
		free -= p.head(i)
	}
	height := max(free/vg.Length(len(c.panes)), 1)
	top := c.plot.Max.Y
	for i, p := range c.panes {
		top -= p.head(i)
		p.area = vg.Rectangle{Min: vg.Point{X: c.plot.Min.X, Y: top - height}, Max: vg.Point{X: c.plot.Max.X, Y: top}}
		top -= height
	}
}

// head is the height above a pane's area: the distance to the pane above, the
// title, and the names of thresholds that stand there.
func (p *pane) head(number int) vg.Length {
	height := vg.Length(0)
	if number > 0 {
		height = 1.4 * lineHeight(p.tick)
	}
	if p.titled() {
		height += p.bold.Ascent(p.label) + p.bold.Descent(p.label) + p.small
	}
	return height + p.namesAbove()
}

func (p *pane) titled() bool {
	return letter.Clean(p.panel.Title) != "" && p.thrift < noTitle
}

func (p *pane) placePanelTitle() {
	if !p.titled() {
		return
	}
	text := p.bold.Shorten(letter.Clean(p.panel.Title), p.label, p.area.Size().X)
	at := vg.Point{X: p.area.Min.X, Y: p.area.Max.Y + p.namesAbove() + p.small + p.bold.Descent(p.label)}
	p.pic.label(Label{Text: text, Face: p.bold, Size: p.label, Color: p.ink, At: at})
}

// draw paints a pane from the back to the front. What reaches down to zero
// lies below the thresholds, lines and dots above.
func (p *pane) draw(ctx context.Context) error {
	p.placePanelTitle()
	p.placeBreaches()
	p.drawGrid()
	p.drawBase()
	p.drawYAxis()
	if !p.panel.Mark.down() {
		p.drawThresholds()
	}
	if err := p.drawReadings(ctx); err != nil {
		return err
	}
	if p.panel.Mark.down() {
		p.drawThresholds()
	}
	p.drawBreaches()
	return nil
}

// drawReadings paints the series.
func (p *pane) drawReadings(ctx context.Context) error {
	passes := map[Mark][]func(series int){
		Line: {p.drawSeries}, Scatter: {p.drawDots}, Bar: {p.drawBars},
		Area: {p.drawArea, p.drawSeries}, Histogram: {p.drawBins, p.drawEdges}, // all areas come first: none hides a line
	}[p.panel.Mark]
	for _, paint := range passes {
		for i := range p.panel.Series {
			if err := ctx.Err(); err != nil {
				return err
			}
			paint(i)
		}
	}
	return nil
}

// at is the place of a reading. What lies absurdly far outside is drawn nearer,
// so that the arithmetic of canvases stays exact.
func (p *pane) at(x, y float64) vg.Point {
	const far = 1e5
	size := p.area.Size()
	return p.area.Min.Add(vg.Point{
		X: min(max(p.x.At(x, size.X), -far), far),
		Y: min(max(p.y.At(y, size.Y), -far), far),
	})
}

// inside reports whether a point is in the area.
func (p *pane) inside(at vg.Point) bool {
	const slack = 0.01
	return at.X >= p.area.Min.X-slack && at.X <= p.area.Max.X+slack && at.Y >= p.area.Min.Y-slack && at.Y <= p.area.Max.Y+slack
}

// look is how a series of the pane is drawn.
func (p *pane) look(series int) look { return p.looks[p.panel.Series[series].Name] }
