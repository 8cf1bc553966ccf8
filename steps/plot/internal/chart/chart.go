// Package chart composes charts: where the title, the legend, the panels, the
// axes and the readings go, so that no text overlaps another or leaves the
// picture. It knows nothing of files or pipelines. Compose turns a Chart into a
// Picture of plain shapes and labels, which package paint writes.
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
	Width, Height vg.Length
	Title, XLabel string
	X             XAxis
	Panels        []Panel // from top to bottom, over one x axis
	Legend, Grid  bool
	Dark          bool // light on dark
}

// Panel is one of several charts above each other, or the only one.
type Panel struct {
	Mark          Mark
	Title, YLabel string
	Series        []Series
	Thresholds    []Threshold
	YMin, YMax    *float64 // nil: chosen to fit the data and the thresholds
}

// Mark is how readings are drawn.
type Mark int

// The marks. A histogram counts readings: its x axis is theirs, and so are its
// thresholds, and its y axis is of counts. It has a chart for itself.
const (
	Line Mark = iota
	Scatter
	Bar
	Area
	Histogram
)

// down reports whether readings are drawn as reaching from zero.
func (m Mark) down() bool { return m == Bar || m == Area || m == Histogram }

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

// Series is one line, or one colour of dots or bars. X never descends; a Y that
// is missing is NaN. Series of one name look alike in all panels. A histogram
// has no use for X.
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
	for i := range thresholds {
		t := &thresholds[i]
		if !t.breachedBy(y) {
			continue
		}
		if found < 0 || t.Bound == Max && t.Value > thresholds[found].Value || t.Bound == Min && t.Value < thresholds[found].Value {
			found = i
		}
	}
	return found
}

func (t *Threshold) breachedBy(y float64) bool {
	return t.Bound == Max && y > t.Value || t.Bound == Min && y < t.Value
}
