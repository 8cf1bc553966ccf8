package chart

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// opacity is that of an area, through which others and the grid are seen.
const opacity = 0.22

// sheer is the colour of one of the pane's areas: the more there are, the more
// each lets through.
func (p *pane) sheer(c color.Color) color.Color {
	return sheer(c, min(opacity, 3*opacity/float64(len(p.panel.Series))))
}

// drawArea fills what lies between a series and zero.
func (p *pane) drawArea(i int) {
	s, fill := p.panel.Series[i], p.sheer(p.look(i).color)
	whole, alone, _ := p.runs(s)
	base := p.base()
	area := draw.Canvas{Rectangle: p.area}
	for _, points := range whole {
		line := thin(points, p.pixel)
		edge := make([]vg.Point, 0, len(line)+2)
		edge = append(edge, vg.Point{X: line[0].X, Y: base})
		edge = append(edge, line...)
		edge = append(edge, vg.Point{X: line[len(line)-1].X, Y: base})
		p.pic.fill(fill, polygon(nil, vg.Point{}, 1, area.ClipPolygonXY(edge)...))
	}
	var stems vg.Path
	for _, at := range extremes(alone, p.pixel) {
		stems = p.bar(stems, at.X-p.line/2, at.X+p.line/2, at.Y)
	}
	p.pic.fill(fill, stems)
}

// base is the height of zero in the picture, or of the end of the axis that is
// next to it.
func (p *pane) base() vg.Length {
	return min(max(p.at(0, 0).Y, p.area.Min.Y), p.area.Max.Y)
}
