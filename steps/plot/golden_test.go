package plot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dagrun/engine/enginetest"
	"dagrun/steps/plot"
)

// golden is a picture that was looked at and found good.
type golden struct {
	name  string
	csv   string
	zone  string
	args  Args
	wants outputs // those that are not zero
}

// table writes CSV: a header, and a row for each i below n.
func table(header string, n int, row func(i int) string) string {
	var b strings.Builder
	b.WriteString(header + "\n")
	for i := range n {
		b.WriteString(row(i) + "\n")
	}
	return b.String()
}

func at(start string, step time.Duration) func(i int) string {
	t, err := time.Parse(time.DateTime, start)
	if err != nil {
		panic(err)
	}
	return func(i int) string { return t.Add(time.Duration(i) * step).Format(time.DateTime) }
}

// noise is the same at every run.
func noise() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func daily(i, n int) float64 { return math.Sin(2 * math.Pi * (float64(i)/float64(n) - 0.3)) }

func goldens() []golden {
	hour, minutes := at("2024-06-15 00:00:00", time.Hour), at("2024-06-15 00:00:00", 5*time.Minute)
	both := []Args{
		{"value": 25, "label": "Min: 25 °C", "color": "blue", "kind": "min", "style": "solid"},
		{"value": 33, "label": "Max: 33 °C", "color": "red", "kind": "max", "style": "solid"},
	}
	r := noise()
	day := table("time,temperature", 24, func(i int) string { return fmt.Sprintf("%s,%.1f", hour(i), 29+5*daily(i, 24)+r.Float64()) })
	return []golden{
		{name: "line", csv: day, args: Args{
			"x": "time", "y": "temperature", "title": "Daily temperature log, 15 June 2024", "x_label": "Time", "y_label": "Temperature (°C)", "threshold": both,
		}, wants: outputs{Points: 24, Breaches: 9}},
		{name: "dark", csv: day, args: Args{
			"x": "time", "y": "temperature", "title": "Daily temperature log, 15 June 2024", "x_label": "Time", "y_label": "Temperature (°C)", "threshold": both, "theme": "dark",
		}},
		{name: "scatter", csv: table("load,temperature,machine", 300, func(i int) string {
			load := r.Float64() * 100
			return fmt.Sprintf("%.1f,%.1f,%s", load, 20+load*(0.2+0.06*float64(i%3))+3*r.NormFloat64(), []string{"Press 1", "Press 2", "Furnace"}[i%3])
		}), args: Args{
			"kind": "scatter", "x": "load", "y": "temperature", "group_by": "machine", "title": "Bearing temperature against load",
			"x_label": "Load (%)", "y_label": "Temperature (°C)", "threshold": []Args{{"value": 50, "label": "Alarm: 50 °C", "kind": "max"}},
		}},
		{name: "cloud", csv: table("x,y", 200_000, func(int) string {
			x := r.NormFloat64()
			return fmt.Sprintf("%.3f,%.3f", x, x*0.6+r.NormFloat64()*0.7)
		}), args: Args{"kind": "scatter", "x": "x", "y": "y", "title": "200 000 readings"}, wants: outputs{Points: 200_000}},
		{name: "bar_categories", csv: "hall,last year,this year\nCold store,412,388\nPress shop,1250,1104\nPaint shop,980,1012\nOffices,301,275\nWarehouse,544,498\n", args: Args{
			"kind": "bar", "x": "hall", "y": []string{"last year", "this year"}, "title": "Energy by hall", "x_label": "", "y_label": "Energy (MWh)",
			"threshold": []Args{{"value": 1100, "label": "Contract: 1100 MWh", "kind": "max"}},
		}, wants: outputs{Breaches: 2}},
		{name: "bar_times", csv: table("day,delta", 30, func(i int) string {
			return fmt.Sprintf("%s,%.1f", at("2024-06-01 00:00:00", 24*time.Hour)(i)[:10], 6*daily(i, 13)+1)
		}), args: Args{"kind": "bar", "x": "day", "y": "delta", "title": "Deviation from the monthly mean", "x_label": "", "y_label": "Deviation (K)"}},
		{name: "area", csv: table("time,solar,wind,grid", 289, func(i int) string {
			solar := math.Max(0, 60*math.Sin(math.Pi*(float64(i)-72)/150))
			return fmt.Sprintf("%s,%.1f,%.1f,%.1f", minutes(i), solar, 25+12*daily(i, 200)+2*r.Float64(), 20-0.2*solar)
		}), args: Args{"kind": "area", "x": "time", "y": []string{"solar", "wind", "grid"}, "title": "Power by source", "x_label": "", "y_label": "Power (kW)"}},
		{name: "histogram", csv: table("temperature", 5000, func(int) string { return fmt.Sprintf("%.1f", 28+2.2*r.NormFloat64()) }), args: Args{
			"kind": "histogram", "y": "temperature", "title": "Distribution of a week's readings", "x_label": "Temperature (°C)",
			"threshold": []Args{{"value": 33, "label": "Max: 33 °C", "kind": "max", "color": "red"}},
		}, wants: outputs{Points: 5000}},
		{name: "histogram_groups", csv: table("temperature,probe", 4000, func(i int) string {
			return fmt.Sprintf("%.2f,%s", 26+2*float64(i%2)+1.5*r.NormFloat64(), []string{"North", "South"}[i%2])
		}), args: Args{
			"kind": "histogram", "y": "temperature", "group_by": "probe", "title": "Two probes", "x_label": "Temperature (°C)", "legend": false,
			"threshold": []Args{{"value": 31, "label": "Max: 31 °C", "kind": "max", "color": "red"}},
		}},
		{name: "panels", csv: table("time,inlet,outlet,humidity,rain", 97, func(i int) string {
			rain := ""
			if i%4 == 0 {
				rain = fmt.Sprintf("%.1f", math.Max(0, 3*math.Sin(float64(i)/9)))
			}
			return fmt.Sprintf("%s,%.2f,%.2f,%.1f,%s", at("2024-06-15 00:00:00", 15*time.Minute)(i), 24+5*daily(i, 96)+r.Float64()*0.4, 21+3*daily(i+6, 96)+r.Float64()*0.3, 60-18*daily(i, 96)+r.Float64(), rain)
		}), args: Args{
			"x": "time", "title": "Cold store 3, 15 June 2024", "x_label": "Time", "height": "800px",
			"panel": []Args{
				{"y": []string{"inlet", "outlet"}, "y_label": "Temperature (°C)", "threshold": []Args{{"value": 28, "label": "Max: 28 °C", "kind": "max", "color": "red"}}},
				{"y": "humidity", "kind": "area", "y_label": "Humidity (%)", "y_min": 0, "y_max": 100, "threshold": []Args{{"value": 50, "label": "Min: 50 %", "kind": "min", "style": "dotted"}}},
				{"y": "rain", "kind": "bar", "title": "Rain in the hour", "y_label": "mm"},
			},
		}},
		{name: "groups", csv: table("time,v,probe", 96*4, func(i int) string {
			p := i % 4
			return fmt.Sprintf("%s,%.2f,%s", at("2024-06-15 00:00:00", 15*time.Minute)(i/4), 22+2*float64(p)+3*daily(i/4+5*p, 96)+0.3*r.Float64(), []string{"Dock", "Cold store 1", "Cold store 2", "Office"}[p])
		}), args: Args{"x": "time", "y": "v", "group_by": "probe", "title": "Temperature by room", "y_label": "Temperature (°C)", "x_label": ""}},
		{name: "gaps", csv: table("time,v", 160, func(i int) string {
			k := i
			if i >= 90 {
				k += 50 // hours without a row
			}
			if i > 30 && i < 40 {
				return minutes(k) + ","
			}
			return fmt.Sprintf("%s,%.2f", minutes(k), 27+2*daily(k, 150))
		}), args: Args{"x": "time", "y": "v", "title": "A sensor that was off twice", "y_label": "Temperature (°C)"}},
		{name: "million", csv: table("time,v", 1_000_000, func(i int) string {
			return fmt.Sprintf("%s,%.2f", at("2024-06-15 00:00:00", time.Second)(i), 28+4*daily(i, 86400)+0.6*r.NormFloat64())
		}), args: Args{
			"x": "time", "y": "v", "title": "One million readings", "x_label": "", "y_label": "Temperature (°C)",
			"threshold": []Args{{"value": 33.5, "label": "Max: 33.5 °C", "kind": "max", "color": "red"}},
		}, wants: outputs{Points: 1_000_000}},
		{name: "two_points", csv: "time,v\n2024-06-15 00:00:00,25.2\n2024-06-15 00:15:00,25.9\n", args: Args{"x": "time", "y": "v", "title": "Two readings", "y_label": "Temperature (°C)"}},
		{name: "dst_day", csv: table("time,v", 49, func(i int) string {
			return fmt.Sprintf("%sZ,%.1f", strings.Replace(at("2024-10-26 22:00:00", 30*time.Minute)(i), " ", "T", 1), 12+4*daily(i, 50))
		}), zone: "Europe/Berlin", args: Args{"x": "time", "y": "v", "title": "A day of 25 hours", "y_label": "Temperature (°C)", "x_label": "Time in Berlin"}},
		{name: "long_labels", csv: table("station,v", 14, func(i int) string {
			return fmt.Sprintf("\"Pumping station number %d, behind the old waterworks\",%d", i+1, 120+(i*37)%80)
		}), args: Args{
			"kind": "bar", "x": "station", "y": "v", "height": "600px", "x_label": "",
			"title":   "A title that is much longer than anyone would want it to be, and which therefore has to go over more than one line above the chart, whatever it costs",
			"y_label": "Delivered volume in the reporting period (thousand m³)",
		}},
		{name: "many_series", csv: table("time,v,probe", 24*20, func(i int) string {
			p := i / 24
			return fmt.Sprintf("%s,%.2f,Probe %02d", hour(i%24), 20+0.7*float64(p)+3*daily(i%24+p, 24), p+1)
		}), args: Args{"x": "time", "y": "v", "group_by": "probe", "title": "Twenty probes", "y_label": "Temperature (°C)", "x_label": ""}},
		{name: "dark_panels", csv: table("time,cpu,memory", 120, func(i int) string {
			return fmt.Sprintf("%s,%.1f,%.2f", minutes(i), 40+30*daily(i, 60)+6*r.Float64(), 3+float64(i)/60)
		}), args: Args{
			"x": "time", "theme": "dark", "x_label": "", "title": "Node 7", "height": "600px",
			"panel": []Args{
				{"y": "cpu", "kind": "area", "y_label": "CPU (%)", "y_min": 0, "y_max": 100, "threshold": []Args{{"value": 70, "label": "Busy", "kind": "max", "color": "darkred"}}},
				{"y": "memory", "y_label": "Memory (GB)"},
			},
		}},
	}
}

func TestPicturesAreThoseThatWereFoundGood(t *testing.T) {
	for _, g := range goldens() {
		t.Run(g.name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, "in.csv", g.csv)
			args := enginetest.With(Args{"source": "in.csv", "output": "out.png", "width": "1000px", "height": "500px"}, g.args)
			zone := g.zone
			if zone == "" {
				zone = "UTC"
			}
			result := runIn(t.Context(), t, zone, dir, args, func() {})
			if result.Error != nil {
				t.Fatal(result.Error)
			}
			checkWanted(t, g.wants, result.Outputs)
			compareGolden(t, filepath.Join("testdata", "golden", g.name+".png"), get(t, dir, "out.png"))
		})
	}
}

// compareGolden holds a picture against a kept one, which -update rewrites.
func compareGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if enginetest.Updating() {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(want, got) {
		return
	}
	if diff := difference(decodePNG(t, want), decodePNG(t, got)); diff != "" {
		t.Errorf("%s: %s; if it is meant to be so, run the test with -update and look at it", path, diff)
	}
}

func decodePNG(t *testing.T, file []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// difference tells how two pictures differ. Edges of letters and lines may be a
// shade off, as rounding is on other processors; 40 pixels may be more than
// that, which is less than a letter.
func difference(want, got image.Image) string {
	if want.Bounds() != got.Bounds() {
		return fmt.Sprintf("it is %v large, want %v", got.Bounds(), want.Bounds())
	}
	const shade, most = 40, 40
	off := 0
	first := image.Point{}
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			if farApart(want.At(x, y), got.At(x, y), shade) {
				if off == 0 {
					first = image.Pt(x, y)
				}
				off++
			}
		}
	}
	if off <= most {
		return ""
	}
	return fmt.Sprintf("%d pixels differ, the first at %v", off, first)
}

func farApart(a, b color.Color, shade int) bool {
	r1, g1, b1, _ := a.RGBA()
	r2, g2, b2, _ := b.RGBA()
	for _, d := range [3]int{int(r1>>8) - int(r2>>8), int(g1>>8) - int(g2>>8), int(b1>>8) - int(b2>>8)} {
		if d > shade || d < -shade {
			return true
		}
	}
	return false
}

// TestTheToleranceSeesALetter shows that the comparison is no formality.
func TestTheToleranceSeesALetter(t *testing.T) {
	draw := func(title string) image.Image {
		dir := t.TempDir()
		put(t, dir, "in.csv", "t,v\n1,2\n2,3\n")
		enginetest.Succeed(t, plot.Type, dir, Args{"source": "in.csv", "output": "out.png", "width": "600px", "height": "300px", "x": "t", "y": "v", "title": title}, nil)
		return decodePNG(t, get(t, dir, "out.png"))
	}
	if difference(draw("Daily log"), draw("Daily lag")) == "" {
		t.Error("one letter of the title is not seen")
	}
	if diff := difference(draw("Daily log"), draw("Daily log")); diff != "" {
		t.Error(diff)
	}
}

// checkWanted holds the counts among the outputs against those wanted.
func checkWanted(t *testing.T, want outputs, got []byte) {
	t.Helper()
	var o outputs
	if err := json.Unmarshal(got, &o); err != nil {
		t.Fatal(err)
	}
	if want.Points != 0 && o.Points != want.Points || want.Breaches != 0 && o.Breaches != want.Breaches {
		t.Errorf("got %d points and %d breaches, want %d and %d", o.Points, o.Breaches, want.Points, want.Breaches)
	}
}
