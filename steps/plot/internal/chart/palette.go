package chart

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
)

// Dash is how a line is broken.
type Dash int

// The dashes.
const (
	Solid Dash = iota
	Dashed
	Dotted
	dashDotted // for series beyond the third palette
	dashes     // how many there are
)

// pattern gives lengths of ink and gap for a line of some width.
func (d Dash) pattern(width vg.Length) []vg.Length {
	switch d {
	case Dashed:
		return []vg.Length{4 * width, 2.5 * width}
	case Dotted:
		return []vg.Length{width, 2 * width}
	case dashDotted:
		return []vg.Length{5 * width, 2 * width, width, 2 * width}
	}
	return nil
}

// MaxSeries is how many series can be told apart: the palette in four dashes,
// shapes or shades.
const MaxSeries = 28

// look is how a series is drawn.
type look struct {
	color color.Color
	dash  Dash        // of a line; it stands for the shape of a dot too
	shade color.Color // of bars, which have no dashes
}

// looks gives each name of a series its look. Colours that a threshold has, or
// one close to it, come last.
func (c *composer) chooseLooks() {
	var thresholds []color.Color
	for _, p := range c.Panels {
		for _, t := range p.Thresholds {
			thresholds = append(thresholds, c.colorOf(t))
		}
	}
	var free, taken []color.RGBA
	for _, tone := range c.palette {
		if nearAny(tone, thresholds) {
			taken = append(taken, tone)
		} else {
			free = append(free, tone)
		}
	}
	colors := append(free, taken...)
	c.looks = map[string]look{}
	for _, p := range c.Panels {
		for _, s := range p.Series {
			if _, seen := c.looks[s.Name]; !seen {
				n := len(c.looks)
				tone, round := colors[n%len(colors)], n/len(colors)%int(dashes)
				c.looks[s.Name] = look{tone, Dash(round), c.shade(tone, round)}
			}
		}
	}
}

// shade tells bars of one colour apart.
func (t *tones) shade(c color.RGBA, round int) color.RGBA {
	switch round {
	case 1:
		return mix(c, t.paper, 0.5)
	case 2:
		return mix(c, t.ink, 0.45)
	case 3:
		return mix(c, t.paper, 0.75)
	}
	return c
}

func nearAny(c color.RGBA, others []color.Color) bool {
	for _, o := range others {
		if distance(c, o) < 120 {
			return true
		}
	}
	return false
}

// distance of two colours as the eye has it, about 0 to 765: the "redmean"
// weighting by Thiadmer Riemersma, "Colour metric" (compuphase.com/cmetric.htm).
func distance(a, b color.Color) float64 {
	p, q := rgb(a), rgb(b)
	red := (p[0] + q[0]) / 2
	dr, dg, db := p[0]-q[0], p[1]-q[1], p[2]-q[2]
	return math.Sqrt((2+red/256)*dr*dr + 4*dg*dg + (2+(255-red)/256)*db*db)
}
