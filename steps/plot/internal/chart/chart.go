// Package chart composes line charts: where the title, the legend, the axes
// and the lines go, so that no text overlaps another or leaves the picture. It
// knows nothing of files or pipelines. Compose turns a Chart into a Picture of
// plain shapes and labels; Picture writes itself as PNG, SVG or PDF through
// gonum's vector graphics.
//
// gonum's own plot.Plot is not used: it parses twelve faces when the program
// starts, and its axes neither measure their labels nor keep them apart.
package chart

import (
	"image/color"

	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/axis"
)

// Chart is what to draw. Lengths are in points.
type Chart struct {
	Width, Height         vg.Length
	Title, XLabel, YLabel string
	X                     XAxis
	Series                []Series
	Thresholds            []Threshold
	Legend, Grid          bool
	YMin, YMax            *float64 // nil: chosen to fit the data and the thresholds
}

// Kind is what the values of the x axis are.
type Kind int

// The kinds of x axis.
const (
	Numbers Kind = iota
	Times
	Categories
)

// XAxis is how the x values of all series are read: as numbers, as times in
// seconds (see axis.Calendar), or as indexes into Names.
type XAxis struct {
	Kind     Kind
	Calendar axis.Calendar
	Names    []string
}

// Series is one line. X never descends; a Y that is missing is NaN.
type Series struct {
	Name string
	X, Y []float64
}

// Threshold is a level that readings are held against.
type Threshold struct {
	Value float64
	Name  string      // shown in the legend or at the line
	Color color.Color // nil: chosen by the bound
	Dash  Dash
	Bound Bound
}

// Bound says on which side of a threshold readings are breaches.
type Bound int

// The bounds.
const (
	NoBound Bound = iota // a mere line
	Min                  // readings below breach it
	Max                  // readings above breach it
)

// Breach finds the threshold that a reading breaches, as an index, or -1: of
// several, the one farthest out, whose colour the reading is marked with.
func Breach(thresholds []Threshold, y float64) int {
	found := -1
	for i, t := range thresholds {
		if !t.breachedBy(y) {
			continue
		}
		if found < 0 || t.Bound == Max && t.Value > thresholds[found].Value || t.Bound == Min && t.Value < thresholds[found].Value {
			found = i
		}
	}
	return found
}

func (t Threshold) breachedBy(y float64) bool {
	return t.Bound == Max && y > t.Value || t.Bound == Min && y < t.Value
}
