package chart

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot/vg"
)

// drawDots paints a dot for every reading of a series. More dots than cloudy
// are painted as a cloud over the dots of its extremes: nothing that stands out
// of it is lost.
func (p *pane) drawDots(i int) {
	s, look := p.panel.Series[i], p.look(i)
	points := slices.DeleteFunc(p.points(s, Run{0, len(s.X)}), func(at vg.Point) bool { return !p.inside(at) })
	if len(points) > cloudy {
		p.drawSymbols(look, mix(look.color, p.paper, pale), extremes(points, 1), p.marker/2)
		p.drawCloud(look, points)
		return
	}
	radius := p.marker * 1.25
	if vg.Length(len(points)) > p.area.Size().X/2 {
		radius = p.marker * 0.75
	}
	p.drawSymbols(look, look.color, points, radius)
}

func (p *pane) drawSymbols(l look, fill color.Color, points []vg.Point, radius vg.Length) {
	var path vg.Path
	for _, at := range points {
		path = symbol(path, l.dash, at, radius)
	}
	p.pic.fill(fill, path)
}

// drawCloud paints the cells that hold readings, deeper where they hold more.
func (p *pane) drawCloud(l look, points []vg.Point) {
	for level, path := range cloud(points, max(p.pixel, 1)) {
		p.pic.fill(mix(l.color, p.paper, pale*float64(levels-1-level)/(levels-1)), path)
	}
}
