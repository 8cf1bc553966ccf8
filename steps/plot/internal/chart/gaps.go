package chart

import (
	"math"
	"slices"
)

// Run is a stretch of a series that is drawn as one line: the readings from
// Start up to but not including End.
type Run struct{ Start, End int }

// Runs splits a series where the line is broken: at missing readings and, on a
// time axis, where time has a gap. Times have a gap where they are farther
// apart than gapFactor times the median distance, provided the series is
// regular otherwise: of the distances, at most a tenth (or one) may be that
// long, and there are five readings at least. A reading between two breaks is
// a run of one.
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
	gapFactor  = 1.5 // one reading missing of a regular series doubles the distance
	leastSteps = 4   // distances needed to call one unusual
)

// longestStep is the distance in time beyond which there is a gap; infinity
// when the series is too short or too irregular to tell.
func (s Series) longestStep() float64 {
	steps := make([]float64, 0, len(s.X))
	for i := 1; i < len(s.X); i++ {
		if d := s.X[i] - s.X[i-1]; d > 0 {
			steps = append(steps, d)
		}
	}
	if len(steps) < leastSteps {
		return math.Inf(1)
	}
	slices.Sort(steps)
	limit := gapFactor * steps[len(steps)/2]
	at, _ := slices.BinarySearch(steps, math.Nextafter(limit, math.Inf(1)))
	if long := len(steps) - at; long > max(1, len(steps)/10) {
		return math.Inf(1)
	}
	return limit
}
