package chart_test

import (
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"

	"dagrun/steps/plot/internal/chart"
)

func TestRuns(t *testing.T) {
	nan := math.NaN()
	hourly := func(hours ...float64) chart.Series {
		s := chart.Series{}
		for _, h := range hours {
			s.X = append(s.X, h*3600)
			s.Y = append(s.Y, 20)
		}
		return s
	}
	tests := []struct {
		name string
		s    chart.Series
		kind chart.Kind
		want []chart.Run
	}{
		{"a whole series is one run", hourly(0, 1, 2, 3, 4, 5), chart.Times, []chart.Run{{Start: 0, End: 6}}},
		{"a missing reading breaks the line", chart.Series{X: []float64{0, 1, 2}, Y: []float64{1, nan, 3}}, chart.Numbers,
			[]chart.Run{{Start: 0, End: 1}, {Start: 2, End: 3}}},
		{"missing readings at the ends", chart.Series{X: []float64{0, 1, 2, 3}, Y: []float64{nan, 1, 2, nan}}, chart.Numbers,
			[]chart.Run{{Start: 1, End: 3}}},
		{"an hour left out of hours is a gap", hourly(0, 1, 2, 4, 5, 6), chart.Times, []chart.Run{{Start: 0, End: 3}, {Start: 3, End: 6}}},
		{"a reading between two gaps is a run of one", hourly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 16, 17, 18, 19, 20, 21, 22, 23), chart.Times,
			[]chart.Run{{Start: 0, End: 12}, {Start: 12, End: 13}, {Start: 13, End: 22}}},
		{"jitter is no gap", hourly(0, 1.1, 2, 3.2, 4, 5.1), chart.Times, []chart.Run{{Start: 0, End: 6}}},
		{"the same hole in numbers is none", hourly(0, 1, 2, 4, 5, 6), chart.Numbers, []chart.Run{{Start: 0, End: 6}}},
		{"too few readings to call a step long", hourly(0, 1, 2, 10), chart.Times, []chart.Run{{Start: 0, End: 4}}},
		{"an irregular series has no gaps", hourly(0, 1, 5, 6, 11, 12, 17, 18), chart.Times, []chart.Run{{Start: 0, End: 8}}},
		{"readings at one time are no step", hourly(0, 0, 1, 1, 2, 2, 3, 3, 4, 4), chart.Times, []chart.Run{{Start: 0, End: 10}}},
		{"nothing but missing readings", chart.Series{X: []float64{0, 1}, Y: []float64{nan, nan}}, chart.Times, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.s.Runs(tt.kind)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// lasting is how many runs a series has whose readings are at the times, in
// seconds.
func lasting(times []float64) int {
	return len(chart.Series{X: times, Y: make([]float64, len(times))}.Runs(chart.Times))
}

func TestHolesAreGapsHoweverManyReadingsAreLost(t *testing.T) {
	const quarter, day = 900, 24 * 3600.
	chance := rand.New(rand.NewPCG(1, 2))
	log := func(n int, step float64, kept func(i int) bool) (times []float64, holes int) {
		for i := range n {
			if kept(i) {
				times = append(times, float64(i)*step)
			}
		}
		for i := 1; i < len(times); i++ {
			if times[i]-times[i-1] > step {
				holes++
			}
		}
		return times, holes
	}
	tests := []struct {
		name string
		n    int
		step float64
		kept func(i int) bool
	}{
		{"every 8th reading and 8 hours", 960, quarter, func(i int) bool { return i%8 != 5 && (i < 400 || i >= 432) }},
		{"every fourth reading and 8 hours", 960, quarter, func(i int) bool { return i%4 != 1 && (i < 400 || i >= 432) }},
		{"two in five at random and 8 hours", 960, quarter, func(i int) bool { return chance.Float64() > 0.4 && (i < 400 || i >= 432) }},
		{"weekends", 70, day, func(i int) bool { return i%7 < 5 }},
		{"nights", 480, 3600, func(i int) bool { return i%24 >= 8 && i%24 < 17 }},
		{"nothing", 100, quarter, func(int) bool { return true }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			times, holes := log(tt.n, tt.step, tt.kept)
			if got := lasting(times); got != holes+1 {
				t.Errorf("%d runs, want %d: one more than there are holes", got, holes+1)
			}
		})
	}
}

func TestALogOfEventsHasNoGaps(t *testing.T) {
	tests := map[string]func(chance *rand.Rand) float64{
		"events that know nothing of each other": func(c *rand.Rand) float64 { return 600 * c.ExpFloat64() },
		"the same to the minute":                 func(c *rand.Rand) float64 { return 60 * math.Round(10*c.ExpFloat64()) },
		"anything up to an hour":                 func(c *rand.Rand) float64 { return 3600 * c.Float64() },
		"two at a time":                          func(c *rand.Rand) float64 { return []float64{1, 60 * (5 + 20*c.Float64())}[c.IntN(2)] },
		"of all sizes":                           func(c *rand.Rand) float64 { return 60 * math.Exp(2*c.NormFloat64()) },
	}
	for name, next := range tests {
		t.Run(name, func(t *testing.T) {
			chance := rand.New(rand.NewPCG(3, 4))
			times := []float64{0}
			for range 300 {
				times = append(times, times[len(times)-1]+next(chance))
			}
			if got := lasting(times); got != 1 {
				t.Errorf("%d runs, want 1", got)
			}
		})
	}
}

func TestBreach(t *testing.T) {
	thresholds := []chart.Threshold{
		{Value: 25, Bound: chart.Min}, {Value: 35, Bound: chart.Max}, {Value: 40, Bound: chart.Max}, {Value: 30},
	}
	tests := []struct {
		name string
		y    float64
		want int
	}{
		{"within", 30, -1},
		{"on the line", 25, -1},
		{"on the other line", 35, -1},
		{"below the min", 24.9, 0},
		{"above the max", 35.1, 1},
		{"above both: the farther", 41, 2},
		{"missing", math.NaN(), -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := chart.Breach(thresholds, tt.y); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

// column is what can be seen of a line in one column of pixels.
type column struct{ First, Last, Low, High vg.Length }

func columns(points []vg.Point, width vg.Length) map[int]column {
	seen := map[int]column{}
	for _, p := range points {
		at := int(p.X / width)
		c, ok := seen[at]
		if !ok {
			c = column{p.Y, p.Y, p.Y, p.Y}
		}
		seen[at] = column{c.First, p.Y, min(c.Low, p.Y), max(c.High, p.Y)}
	}
	return seen
}

func TestThinningKeepsWhatIsSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 3000).Draw(t, "points")
		seed := rapid.Float64Range(0.1, 100).Draw(t, "seed")
		points := make([]vg.Point, n)
		for i := range points {
			points[i] = vg.Point{X: vg.Length(float64(i) * 100 / float64(n)), Y: vg.Length(math.Sin(seed * float64(i*i)))}
		}
		thinned := chart.Thin(points, 1)
		if len(thinned) > max(8, 4*102) {
			t.Fatalf("%d points are left of %d", len(thinned), n)
		}
		if diff := cmp.Diff(columns(points, 1), columns(thinned, 1)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestBluntedLinesHaveNoSpikes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		angle := rapid.Float64Range(0.01, 1.2).Draw(t, "angle")
		points := []vg.Point{{X: 0, Y: 0}, {X: 100, Y: 0}, {X: vg.Length(100 - 100*math.Cos(angle)), Y: vg.Length(100 * math.Sin(angle))}}
		got := chart.Blunt(points, 2)
		if got[0] != points[0] || got[len(got)-1] != points[2] {
			t.Fatal("the ends have moved")
		}
		if angle > math.Pi/3 {
			return
		}
		if len(got) != 4 {
			t.Fatalf("a turn of %v radians was not cut", angle)
		}
		for _, p := range got[1:3] {
			if d := math.Hypot(float64(p.X-100), float64(p.Y)); d > 1 {
				t.Fatalf("the tip was cut by %v, half the width of the line is 1", d)
			}
		}
	})
}

// fills counts the discs of a colour.
func fills(p *chart.Picture, c color.Color) int {
	n := 0
	for _, s := range p.Shapes {
		if s.Width == 0 && s.Color == c {
			n++
		}
	}
	return n
}

func TestBreachesAreMarkedInTheColourOfTheirThreshold(t *testing.T) {
	c := day()
	red := color.RGBA{0xFF, 0, 0, 0xFF}
	c.Panels[0].Thresholds = []chart.Threshold{{Value: 30, Name: "Max", Bound: chart.Max, Color: red}}
	want := 1 // in the legend
	for _, y := range c.Panels[0].Series[0].Y {
		if y > 30 {
			want++
		}
	}
	if got := fills(compose(t, c), red); got != want || want < 3 {
		t.Errorf("%d dots are red, want %d", got, want)
	}
	c.Panels[0].Thresholds[0].Bound = chart.NoBound
	if got := fills(compose(t, c), red); got != 0 {
		t.Errorf("%d dots are red though the threshold is a mere line", got)
	}
}

func TestASingleReadingBetweenGapsIsADot(t *testing.T) {
	c := day()
	c.Panels[0].Thresholds, c.Width, c.Height = nil, 3*vg.Inch, 2*vg.Inch // too small for a dot at every reading
	before := len(compose(t, c).Shapes)
	c.Panels[0].Series[0].Y[10], c.Panels[0].Series[0].Y[12] = math.NaN(), math.NaN()
	blue := color.RGBA{0x00, 0x72, 0xB2, 0xFF}
	p := compose(t, c)
	if got := fills(p, blue); got != 1 {
		t.Errorf("%d dots, want 1", got)
	}
	if got, want := len(p.Shapes), before+2; got != want { // a line more, and the dot
		t.Errorf("%d shapes, want %d", got, want)
	}
}

func TestASeriesDoesNotTakeTheColourOfAThreshold(t *testing.T) {
	c := day()
	blue := color.RGBA{0x00, 0x72, 0xB2, 0xFF}
	c.Panels[0].Thresholds = []chart.Threshold{{Value: 30, Name: "norm", Color: blue}}
	if got := fills(compose(t, c), blue); got != 0 {
		t.Errorf("the series' dots have the threshold's colour")
	}
}

func TestAMillionReadingsMakeFewShapes(t *testing.T) {
	s := chart.Series{X: make([]float64, 1e6), Y: make([]float64, 1e6)}
	for i := range s.X {
		s.X[i], s.Y[i] = float64(i), float64(i*7919%1000)
		if i%3 == 2 {
			s.Y[i] = math.NaN() // a third of a million gaps
		}
	}
	c := day()
	c.Panels[0].Series, c.X.Kind = []chart.Series{s}, chart.Numbers
	p := compose(t, c)
	points := 0
	for _, shape := range p.Shapes {
		points += len(shape.Path)
	}
	if points > 100_000 {
		t.Errorf("the picture has %d points", points)
	}
}
