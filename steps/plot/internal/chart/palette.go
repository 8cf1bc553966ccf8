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

// MaxSeries is how many lines can be told apart: the palette in four dashes.
const MaxSeries = 28

// palette is by Masataka Okabe and Kei Ito, "Color Universal Design" (2008):
// colours that people with any kind of colour vision tell apart. Their yellow
// is left out, which vanishes on white.
func palette() []color.RGBA {
	return []color.RGBA{
		{0x00, 0x72, 0xB2, 0xFF}, // blue
		{0xD5, 0x5E, 0x00, 0xFF}, // vermillion
		{0x00, 0x9E, 0x73, 0xFF}, // bluish green
		{0xCC, 0x79, 0xA7, 0xFF}, // reddish purple
		{0xE6, 0x9F, 0x00, 0xFF}, // orange
		{0x56, 0xB4, 0xE9, 0xFF}, // sky blue
		{0x00, 0x00, 0x00, 0xFF}, // black
	}
}

// look is how a series is drawn.
type look struct {
	color color.Color
	dash  Dash
}

// looks gives each of n series its look. Colours that a threshold has, or one
// close to it, come last.
func looks(n int, thresholds []Threshold) []look {
	var free, taken []color.RGBA
	for _, c := range palette() {
		if nearAny(c, thresholds) {
			taken = append(taken, c)
		} else {
			free = append(free, c)
		}
	}
	colors := append(free, taken...)
	all := make([]look, n)
	for i := range all {
		all[i] = look{colors[i%len(colors)], Dash(i / len(colors) % 4)}
	}
	return all
}

func nearAny(c color.RGBA, thresholds []Threshold) bool {
	for _, t := range thresholds {
		if distance(c, t.color()) < 120 {
			return true
		}
	}
	return false
}

// color is the one given, or one that the bound suggests.
func (t Threshold) color() color.Color {
	switch {
	case t.Color != nil:
		return t.Color
	case t.Bound == Max:
		return palette()[1]
	case t.Bound == Min:
		return palette()[0]
	}
	return faint()
}

// distance of two colours as the eye has it, about 0 to 765: the "redmean"
// weighting by Thiadmer Riemersma, "Colour metric" (compuphase.com/cmetric.htm).
func distance(a, b color.Color) float64 {
	p, q := rgb(a), rgb(b)
	red := (p[0] + q[0]) / 2
	dr, dg, db := p[0]-q[0], p[1]-q[1], p[2]-q[2]
	return math.Sqrt((2+red/256)*dr*dr + 4*dg*dg + (2+(255-red)/256)*db*db)
}

func rgb(c color.Color) [3]float64 {
	r, g, b, _ := c.RGBA()
	return [3]float64{float64(r >> 8), float64(g >> 8), float64(b >> 8)}
}

// legible darkens a colour until text in it stands out from white by 4.5 to 1,
// the least that WCAG 2.1 (1.4.3) asks for.
func legible(c color.Color) color.Color {
	p := rgb(c)
	for 1.05/(luminance(p)+0.05) < 4.5 {
		for i := range p {
			p[i] *= 0.95
		}
	}
	return color.RGBA{uint8(p[0]), uint8(p[1]), uint8(p[2]), 0xFF}
}

// luminance is the relative luminance of WCAG 2.1.
func luminance(p [3]float64) float64 {
	linear := func(v float64) float64 {
		if v /= 255; v > 0.04045 {
			return math.Pow((v+0.055)/1.055, 2.4)
		}
		return v / 12.92
	}
	return 0.2126*linear(p[0]) + 0.7152*linear(p[1]) + 0.0722*linear(p[2])
}
