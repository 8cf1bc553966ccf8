package chart

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// theme holds the sizes of a picture, in points.
type theme struct {
	margin              vg.Length // free space along the edges of the picture
	gap                 vg.Length // between parts of the picture
	small               vg.Length // between things that belong together
	title, label, tick  vg.Length // font sizes
	line, rule, hair    vg.Length // widths: series, thresholds, grid
	marker, breach      vg.Length // radii of dots
	tickMark            vg.Length
	widestBar           vg.Length
	maxTitle, maxLegend vg.Length // heights at most
}

// themeFor grows text and lines with the square root of the picture's size:
// 1 at 12 × 6 inches, bounded so that text stays legible and modest.
func themeFor(width, height vg.Length) theme {
	s := vg.Length(math.Sqrt(float64(min(width, 2*height) / (12 * vg.Inch))))
	s = min(max(s, 0.68), 1.8)
	return theme{
		margin: min(20*s, 0.06*min(width, height)), gap: 12 * s, small: 6 * s,
		title: 17 * s, label: 12 * s, tick: 11 * s,
		line: 2 * s, rule: 1.5 * s, hair: 0.75 * s,
		marker: 2.6 * s, breach: 4 * s, tickMark: 4 * s, widestBar: 64 * s,
		maxTitle: height / 4, maxLegend: height / 4,
	}
}

// lineHeight is the distance of baselines for a font size.
func lineHeight(size vg.Length) vg.Length { return size * 1.25 }
