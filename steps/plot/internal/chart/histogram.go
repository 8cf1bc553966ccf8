package chart

import (
	"image/color"

	"gonum.org/v1/plot/vg"
)

// drawBins paints the counts of a series: as bars, or as a sheer area where
// there are several.
func (p *pane) drawBins(i int) {
	fill := p.look(i).color
	if !p.single() {
		fill = p.sheer(fill)
	}
	p.fillBins(fill, p.bins.counts[i])
}

func (p *pane) single() bool { return len(p.panel.Series) == 1 }

// drawEdges colours the readings beyond a threshold, and then paints the outline
// of a series among others.
func (p *pane) drawEdges(i int) {
	if i == 0 {
		p.drawBeyond()
	}
	if !p.single() {
		p.outlineBins(p.look(i), p.bins.counts[i])
	}
}

// drawBeyond paints what is beyond a threshold in its colour: the bars of a
// single series, and a tint over the areas of several, which are seen through
// it.
func (p *pane) drawBeyond() {
	for t, breached := range p.bins.breached {
		fill := p.colorOf(p.panel.Thresholds[t])
		if !p.single() {
			fill = sheer(fill, tint)
		}
		p.fillBins(fill, breached)
	}
}

// tint is the opacity of a threshold's colour over the areas of series.
const tint = 0.3

func (p *pane) fillBins(fill color.Color, counts []int) {
	air := vg.Length(0)
	if width := p.at(p.bins.edge(1), 0).X - p.at(p.bins.edge(0), 0).X; width > 8*p.hair && p.single() {
		air = p.hair / 2
	}
	var path vg.Path
	for i, n := range counts {
		left, right := p.at(p.bins.edge(i), 0).X, p.at(p.bins.edge(i+1), 0)
		path = p.bar(path, p.even(left, right.X-left)+air, p.even(right.X, right.X-left)-air, p.at(0, float64(n)).Y)
	}
	p.pic.fill(fill, path)
}

// outlineBins draws the upper edge of all bins as stairs, with nothing where
// bins are empty.
func (p *pane) outlineBins(l look, counts []int) {
	var stairs []vg.Point
	for i, n := range counts {
		if n == 0 {
			continue
		}
		if i == 0 || counts[i-1] == 0 {
			stairs = []vg.Point{p.corner(i, 0)}
		}
		stairs = append(stairs, p.corner(i, n), p.corner(i+1, n))
		if i == len(counts)-1 || counts[i+1] == 0 {
			stairs = append(stairs, p.corner(i+1, 0))
			p.pic.stroke(l.color, p.line*0.8, l.dash, stairs...)
		}
	}
}

// corner is the place of a count at an edge of bins, within the area.
func (p *pane) corner(edge, count int) vg.Point {
	at := p.at(p.bins.edge(edge), float64(count))
	at.Y = min(max(at.Y, p.area.Min.Y), p.area.Max.Y)
	return at
}
