package chart

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/letter"
)

// entry is one line of the legend: a sample of a line and its name.
type entry struct {
	name  string
	color color.Color // nil: a name alone
	width vg.Length
	dash  Dash
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

// listed are the entries: the series where there are several (the y label names
// a single one), then the thresholds.
func (c *composer) listed() []entry {
	var entries []entry
	if !c.Legend || c.thrift >= noLegend {
		return nil
	}
	name := func(s string) string {
		return c.regular.Shorten(letter.Clean(s), c.tick, (c.Width-2*c.margin)*0.45)
	}
	for i, s := range c.Series {
		if len(c.Series) > 1 {
			entries = append(entries, entry{name: name(s.Name), color: c.looks[i].color, width: c.line, dash: c.looks[i].dash})
		}
	}
	for i, t := range c.Thresholds {
		entries = append(entries, entry{name: name(t.Name), color: t.color(), width: c.rule, dash: t.Dash, dot: len(c.breached[i]) > 0})
	}
	return entries
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
	c.pic.Shapes = append(c.pic.Shapes, Shape{Path: edge, Color: frame(), Width: c.hair})
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
	if e.color != nil {
		y := c.snap(at.Y)
		c.pic.stroke(e.color, e.width, e.dash, vg.Point{X: at.X, Y: y}, vg.Point{X: at.X + c.sample(), Y: y})
		if e.dot {
			c.drawBreach(e.color, vg.Point{X: at.X + c.sample()/2, Y: y}, c.breach*0.85)
		}
		text.X += c.sample() + c.small
	}
	c.pic.label(Label{Text: e.name, Face: c.regular, Size: c.tick, Color: ink(), At: text})
}
