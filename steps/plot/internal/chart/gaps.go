package chart

import (
	"math"
	"slices"
)

// Run is a stretch of a series that is drawn as one line: the readings from
// Start up to but not including End.
type Run struct{ Start, End int }

// Runs splits a series where the line is broken: at missing readings and, on a
// time axis, where a series of regular times has a hole: readings that are
// farther apart than gapFactor times the median distance. A reading between
// two breaks is a run of one.
func (s Series) Runs(kind Kind) []Run {
	limit := math.Inf(1)
	if kind == Times {
		limit = s.longestStep()
	}
	var runs []Run
	start := -1
	last := 0 // the reading before, missing ones left out
	for i, y := range s.Y {
		if math.IsNaN(y) {
			if start >= 0 {
				runs = append(runs, Run{start, i})
			}
			start = -1
			continue
		}
		if start >= 0 && s.X[i]-s.X[last] > limit {
			runs = append(runs, Run{start, i})
			start = i
		}
		if start < 0 {
			start = i
		}
		last = i
	}
	if start >= 0 {
		runs = append(runs, Run{start, len(s.Y)})
	}
	return runs
}

const (
	gapFactor  = 1.5  // one reading missing of a regular series doubles the distance
	leastSteps = 4    // distances needed to call one unusual
	regular    = 0.75 // of the distances are those of a clock that ticks
)

// longestStep is the distance in time beyond which there is a gap; infinity
// when the series is too short or too irregular to tell. How many distances are
// long says nothing of that: a log of working days has one in five. What tells
// a clock, even one of which many readings are lost, from events that come as
// they like is that distances keep to its beat.
func (s Series) longestStep() float64 {
	steps := distances(s.X)
	if len(steps) < leastSteps {
		return math.Inf(1)
	}
	slices.Sort(steps)
	median := steps[len(steps)/2]
	beats := 0
	for _, d := range steps {
		if onBeat(d / median) {
			beats++
		}
	}
	if float64(beats) < regular*float64(len(steps)) {
		return math.Inf(1)
	}
	return gapFactor * median
}

// onBeat reports whether a distance, in medians, is about one, or two or three
// where one or two readings in a row are lost.
func onBeat(d float64) bool {
	const slack = 0.25
	return d >= 1/gapFactor && d <= gapFactor || math.Abs(d-2) <= slack || math.Abs(d-3) <= slack
}
