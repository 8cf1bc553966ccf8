package chart_test

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/axis"
	"dagrun/steps/plot/internal/chart"
)

// dashboard has three panels of a day.
func dashboard() *chart.Chart {
	c := day()
	inlet := c.Panels[0].Series[0]
	outlet := inlet
	inlet.Name, outlet.Name = "inlet", "outlet"
	c.Panels[0].Series = []chart.Series{inlet, outlet}
	c.Panels = append(c.Panels,
		chart.Panel{Mark: chart.Area, YLabel: "Humidity (%)", Series: []chart.Series{{Name: "humidity", X: inlet.X, Y: inlet.Y}}},
		chart.Panel{Mark: chart.Bar, Title: "Rain", YLabel: "mm", Series: []chart.Series{{Name: "inlet", X: inlet.X, Y: inlet.Y}}},
	)
	c.Height = 9 * vg.Inch
	return c
}

func TestPanelsStandAboveEachOtherInLine(t *testing.T) {
	p := compose(t, dashboard())
	checkLabels(t, p)
	if len(p.Areas) != 3 {
		t.Fatalf("%d areas, want 3", len(p.Areas))
	}
	for i, area := range p.Areas[1:] {
		above := p.Areas[i]
		if area.Min.X != above.Min.X || area.Max.X != above.Max.X {
			t.Errorf("areas %v and %v are not in line", above, area)
		}
		if area.Max.Y >= above.Min.Y || math.Abs(float64(area.Size().Y-above.Size().Y)) > 0.01 {
			t.Errorf("areas %v and %v overlap, or are not of one height", above, area)
		}
	}
}

func TestPanelsShareTheXAxisAndTheLegend(t *testing.T) {
	c := dashboard()
	c.Panels[2].Thresholds = c.Panels[0].Thresholds
	p := compose(t, c)
	got := "|" + texts(p) + "|"
	for _, once := range []string{"00:00", "15 Jun 2024", "Time", "inlet", "outlet", "Min: 25 °C", "Rain", "Humidity (%)", "mm"} {
		if n := strings.Count(got, "|"+once+"|"); n != 1 {
			t.Errorf("%q is there %d times: %s", once, n, got)
		}
	}
	lowest := p.Areas[2].Min.Y
	for _, l := range p.Labels {
		if l.Text == "12:00" && l.At.Y > lowest {
			t.Errorf("an x label is above the lowest panel, at %v", l.At)
		}
	}
}

func TestAPanelWithoutReadingsIsEmpty(t *testing.T) {
	for _, mark := range []chart.Mark{chart.Line, chart.Scatter, chart.Bar, chart.Area} {
		c := dashboard()
		empty := chart.Series{Name: "empty", X: c.Panels[0].Series[0].X, Y: slices.Repeat([]float64{math.NaN()}, 24)}
		c.Panels[1] = chart.Panel{Mark: mark, Series: []chart.Series{empty}}
		p := compose(t, c)
		checkLabels(t, p)
		if got := texts(p); !strings.Contains(got, "0.0|0.5|1.0") && !strings.Contains(got, "0.0|0.2") {
			t.Errorf("the empty panel has no axis: %s", got)
		}
	}
}

func TestSeriesOfOneNameLookAlikeInAllPanels(t *testing.T) {
	p := compose(t, dashboard())
	inlet, bars := map[color.Color]bool{}, map[color.Color]bool{}
	for _, s := range p.Shapes {
		switch at := s.Path[0].Pos; {
		case s.Width > 1.9 && inArea(p.Areas[0], at):
			inlet[s.Color] = true
		case s.Width == 0 && inArea(p.Areas[2], at):
			bars[s.Color] = true
		}
	}
	for c := range bars {
		if !inlet[c] || len(bars) != 1 {
			t.Errorf("the bars are %v, the lines %v", bars, inlet)
		}
	}
}

func inArea(area vg.Rectangle, at vg.Point) bool {
	return at.X >= area.Min.X-1 && at.X <= area.Max.X+1 && at.Y >= area.Min.Y-1 && at.Y <= area.Max.Y+1
}

func TestColoursOfThresholdsCanBeSeenInTheDark(t *testing.T) {
	c := day()
	c.Dark = true
	c.Panels[0].Thresholds = []chart.Threshold{{Value: 25, Name: "Min", Color: color.RGBA{0, 0, 0x80, 0xFF}}}
	for _, s := range compose(t, c).Shapes {
		if s.Color == (color.RGBA{0, 0, 0x80, 0xFF}) {
			t.Error("navy on dark cannot be seen")
		}
	}
	c.Dark = false
	if !slices.ContainsFunc(compose(t, c).Shapes, func(s chart.Shape) bool { return s.Color == color.RGBA{0, 0, 0x80, 0xFF} }) {
		t.Error("on white the color is not as asked")
	}
}

// TestLabelsNeverCollideWhateverTheCount goes from two readings to two million
// on every kind of axis.
func TestLabelsNeverCollideWhateverTheCount(t *testing.T) {
	for _, n := range []int{2, 3, 50, 5_000, 2_000_000} {
		for _, kind := range []chart.Kind{chart.Numbers, chart.Times, chart.Categories} {
			for _, mark := range []chart.Mark{chart.Line, chart.Bar} {
				if kind == chart.Categories && n > 10_000 {
					continue // more is no axis of categories
				}
				c := many(n, kind, mark)
				sizes := [][2]vg.Length{{12, 6}, {3, 2}, {40, 5}}
				if n > 10_000 {
					sizes = sizes[:1]
				}
				for _, size := range sizes {
					c.Width, c.Height = size[0]*vg.Inch, size[1]*vg.Inch
					t.Run(fmt.Sprintf("%d/kind %d/mark %d/%v", n, kind, mark, size), func(t *testing.T) {
						p := compose(t, c)
						checkLabels(t, p)
						if parts := countParts(p); parts > 400_000 {
							t.Errorf("the picture has %d parts", parts)
						}
					})
				}
			}
		}
	}
}

func many(n int, kind chart.Kind, mark chart.Mark) *chart.Chart {
	s := chart.Series{Name: "v", X: make([]float64, n), Y: make([]float64, n)}
	c := plain(mark, s)
	c.Title, c.XLabel, c.Legend, c.Grid = "Readings", "When", true, true
	c.X = chart.XAxis{Kind: kind, Calendar: axis.Calendar{Zone: time.UTC}}
	for i := range n {
		s.X[i], s.Y[i] = float64(i), 20+5*math.Sin(float64(i)/100)
		if kind == chart.Times {
			s.X[i] = 1.7e9 + float64(i)*60
		}
		if kind == chart.Categories {
			c.X.Names = append(c.X.Names, fmt.Sprintf("category %d", i))
		}
	}
	return c
}

func countParts(p *chart.Picture) int {
	parts := 0
	for _, s := range p.Shapes {
		parts += len(s.Path)
	}
	return parts
}
