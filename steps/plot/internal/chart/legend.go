package chart

import (
	"fmt"

	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/letter"
)

// entry is one line of the legend: a sample of what is drawn and its name.
type entry struct {
	name  string
	mark  Mark
	look  look // no colour: a name alone
	width vg.Length
	dot   bool // a breach is marked on the sample
}

// legend is where the legend goes: a frame above the plot area, so that it
// covers nothing.
type legend struct {
	entries []entry
	columns int
	column  vg.Length // width of a column; 0: as wide as the entry needs
	frame   vg.Rectangle
}

func (c *composer) sample() vg.Length { return 2.2 * c.tick }
func (c *composer) pad() vg.Length    { return 0.65 * c.tick }

// listed are the entries: the series of panels that have several (the y label
// names a single one), then the thresholds, each once.
func (c *composer) listed() []entry {
	if !c.Legend || c.thrift >= noLegend {
		return nil
	}
	name := func(s string) string {
		return c.regular.Shorten(letter.Clean(s), c.tick, (c.Width-2*c.margin)*0.45)
	}
	var entries []entry
	listed := map[string]bool{}
	for _, p := range c.panes {
		for i, s := range p.panel.Series {
			if len(p.panel.Series) > 1 && !listed[s.Name] {
				listed[s.Name] = true
				entries = append(entries, entry{name: name(s.Name), mark: p.panel.Mark, look: p.look(i), width: c.line})
			}
		}
	}
	for _, p := range c.panes {
		for i, t := range p.panel.Thresholds {
			entries = addThreshold(entries, entry{
				name: name(t.Name), look: look{color: c.colorOf(t), dash: t.Dash}, width: c.rule, dot: len(p.breached[i]) > 0,
			})
		}
	}
	return entries
}

// addThreshold adds an entry unless one like it is there.
func addThreshold(entries []entry, e entry) []entry {
	for i, other := range entries {
		if other.name == e.name && other.look == e.look && other.width == e.width {
			entries[i].dot = other.dot || e.dot
			return entries
		}
	}
	return append(entries, e)
}

// reserveLegend arranges the legend below top and gives the height that is
// left below it.
func (c *composer) reserveLegend(top vg.Length) vg.Length {
	l := legend{entries: c.listed()}
	width := c.flow(&l, c.Width-2*c.margin-2*c.pad())
	c.legend = l
	if len(l.entries) == 0 {
		return top
	}
	rows := (len(l.entries) + l.columns - 1) / l.columns
	height := vg.Length(rows)*lineHeight(c.tick) + 2*c.pad() - (lineHeight(c.tick) - c.tick)
	c.legend.frame = vg.Rectangle{
		Min: vg.Point{X: c.margin, Y: top - height},
		Max: vg.Point{X: c.margin + width + 2*c.pad(), Y: top},
	}
	return top - height - c.gap
}

// flow puts the entries into one row if they fit, and otherwise into columns
// of one width. Entries beyond the legend's share of the picture are counted
// in a last one; a legend that could list only that is left out.
func (c *composer) flow(l *legend, room vg.Length) vg.Length {
	if len(l.entries) == 0 {
		return 0
	}
	between := 1.5 * c.tick
	total, widest := -between, vg.Length(0)
	for _, e := range l.entries {
		w := c.entryWidth(e)
		total += w + between
		widest = max(widest, w)
	}
	l.columns = len(l.entries)
	if total <= room {
		return total
	}
	l.column = widest + between
	l.columns = max(1, min(len(l.entries), int((room+between)/l.column)))
	most := l.columns * max(1, int((c.maxLegend-2*c.pad())/lineHeight(c.tick)))
	if most == 1 {
		l.entries = nil
		return 0
	}
	if extra := len(l.entries) - most; extra > 0 {
		l.entries = append(l.entries[:most-1:most-1], entry{name: fmt.Sprintf("+ %d", extra+1)})
	}
	return min(vg.Length(l.columns)*l.column-between, room)
}

func (c *composer) entryWidth(e entry) vg.Length {
	return c.sample() + c.small + c.regular.Width(e.name, c.tick)
}

func (c *composer) drawLegend(l legend) {
	if len(l.entries) == 0 {
		return
	}
	edge := append(l.frame.Path()[:4:4], vg.PathComp{Type: vg.CloseComp})
	c.pic.Shapes = append(c.pic.Shapes, Shape{Path: edge, Color: c.edge, Width: c.hair})
	at := vg.Point{X: l.frame.Min.X + c.pad(), Y: l.frame.Max.Y - c.pad() - c.tick/2}
	for i, e := range l.entries {
		c.drawEntry(e, at)
		switch {
		case l.column == 0:
			at.X += c.entryWidth(e) + 1.5*c.tick
		case (i+1)%l.columns == 0:
			at = vg.Point{X: l.frame.Min.X + c.pad(), Y: at.Y - lineHeight(c.tick)}
		default:
			at.X += l.column
		}
	}
}

// drawEntry paints one entry, at being the left end of its middle line.
func (c *composer) drawEntry(e entry, at vg.Point) {
	text := vg.Point{X: at.X, Y: at.Y - c.regular.Capitals(c.tick)/2}
	if e.look.color != nil {
		c.drawSample(e, vg.Point{X: at.X, Y: c.snap(at.Y)})
		text.X += c.sample() + c.small
	}
	c.pic.label(Label{Text: e.name, Face: c.regular, Size: c.tick, Color: c.ink, At: text})
}

// drawSample paints a piece of line, a dot or a patch.
func (c *composer) drawSample(e entry, at vg.Point) {
	end, middle := at.Add(vg.Point{X: c.sample()}), at.Add(vg.Point{X: c.sample() / 2})
	half := vg.Point{X: c.sample() / 2, Y: c.tick * 0.36}
	patch := box(nil, vg.Rectangle{Min: middle.Sub(half), Max: middle.Add(half)})
	switch e.mark {
	case Scatter:
		c.pic.fill(e.look.color, symbol(nil, e.look.dash, middle, c.marker*1.5))
		return
	case Bar:
		c.pic.fill(e.look.shade, patch)
		return
	case Area, Histogram:
		c.pic.fill(sheer(e.look.color, opacity), patch)
	}
	c.pic.stroke(e.look.color, e.width, e.look.dash, at, end)
	if e.dot {
		c.drawBreach(e.look.color, middle, c.breach*0.85)
	}
}
