package chart

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// groupShare is how much of a slot its bars take together.
const groupShare = 0.8

// drawBars paints a bar from zero to every reading of a series.
func (p *pane) drawBars(i int) {
	s := p.panel.Series[i]
	width, left := p.barOf(i)
	points := p.points(s, Run{0, len(s.X)})
	if width < p.pixel {
		width = p.pixel
		points = extremes(points, p.pixel)
	}
	air := vg.Length(0) // between the bars of a group
	if width > 6*p.hair {
		air = p.hair / 2
	}
	var path vg.Path
	for _, at := range points {
		path = p.bar(path, p.even(at.X+left, width)+air, p.even(at.X+left+width, width)-air, at.Y)
	}
	p.pic.fill(p.look(i).shade, path)
}

// barOf is how wide the bars of a series are, and how far left of the middle
// of their slot they begin.
func (p *pane) barOf(series int) (width, left vg.Length) {
	n := vg.Length(len(p.panel.Series))
	slot := vg.Length(p.slot/p.x.Span()) * p.area.Size().X
	width = min(slot*groupShare/n, p.widestBar)
	return width, width * (vg.Length(series) - n/2)
}

// even moves the edge of a wide bar between two pixels, where it is crisp; of
// narrow ones that would make some twice as wide as others.
func (p *pane) even(x, width vg.Length) vg.Length {
	if width < 6*p.pixel {
		return x
	}
	return vg.Length(math.Round(float64(x/p.pixel))) * p.pixel
}

// bar adds a bar to a path, cut where it leaves the area. A reading of zero,
// or beyond the axis on the side of zero, has none.
func (p *pane) bar(path vg.Path, left, right, end vg.Length) vg.Path {
	base := p.base()
	end = min(max(end, p.area.Min.Y), p.area.Max.Y)
	left, right = max(left, p.area.Min.X), min(right, p.area.Max.X)
	if end == base || left >= right {
		return path
	}
	return box(path, vg.Rectangle{Min: vg.Point{X: left, Y: min(base, end)}, Max: vg.Point{X: right, Y: max(base, end)}})
}
