package chart_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"

	"dagrun/steps/plot/internal/axis"
	"dagrun/steps/plot/internal/chart"
)

const pixel = vg.Inch / 192

func compose(t testing.TB, c *chart.Chart) *chart.Picture {
	t.Helper()
	p, err := chart.Compose(t.Context(), c, pixel)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// day is a chart of 24 hourly temperatures with two thresholds.
func day() *chart.Chart {
	s := chart.Series{Name: "temperatura"}
	for i := range 24 {
		s.X = append(s.X, axis.Seconds(time.Date(2024, 6, 15, i, 0, 0, 0, time.UTC)))
		s.Y = append(s.Y, 28+4*math.Sin(float64(i)/4))
	}
	return &chart.Chart{
		Width: 12 * vg.Inch, Height: 6 * vg.Inch, Title: "Daily log", XLabel: "Time",
		X:      chart.XAxis{Kind: chart.Times, Calendar: axis.Calendar{Zone: time.UTC}},
		Legend: true, Grid: true,
		Panels: []chart.Panel{{
			YLabel: "Temperature (°C)", Series: []chart.Series{s},
			Thresholds: []chart.Threshold{{Value: 25, Name: "Min: 25 °C", Bound: chart.Min}, {Value: 35, Name: "Max: 35 °C", Bound: chart.Max}},
		}},
	}
}

func texts(p *chart.Picture) string {
	var all []string
	for _, l := range p.Labels {
		all = append(all, l.Text)
	}
	return strings.Join(all, "|")
}

// checkLabels fails when a label overlaps another or the readings, leaves the
// picture, or has a character that cannot be drawn.
func checkLabels(t interface{ Errorf(string, ...any) }, p *chart.Picture) {
	const edge = 3
	for i, l := range p.Labels {
		box := l.Box()
		if box.Min.X < edge || box.Min.Y < edge || box.Max.X > p.Size.X-edge || box.Max.Y > p.Size.Y-edge {
			t.Errorf("label %q at %v comes too near the edge of a picture of %v", l.Text, box, p.Size)
		}
		for _, area := range p.Areas {
			if overlap(box, area) {
				t.Errorf("label %q at %v lies on the readings' area %v", l.Text, box, area)
			}
		}
		for _, other := range p.Labels[:i] {
			if overlap(box, other.Box()) {
				t.Errorf("labels %q at %v and %q at %v overlap", l.Text, box, other.Text, other.Box())
			}
		}
	}
	height := vg.Length(0)
	for _, area := range p.Areas {
		height += area.Size().Y
		if area.Size().X <= 0 || area.Size().Y <= 0 {
			t.Errorf("nothing is left for the readings: %v of %v", area, p.Size)
		}
	}
	if height < 0.3*p.Size.Y && len(p.Areas) == 1 {
		t.Errorf("too little is left for the readings: %v of %v", height, p.Size)
	}
}

func overlap(a, b vg.Rectangle) bool {
	const slack = 0.01
	return a.Min.X < b.Max.X-slack && b.Min.X < a.Max.X-slack && a.Min.Y < b.Max.Y-slack && b.Min.Y < a.Max.Y-slack
}

func anyText(t *rapid.T, name string) string {
	words := rapid.SliceOfN(rapid.SampledFrom([]string{
		"Temperature", "of", "probe", "№ 7", "(°C)", "in the cold store", "Größe", "température", "温度", "\n", "Donaudampfschifffahrtsgesellschaft",
	}), 0, 14).Draw(t, name)
	return strings.Join(words, " ")
}

func anyChart(t *rapid.T) *chart.Chart {
	c := &chart.Chart{
		Width:  vg.Length(rapid.Float64Range(2, 30).Draw(t, "width")) * vg.Inch,
		Height: vg.Length(rapid.Float64Range(2, 20).Draw(t, "height")) * vg.Inch,
		Title:  anyText(t, "title"), XLabel: anyText(t, "x label"),
		Legend: rapid.Bool().Draw(t, "legend"), Grid: rapid.Bool().Draw(t, "grid"), Dark: rapid.Bool().Draw(t, "dark"),
	}
	n := rapid.IntRange(1, 200).Draw(t, "readings")
	step := 1.0
	switch c.X.Kind = chart.Kind(rapid.IntRange(0, 2).Draw(t, "kind")); c.X.Kind {
	case chart.Times:
		c.X.Calendar = axis.Calendar{Zone: time.UTC, Dates: rapid.Bool().Draw(t, "dates")}
		step = math.Pow(10, rapid.Float64Range(-3, 7.5).Draw(t, "log of the step"))
	case chart.Categories:
		for i := range n {
			c.X.Names = append(c.X.Names, fmt.Sprint(anyText(t, "name"), i))
		}
	case chart.Numbers:
		step = math.Pow(10, rapid.Float64Range(-9, 12).Draw(t, "log of the step"))
	}
	if c.X.Kind == chart.Numbers && rapid.Bool().Draw(t, "histogram") {
		c.Panels = []chart.Panel{anyPanel(t, chart.Histogram, n, step)}
		return c
	}
	for range rapid.IntRange(1, max(1, int(c.Height/vg.Inch))).Draw(t, "panels") {
		c.Panels = append(c.Panels, anyPanel(t, chart.Mark(rapid.IntRange(0, 3).Draw(t, "mark")), n, step))
	}
	return c
}

func anyPanel(t *rapid.T, mark chart.Mark, n int, step float64) chart.Panel {
	p := chart.Panel{Mark: mark, Title: anyText(t, "panel"), YLabel: anyText(t, "y label")}
	scale := math.Pow(10, rapid.Float64Range(-8, 11).Draw(t, "log of the readings"))
	for i := range rapid.IntRange(1, chart.MaxSeries).Draw(t, "series") {
		s := chart.Series{Name: fmt.Sprint("series ", i)}
		for k := range n {
			s.X = append(s.X, float64(k)*step)
			s.Y = append(s.Y, scale*math.Sin(float64(i*k)))
		}
		p.Series = append(p.Series, s)
	}
	for range rapid.IntRange(0, 5).Draw(t, "thresholds") {
		v := rapid.Float64Range(-2, 2).Draw(t, "threshold") * scale
		bound := chart.Bound(rapid.IntRange(0, 2).Draw(t, "bound"))
		p.Thresholds = append(p.Thresholds, chart.Threshold{Value: v, Name: anyText(t, "threshold name"), Bound: bound})
	}
	return p
}

func TestLabelsNeverOverlapNorLeaveThePicture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := chart.Compose(t.Context(), anyChart(t), pixel)
		if err != nil {
			t.Fatal(err)
		}
		checkLabels(t, p)
	})
}

func TestTypicalChartsAreWellLaidOut(t *testing.T) {
	for _, size := range [][2]vg.Length{{12, 6}, {4, 3}, {2, 2}, {30, 4}, {3, 12}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			c := day()
			c.Width, c.Height = size[0]*vg.Inch, size[1]*vg.Inch
			checkLabels(t, compose(t, c))
		})
	}
}

func TestTitleLabelsAndLegendAreThere(t *testing.T) {
	got := texts(compose(t, day()))
	for _, want := range []string{"Daily log", "Time", "Temperature (°C)", "Min: 25 °C", "Max: 35 °C", "00:00", "22:00", "15 Jun 2024", "24", "36"} {
		if !strings.Contains("|"+got+"|", "|"+want+"|") {
			t.Errorf("the chart lacks %q; it says %s", want, got)
		}
	}
	if strings.Contains(got, "temperatura") {
		t.Error("a single series needs no entry in the legend")
	}
}

func TestWithoutALegendThresholdsAreNamedAtTheirLine(t *testing.T) {
	c := day()
	c.Legend = false
	p := compose(t, c)
	for _, l := range p.Labels {
		if l.Text != "Max: 35 °C" {
			continue
		}
		middle := (l.Box().Min.Y + l.Box().Max.Y) / 2
		line := p.Areas[0].Min.Y + (35-24)/vg.Length(36-24)*p.Areas[0].Size().Y
		if l.At.X < p.Areas[0].Max.X || math.Abs(float64(middle-line)) > 6 {
			t.Errorf("the name is at %v, the line ends at %v, %v", l.At, p.Areas[0].Max.X, line)
		}
		return
	}
	t.Error("the threshold is not named")
}

func TestSeveralSeriesAreNamedInTheLegend(t *testing.T) {
	c := day()
	second := c.Panels[0].Series[0]
	second.Name = "probe two"
	c.Panels[0].Series = append(c.Panels[0].Series, second)
	if got := texts(compose(t, c)); !strings.Contains(got, "temperatura|probe two|Min: 25 °C") {
		t.Errorf("the legend lacks a series: %s", got)
	}
}

func TestALegendThatIsTooLongIsCounted(t *testing.T) {
	c := day()
	c.Width, c.Height = 5*vg.Inch, 4*vg.Inch
	for i := range 20 {
		s := c.Panels[0].Series[0]
		s.Name = fmt.Sprintf("a probe with a long name %d", i)
		c.Panels[0].Series = append(c.Panels[0].Series, s)
	}
	if got := texts(compose(t, c)); !strings.Contains(got, "|+ ") {
		t.Errorf("nothing tells how many entries are left out: %s", got)
	}
}

func TestEveryThresholdIsInView(t *testing.T) {
	c := day()
	c.Panels[0].Thresholds = []chart.Threshold{{Value: -10, Name: "far below"}, {Value: 90, Name: "far above"}}
	got := texts(compose(t, c))
	if !strings.Contains(got, "−20|") || !strings.Contains(got, "100|") {
		t.Errorf("the y axis does not reach the thresholds: %s", got)
	}
}

func TestTheYAxisIsAsAsked(t *testing.T) {
	zero, fifty := 0.0, 50.0
	c := day()
	c.Panels[0].YMin, c.Panels[0].YMax = &zero, &fifty
	got := texts(compose(t, c))
	if !strings.Contains(got, "|0|") || !strings.Contains(got, "|50|") || strings.Contains(got, "|60|") {
		t.Errorf("the y axis is not 0 to 50: %s", got)
	}
}

func TestLinesStayInTheirArea(t *testing.T) {
	low, high := 27.0, 29.0
	c := day()
	c.Panels[0].YMin, c.Panels[0].YMax = &low, &high
	p := compose(t, c)
	area := vg.Rectangle{
		Min: p.Areas[0].Min.Sub(vg.Point{X: 1, Y: 20}), // tick marks reach below
		Max: p.Areas[0].Max.Add(vg.Point{X: 6, Y: 6}),  // dots on the edge are whole
	}
	for _, s := range p.Shapes {
		for _, part := range s.Path {
			inLegend := part.Pos.Y > p.Areas[0].Max.Y+9
			if part.Type != vg.CloseComp && !inLegend && (part.Pos.Y > area.Max.Y || part.Pos.Y < area.Min.Y || part.Pos.X > area.Max.X) {
				t.Fatalf("a line reaches %v, outside %v", part.Pos, p.Areas[0])
			}
		}
	}
	c.Panels[0].YMin, c.Panels[0].YMax = nil, nil
	if all := compose(t, c); len(all.Shapes) <= len(p.Shapes) {
		t.Errorf("%d shapes in part of the range, %d in all of it", len(p.Shapes), len(all.Shapes))
	}
}

func TestReadingsThatAreAllAlikeHaveAnAxis(t *testing.T) {
	for _, v := range []float64{0, 27, -1e-300, 1e300, -3e15} {
		c := day()
		c.Panels[0].Thresholds = nil
		for i := range c.Panels[0].Series[0].Y {
			c.Panels[0].Series[0].Y[i] = v
		}
		checkLabels(t, compose(t, c))
	}
}

func TestCountsDoNotStartBelowZero(t *testing.T) {
	c := day()
	c.Panels[0].Thresholds = nil
	for i := range c.Panels[0].Series[0].Y {
		c.Panels[0].Series[0].Y[i] = float64(i)
	}
	if got := texts(compose(t, c)); strings.Contains(got, "−") {
		t.Errorf("the y axis goes below zero: %s", got)
	}
}

func TestComposeStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := chart.Compose(ctx, day(), pixel); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestTickCharactersAreInTheTypeface(t *testing.T) {
	c := day()
	for i := range c.Panels[0].Series[0].Y {
		c.Panels[0].Series[0].Y[i] *= -1e12
	}
	if p := compose(t, c); len(p.Missing) > 0 {
		t.Errorf("missing: %q", string(p.Missing))
	}
}
