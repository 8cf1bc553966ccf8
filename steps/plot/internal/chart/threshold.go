package chart

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/letter"
)

// drawThresholds paints the lines of the thresholds that are in view, and
// names them at their right end when there is no legend.
func (c *composer) drawThresholds() {
	for _, t := range c.Thresholds {
		y := c.snap(c.at(0, t.Value).Y)
		if !c.inside(vg.Point{X: c.plot.Min.X, Y: y}) {
			continue
		}
		c.pic.stroke(t.color(), c.rule, t.Dash, vg.Point{X: c.plot.Min.X, Y: y}, vg.Point{X: c.plot.Max.X, Y: y})
	}
	if !c.Legend {
		c.nameThresholds()
	}
}

func (c *composer) thresholdName(t Threshold) string {
	return c.regular.Shorten(letter.Clean(t.Name), c.tick, c.Width*0.25)
}

// rightWidth is what names of thresholds need right of the plot area, margin
// included.
func (c *composer) rightWidth() vg.Length {
	widest := vg.Length(0)
	for _, t := range c.Thresholds {
		if !c.Legend {
			widest = max(widest, c.small+c.regular.Width(c.thresholdName(t), c.tick))
		}
	}
	return c.margin + widest
}

// nameThresholds writes the names behind the ends of the lines, outside the
// plot area, where they cover no reading. Names of lines that are close move
// apart; those that find no place are left out.
func (c *composer) nameThresholds() {
	seen := slices.DeleteFunc(slices.Clone(c.Thresholds), func(t Threshold) bool {
		return !c.inside(vg.Point{X: c.plot.Min.X, Y: c.at(0, t.Value).Y})
	})
	slices.SortStableFunc(seen, func(a, b Threshold) int { return cmp.Compare(a.Value, b.Value) })
	step := lineHeight(c.tick)
	if most := int(c.plot.Size().Y / step); len(seen) > most {
		seen = seen[:most]
	}
	middles := make([]vg.Length, len(seen))
	for i, t := range seen {
		middles[i] = c.at(0, t.Value).Y
	}
	spread(middles, step, c.plot.Min.Y+step/2, c.plot.Max.Y-step/2)
	for i, t := range seen {
		c.pic.label(Label{
			Text: c.thresholdName(t), Face: c.regular, Size: c.tick, Color: legible(t.color()),
			At: vg.Point{X: c.plot.Max.X + c.small, Y: middles[i] - c.regular.Capitals(c.tick)/2},
		})
	}
}

// spread moves ascending places so that they are a step apart and within
// bounds, which have room for all.
func spread(places []vg.Length, step, low, high vg.Length) {
	for i := range places {
		least := low + vg.Length(i)*step
		if i > 0 {
			least = places[i-1] + step
		}
		places[i] = max(places[i], least)
	}
	for i := len(places) - 1; i >= 0; i-- {
		places[i] = min(places[i], high-vg.Length(len(places)-1-i)*step)
		if i < len(places)-1 {
			places[i] = min(places[i], places[i+1]-step)
		}
	}
}
