package chart

import (
	"image/color"
	"math"
)

// tones are the colours of a picture.
type tones struct {
	paper   color.RGBA
	ink     color.RGBA // title, labels
	faint   color.RGBA // tick labels
	border  color.RGBA // axis
	rules   color.RGBA // grid
	edge    color.RGBA // round the legend
	palette []color.RGBA
	above   color.RGBA // of a max that has no colour
	below   color.RGBA // of a min
}

// tonesFor gives the colours of either theme. The palette is by Masataka Okabe
// and Kei Ito, "Color Universal Design" (2008): colours that people with any
// kind of colour vision tell apart. What vanishes on the paper is left out:
// yellow on white, black and dark blue on dark.
func tonesFor(dark bool) tones {
	black, white := color.RGBA{0x00, 0x00, 0x00, 0xFF}, color.RGBA{0xF2, 0xF4, 0xF7, 0xFF}
	blue, sky := color.RGBA{0x00, 0x72, 0xB2, 0xFF}, color.RGBA{0x56, 0xB4, 0xE9, 0xFF}
	vermillion, orange := color.RGBA{0xD5, 0x5E, 0x00, 0xFF}, color.RGBA{0xE6, 0x9F, 0x00, 0xFF}
	green, purple := color.RGBA{0x00, 0x9E, 0x73, 0xFF}, color.RGBA{0xCC, 0x79, 0xA7, 0xFF}
	yellow := color.RGBA{0xF0, 0xE4, 0x42, 0xFF}
	if dark {
		return tones{
			paper: color.RGBA{0x16, 0x1B, 0x22, 0xFF}, ink: color.RGBA{0xE6, 0xED, 0xF3, 0xFF}, faint: color.RGBA{0xA9, 0xB4, 0xC0, 0xFF},
			border: color.RGBA{0x76, 0x82, 0x8F, 0xFF}, rules: color.RGBA{0x2C, 0x34, 0x3E, 0xFF}, edge: color.RGBA{0x45, 0x50, 0x5C, 0xFF},
			palette: []color.RGBA{sky, orange, green, purple, yellow, vermillion, white},
			above:   vermillion, below: sky,
		}
	}
	return tones{
		paper: color.RGBA{0xFF, 0xFF, 0xFF, 0xFF}, ink: color.RGBA{0x1F, 0x29, 0x33, 0xFF}, faint: color.RGBA{0x4A, 0x55, 0x61, 0xFF},
		border: color.RGBA{0x8A, 0x94, 0x9E, 0xFF}, rules: color.RGBA{0xE3, 0xE6, 0xEA, 0xFF}, edge: color.RGBA{0xC9, 0xCF, 0xD6, 0xFF},
		palette: []color.RGBA{blue, vermillion, green, purple, orange, sky, black},
		above:   vermillion, below: blue,
	}
}

// colorOf is a threshold's colour: the one given, lightened where dark paper
// would hide it, or one that the bound suggests.
func (t *tones) colorOf(h Threshold) color.Color {
	switch {
	case h.Color != nil && luminance(rgb(t.paper)) < 0.5:
		return t.standingOut(h.Color, 3)
	case h.Color != nil:
		return h.Color
	case h.Bound == Max:
		return t.above
	case h.Bound == Min:
		return t.below
	}
	return t.faint
}

// legible is a colour for text: it stands out from the paper by 4.5 to 1, the
// least that WCAG 2.1 (1.4.3) asks for.
func (t *tones) legible(c color.Color) color.Color { return t.standingOut(c, 4.5) }

// standingOut moves a colour away from the paper until their contrast, as WCAG
// 2.1 measures it, is at least so much to one.
func (t *tones) standingOut(c color.Color, contrast float64) color.Color {
	p, paper := rgb(c), luminance(rgb(t.paper))
	goal := 0.0
	if paper < 0.5 {
		goal = 255
	}
	for range 100 {
		if l := luminance(p); (math.Max(l, paper)+0.05)/(math.Min(l, paper)+0.05) >= contrast {
			break
		}
		for i := range p {
			p[i] += (goal - p[i]) * 0.05
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

func rgb(c color.Color) [3]float64 {
	r, g, b, _ := c.RGBA()
	return [3]float64{float64(r >> 8), float64(g >> 8), float64(b >> 8)}
}

// mix is a colour with a share of another in it.
func mix(c, other color.Color, share float64) color.RGBA {
	p, q := rgb(c), rgb(other)
	for i := range p {
		p[i] += (q[i] - p[i]) * share
	}
	return color.RGBA{uint8(p[0]), uint8(p[1]), uint8(p[2]), 0xFF}
}

// sheer is a colour that lets others through.
func sheer(c color.Color, opacity float64) color.Color {
	p := rgb(c)
	return color.NRGBA{uint8(p[0]), uint8(p[1]), uint8(p[2]), uint8(255 * opacity)}
}
