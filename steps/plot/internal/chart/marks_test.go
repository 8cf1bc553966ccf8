package chart_test

import (
	"image/color"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"

	"dagrun/steps/plot/internal/chart"
)

// plain is a chart of one panel over numbers, without text.
func plain(mark chart.Mark, series ...chart.Series) *chart.Chart {
	return &chart.Chart{Width: 12 * vg.Inch, Height: 6 * vg.Inch, Panels: []chart.Panel{{Mark: mark, Series: series}}}
}

func series(name string, ys ...float64) chart.Series {
	s := chart.Series{Name: name, Y: ys}
	for i := range ys {
		s.X = append(s.X, float64(i))
	}
	return s
}

// filled are the boxes of a colour, from left to right.
func filled(p *chart.Picture, c color.Color) []vg.Rectangle {
	var boxes []vg.Rectangle
	for _, s := range p.Shapes {
		if s.Width > 0 || s.Color != c {
			continue
		}
		for i, part := range s.Path {
			if part.Type == vg.MoveComp {
				boxes = append(boxes, vg.Rectangle{Min: part.Pos, Max: part.Pos})
			}
			if part.Type != vg.CloseComp {
				b := &boxes[len(boxes)-1]
				b.Min = vg.Point{X: min(b.Min.X, part.Pos.X), Y: min(b.Min.Y, part.Pos.Y)}
				b.Max = vg.Point{X: max(b.Max.X, s.Path[i].Pos.X), Y: max(b.Max.Y, part.Pos.Y)}
			}
		}
	}
	slices.SortFunc(boxes, func(a, b vg.Rectangle) int { return int(1000 * (a.Min.X - b.Min.X)) })
	return boxes
}

var (
	blue       = color.RGBA{0x00, 0x72, 0xB2, 0xFF}
	vermillion = color.RGBA{0xD5, 0x5E, 0x00, 0xFF}
)

func TestBarsReachFromZeroToTheirReading(t *testing.T) {
	c := plain(chart.Bar, series("v", 10, -5, math.NaN(), 0, 20))
	p := compose(t, c)
	bars := filled(p, blue)
	if len(bars) != 3 {
		t.Fatalf("%d bars, want 3: none for a missing reading and for zero", len(bars))
	}
	zero := bars[0].Min.Y
	heights := []float64{float64(bars[0].Size().Y), -float64(bars[1].Size().Y), float64(bars[2].Size().Y)}
	if math.Abs(heights[1]*-2-heights[0]) > 0.01 || math.Abs(heights[0]*2-heights[2]) > 0.01 {
		t.Errorf("the heights are %v, want them as 10 to -5 to 20", heights)
	}
	if bars[1].Max.Y != zero || bars[2].Min.Y != zero {
		t.Errorf("the bars do not meet at zero: %v", bars)
	}
}

func TestBarsOfSeveralSeriesStandSideBySide(t *testing.T) {
	c := plain(chart.Bar, series("a", 10, 20, 30), series("b", 11, 21, 31))
	c.X = chart.XAxis{Kind: chart.Categories, Names: []string{"x", "y", "z"}}
	p := compose(t, c)
	a, b := filled(p, blue), filled(p, vermillion)
	if len(a) != 3 || len(b) != 3 {
		t.Fatalf("%d and %d bars, want 3 each", len(a), len(b))
	}
	for i := range a {
		if a[i].Max.X > b[i].Min.X || i < 2 && b[i].Max.X >= a[i+1].Min.X {
			t.Errorf("bars overlap: %v and %v", a, b)
		}
		if gap := b[i].Min.X - a[i].Max.X; gap > 2 {
			t.Errorf("bars of a group are %v apart", gap)
		}
	}
}

func TestBarsAreAsWideAsNearlyAllDistancesAllow(t *testing.T) {
	s := chart.Series{Name: "v"}
	for i := range 40 {
		s.X, s.Y = append(s.X, float64(i)*10), append(s.Y, 5)
	}
	s.X[20] -= 9 // one reading that comes early
	bars := filled(compose(t, plain(chart.Bar, s)), blue)
	distance := bars[1].Min.X - bars[0].Min.X
	if width := bars[0].Size().X; width < 0.7*distance || width > 0.9*distance {
		t.Errorf("the bars are %v wide, %v apart", width, distance)
	}
}

func TestAMillionBarsKeepTheirExtremes(t *testing.T) {
	s := chart.Series{Name: "v", X: make([]float64, 1e6), Y: make([]float64, 1e6)}
	for i := range s.X {
		s.X[i], s.Y[i] = float64(i), math.Sin(float64(i)/1e5)
	}
	s.Y[500_123], s.Y[700_123] = 9, -9
	p := compose(t, plain(chart.Bar, s))
	bars := filled(p, blue)
	high := slices.MaxFunc(bars, func(a, b vg.Rectangle) int { return int(1000 * (a.Max.Y - b.Max.Y)) })
	low := slices.MinFunc(bars, func(a, b vg.Rectangle) int { return int(1000 * (a.Min.Y - b.Min.Y)) })
	if high.Size().Y < 0.28*p.Areas[0].Size().Y || low.Size().Y < 0.28*p.Areas[0].Size().Y || len(bars) > 10_000 {
		t.Errorf("of %d bars the highest is %v, the lowest %v", len(bars), high, low)
	}
}

func TestAreasOfSeveralSeriesLetEachOtherThrough(t *testing.T) {
	p := compose(t, plain(chart.Area, series("a", 10, 20, 15), series("b", 11, 9, 14)))
	sheer, lines := 0, 0
	for _, s := range p.Shapes {
		_, _, _, alpha := s.Color.RGBA()
		if alpha < 0xFFFF {
			sheer++
			if lines > 0 {
				t.Error("an area lies above a line")
			}
		}
		if s.Width > 0 && (s.Color == blue || s.Color == vermillion) {
			lines++
		}
	}
	if sheer != 2 || lines != 2 {
		t.Errorf("%d sheer areas and %d lines, want 2 each", sheer, lines)
	}
}

func TestAnAreaReachesDownToZeroAndHasGaps(t *testing.T) {
	p := compose(t, plain(chart.Area, series("a", 10, 20, math.NaN(), 15, 12)))
	var pieces []vg.Rectangle
	for _, s := range p.Shapes {
		if _, _, _, alpha := s.Color.RGBA(); alpha < 0xFFFF {
			pieces = append(pieces, filled(&chart.Picture{Shapes: []chart.Shape{s}}, s.Color)...)
		}
	}
	if len(pieces) != 2 || pieces[0].Max.X >= pieces[1].Min.X {
		t.Fatalf("the area has %d pieces, want 2 with a gap: %v", len(pieces), pieces)
	}
	for _, piece := range pieces {
		if math.Abs(float64(piece.Min.Y-p.Areas[0].Min.Y)) > 0.5 {
			t.Errorf("a piece ends at %v, not at the axis, %v", piece.Min.Y, p.Areas[0].Min.Y)
		}
	}
}

func TestACloudKeepsWhatStandsOut(t *testing.T) {
	s := chart.Series{Name: "v"}
	for i := range 200_000 {
		s.X, s.Y = append(s.X, float64(i)), append(s.Y, math.Sin(float64(i*i)))
	}
	s.Y[77_777] = 10
	p := compose(t, plain(chart.Scatter, s))
	parts, highest := 0, vg.Length(0)
	for _, shape := range p.Shapes {
		parts += len(shape.Path)
		for _, part := range shape.Path {
			if shape.Width == 0 && part.Type != vg.CloseComp {
				highest = max(highest, part.Pos.Y)
			}
		}
	}
	area := p.Areas[0]
	if at := (highest - area.Min.Y) / area.Size().Y; at < 0.8 {
		t.Errorf("the highest dot is at %v of the area", at)
	}
	if parts > 200_000 {
		t.Errorf("the picture has %d parts", parts)
	}
}

func TestScatteredReadingsAreEachADot(t *testing.T) {
	p := compose(t, plain(chart.Scatter, series("v", 1, 5, 2, 4)))
	if got := len(filled(p, blue)); got != 4 {
		t.Errorf("%d dots, want 4", got)
	}
	for _, s := range p.Shapes {
		if s.Width > 0 && s.Color == blue {
			t.Error("there is a line")
		}
	}
}

func TestBins(t *testing.T) {
	tenths := make([]float64, 100_000)
	for i := range tenths {
		tenths[i] = math.Round(200+10*math.Sin(float64(i*i))) / 10
	}
	tests := []struct {
		name  string
		ys    []float64
		first float64
		count int
	}{
		{"many readings of tenths are in bins of one tenth", tenths, 19, 21},
		{"whole numbers have bins of one", []float64{1, 2, 2, 3, 3, 3, 4, 4, 5, 1, 2, 3, 4, 5, 3, 3, 3, 3, 2, 4}, 1, 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			edges, counts := chart.BinsOf(&chart.Panel{Series: []chart.Series{{Y: tt.ys}}})
			if math.Abs(edges[0]-tt.first) > 1e-9 || len(counts[0]) != tt.count {
				t.Errorf("%d bins from %v to %v, want %d from %v", len(counts[0]), edges[0], edges[len(edges)-1], tt.count, tt.first)
			}
		})
	}
}

func TestReadingsThatAreAllAlikeAreOneBarAroundThem(t *testing.T) {
	tests := []struct{ reading, width float64 }{
		{0, 1}, {25, 1}, {27.3, 1}, {-4, 1}, {1e9, 1}, {4e12, 5000}, {0.003, 0.001}, {-0.5, 0.1}, {1e-300, 1}, {1e300, 1e291},
	}
	for _, tt := range tests {
		edges, counts := chart.BinsOf(&chart.Panel{Series: []chart.Series{{Y: []float64{tt.reading, tt.reading, tt.reading}}}})
		want := []float64{tt.reading - tt.width/2, tt.reading + tt.width/2}
		if diff := cmp.Diff(want, edges, cmpopts.EquateApprox(1e-12, 0)); diff != "" || counts[0][0] != 3 {
			t.Errorf("%v: %d readings in a bin with other edges: %s", tt.reading, counts[0][0], diff)
		}
	}
}

func TestEveryReadingIsInTheBinThatHoldsIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		middle := rapid.Float64Range(-1e6, 1e6).Draw(t, "middle")
		scale := math.Pow(10, rapid.Float64Range(-3, 6).Draw(t, "log of the scale"))
		ys := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 {
			return middle + scale*rapid.Float64Range(-1, 1).Draw(t, "reading")
		}), 1, 300).Draw(t, "readings")
		half := len(ys) / 2
		edges, counts := chart.BinsOf(&chart.Panel{Series: []chart.Series{{Y: ys[:half]}, {Y: append(ys[half:], math.NaN())}}})
		want := make([][]int, 2)
		near := 0 // an edge, so that rounding may move them
		for s, part := range [][]float64{ys[:half], ys[half:]} {
			want[s] = make([]int, len(edges)-1)
			for _, y := range part {
				at, _ := slices.BinarySearch(edges, math.Nextafter(y, math.Inf(1)))
				if slices.ContainsFunc(edges, func(e float64) bool { return math.Abs(e-y) < 1e-3*(edges[1]-edges[0]) }) {
					near++
				}
				want[s][min(max(at-1, 0), len(edges)-2)]++
			}
		}
		if len(counts[0]) > 300 {
			t.Fatalf("%d bins", len(counts[0]))
		}
		for s := range want {
			moved := 0
			for i := range want[s] {
				moved += max(want[s][i]-counts[s][i], counts[s][i]-want[s][i])
			}
			if moved > 2*near {
				t.Fatal(cmp.Diff(want, counts))
			}
		}
	})
}

func TestAHistogramColoursTheReadingsBeyond(t *testing.T) {
	red := color.RGBA{0xFF, 0, 0, 0xFF}
	c := plain(chart.Histogram, chart.Series{Name: "v", Y: []float64{1, 2, 2, 3, 3, 3, 4, 4, 5}})
	c.Panels[0].Thresholds = []chart.Threshold{{Value: 3.5, Name: "Max", Bound: chart.Max, Color: red}}
	p := compose(t, c)
	all, beyond := filled(p, blue), filled(p, red)
	if len(all) != 5 || len(beyond) != 2 {
		t.Fatalf("%d bars, %d of them red, want 5 and 2", len(all), len(beyond))
	}
	if beyond[0] != all[3] || beyond[1] != all[4] {
		t.Errorf("red are %v of %v", beyond, all)
	}
}

func TestSeriesOfAHistogramAreSeenBeyondAThreshold(t *testing.T) {
	red := color.RGBA{0xFF, 0, 0, 0xFF}
	c := plain(chart.Histogram,
		chart.Series{Name: "a", Y: []float64{1, 2, 2, 3, 3, 3, 4, 4, 5}},
		chart.Series{Name: "b", Y: []float64{1, 2, 3, 4, 4, 4, 5, 5, 5}})
	c.Panels[0].Thresholds = []chart.Threshold{{Value: 3.5, Name: "Max", Bound: chart.Max, Color: red}}
	p := compose(t, c)
	if opaque := filled(p, red); len(opaque) > 0 {
		t.Errorf("opaque bars hide the series: %v", opaque)
	}
	tinted, outlined := -1, map[color.Color]int{}
	var tint, highest []vg.Rectangle
	for i, s := range p.Shapes {
		r, g, b, alpha := s.Color.RGBA()
		switch {
		case s.Width > 0 && (s.Color == blue || s.Color == vermillion):
			outlined[s.Color] = i
		case s.Width == 0 && alpha < 0xFFFF && r == alpha && g == 0 && b == 0:
			tinted, tint = i, filled(&chart.Picture{Shapes: []chart.Shape{s}}, s.Color)
		case s.Width == 0 && alpha < 0xFFFF:
			highest = filled(&chart.Picture{Shapes: []chart.Shape{s}}, s.Color) // b's, the last
		}
	}
	if len(outlined) != 2 || tinted < 0 || outlined[blue] < tinted || outlined[vermillion] < tinted {
		t.Fatalf("the outlines are shapes %v, the tint is shape %d; want both outlines above it", outlined, tinted)
	}
	if diff := cmp.Diff(highest[3:], tint); diff != "" {
		t.Errorf("the tint is not as high as the highest series: %s", diff)
	}
}

func TestTheLineOfAThresholdIsSeenOnBarsOfItsColour(t *testing.T) {
	red, white := color.RGBA{0xFF, 0, 0, 0xFF}, color.RGBA{0xFF, 0xFF, 0xFF, 0xFF}
	c := plain(chart.Histogram, chart.Series{Name: "v", Y: []float64{1, 2, 2, 3, 3, 3, 4, 4, 5}})
	c.Panels[0].Thresholds = []chart.Threshold{{Value: 2.5, Name: "Max", Bound: chart.Max, Color: red, Dash: chart.Dashed}}
	p := compose(t, c)
	for i, s := range p.Shapes {
		if s.Width == 0 || s.Color != red {
			continue
		}
		if under := p.Shapes[i-1]; under.Color != white || under.Width <= s.Width || cmp.Diff(under.Path, s.Path) != "" {
			t.Errorf("under the line is %+v, want a wider one of paper", under)
		}
		return
	}
	t.Error("there is no line")
}
