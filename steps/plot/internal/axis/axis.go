// Package axis decides where the ticks of an axis fall and what they say:
// round numbers, round minutes, hours, days, months and years, or categories.
// It measures labels with the function it is given and only gives ticks whose
// labels keep a distance from each other; it draws nothing.
package axis

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// Tick is a place on an axis that is labelled. Below is a second line that
// puts the label into context, such as the date where a day begins.
type Tick struct {
	Value        float64
	Label, Below string
}

// Room is the space that an axis has for its labels.
type Room struct {
	Length vg.Length                    // of the axis
	Extent func(label string) vg.Length // how much of the axis a label takes
	Gap    vg.Length                    // least distance between two labels
	Target vg.Length                    // distance of ticks that reads best
	Whole  bool                         // only whole numbers have ticks
}

// Range is the part of a scale that an axis shows: Min < Max.
type Range struct{ Min, Max float64 }

// Span is the width of the range.
func (r Range) Span() float64 { return r.Max - r.Min }

// At is the place of a value on an axis of the given length.
func (r Range) At(v float64, length vg.Length) vg.Length {
	return vg.Length((v-r.Min)/r.Span()) * length
}

// holds reports whether a value is within the range, give or take a rounding
// error.
func (r Range) holds(v float64) bool {
	slack := r.Span() * 1e-9
	return v >= r.Min-slack && v <= r.Max+slack
}

// candidate is one way to place ticks: step is their nominal distance.
type candidate struct {
	step  float64
	ticks func() []Tick
}

// mostTicks bounds what is tried: no axis has more labels than that.
const mostTicks = 300

// choose takes the candidate whose ticks fit and whose distance is nearest to
// the target, as a ratio; at is its index, or -1. Two ticks beat one, one beats
// none.
func choose(r Range, room Room, candidates []candidate) (best []Tick, at int) {
	bestScore := math.Inf(1)
	at = -1
	for i, c := range candidates {
		if r.Span()/c.step > mostTicks {
			continue
		}
		spacing := vg.Length(c.step/r.Span()) * room.Length
		score := math.Abs(math.Log(float64(spacing / room.Target)))
		if score >= bestScore && len(best) >= 2 {
			continue
		}
		ticks := c.ticks()
		gain := min(len(ticks), 2) - min(len(best), 2)
		if gain < 0 || gain == 0 && score >= bestScore || !room.Fit(r, ticks) {
			continue
		}
		best, at, bestScore = ticks, i, score
	}
	return best, at
}

// Fit reports whether no label touches its neighbour, in both lines.
func (room Room) Fit(r Range, ticks []Tick) bool {
	for _, text := range []func(Tick) string{labelOf, belowOf} {
		end := vg.Length(math.Inf(-1))
		for _, t := range ticks {
			label := text(t)
			if label == "" {
				continue
			}
			at, half := r.At(t.Value, room.Length), room.Extent(label)/2
			if at-half < end {
				return false
			}
			end = at + half + room.Gap
		}
	}
	return true
}

func labelOf(t Tick) string { return t.Label }
func belowOf(t Tick) string { return t.Below }
