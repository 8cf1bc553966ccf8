package plot_test

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // to read what is drawn
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/plot"
)

// observe tells what an attempt drew: the picture's format, size, texts and
// kinds of shapes, the outputs and the error.
func observe(t testing.TB, dir string, r engine.Result, log string) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "outcome: %s\noutputs: %s\nlog: %s\n", r.Outcome, r.Outputs, log)
	if r.Error != nil {
		fmt.Fprintf(&b, "error: %s: %s\n", r.Error.Code, r.Error.Message)
	}
	pictures, err := filepath.Glob(filepath.Join(dir, "out.*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pictures {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if config, format, err := image.DecodeConfig(bytes.NewReader(file)); err == nil {
			fmt.Fprintf(&b, "picture: %s of %d × %d\n", format, config.Width, config.Height)
			continue
		}
		fmt.Fprintf(&b, "texts: %s\n%s", svgTexts(t, file), svgShapes(file))
	}
	return b.String()
}

var svgStyle = regexp.MustCompile(`<path d="([^"]*)" style="([^"]*)"`)

// svgShapes counts the shapes of a picture by their style; those with curves
// are dots.
func svgShapes(file []byte) string {
	counts := map[string]int{"frame": 0, "grid": 0}
	for _, m := range svgStyle.FindAllSubmatch(file, -1) {
		style := string(m[2])
		if bytes.ContainsRune(m[1], 'C') {
			style += " (round)"
		}
		switch {
		case strings.Contains(style, "stroke:#C9CFD6"):
			style = "frame"
		case strings.Contains(style, "stroke:#E3E6EA"):
			style = "grid"
		}
		counts[style]++
	}
	var lines []string
	for style, n := range counts {
		lines = append(lines, fmt.Sprintf("shapes: %s: %d\n", style, n))
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// sources fills a folder with files for every argument.
func sources(t testing.TB, dir string) {
	t.Helper()
	rows := func(high string) string {
		return "t,u,d,v,w,g\n1,10,15/06/2024 01:00,20,7,P1\n2,20,15/06/2024 02:00,26,8,P2\n3,30,15/06/2024 03:00," + high + ",9,P1\n"
	}
	put(t, dir, "in.csv", rows("29"))
	put(t, dir, "other.csv", rows("28"))
}

func fromCSV(t testing.TB, dir string) Args {
	t.Helper()
	sources(t, dir)
	return Args{"source": "in.csv", "output": "out.svg", "x": "t", "y": "v"}
}

func withThreshold(t testing.TB, dir string) Args {
	t.Helper()
	return enginetest.With(fromCSV(t, dir), Args{"threshold": []Args{{"value": 27}}})
}

func withPanels(t testing.TB, dir string) Args {
	t.Helper()
	return enginetest.With(fromCSV(t, dir), Args{"y": nil, "panel": []Args{{"y": "v", "threshold": []Args{{"value": 27}}}, {"y": "v"}}})
}

func fromDatabase(t testing.TB, dir string) Args {
	t.Helper()
	for _, name := range []string{"a.duckdb", "b.duckdb"} {
		made := database(t, dir, "CREATE TABLE readings AS SELECT 1 AS t, '"+name+"' AS name, 20 AS v")
		if err := os.Rename(filepath.Join(dir, made), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return Args{"database": "a.duckdb", "query": "SELECT name, v FROM readings", "output": "out.svg", "x": "name", "y": "v"}
}

// asPNG makes a picture of pixels.
func asPNG() Args { return Args{"output": "out.png"} }

func thresholdEffects(prefix string, setup func(testing.TB, string) Args) []enginetest.Effect {
	return []enginetest.Effect{
		{Argument: prefix + "value", Shows: "the line is there, and named so", Setup: setup, Without: 27, With: 23.5, Want: "|23.5|"},
		{Argument: prefix + "label", Shows: "the legend names the line", Setup: setup, With: "Limit", Want: "|Limit|"},
		{Argument: prefix + "color", Shows: "the line has the color", Setup: setup, With: "#123456", Want: "stroke:#123456"},
		{Argument: prefix + "style", Shows: "the line is dotted", Setup: setup, With: "dotted", Want: "stroke-dasharray:1.5,3"},
		{Argument: prefix + "kind", Shows: "a reading above a max is counted", Setup: setup, With: "max", Want: `"breaches":1`},
		{Argument: prefix + "kind", Shows: "readings below a min are counted, and marked in blue", Setup: setup, With: "min", Want: `"breaches":2`},
		{Argument: prefix + "kind", Shows: "readings beyond are marked in the line's color", Setup: setup, With: "max", Want: "fill:#D55E00 (round): 2"},
	}
}

func TestArguments(t *testing.T) {
	effects := []enginetest.Effect{
		{Argument: "source", Shows: "another file gives another chart", Without: "in.csv", With: "other.csv", Want: `"max":28`},
		{Argument: "database", Shows: "another file gives another chart", Setup: fromDatabase, Without: "a.duckdb", With: "b.duckdb", Want: "|b.duckdb|"},
		{Argument: "query", Shows: "it selects what is drawn", Setup: fromDatabase, Without: "SELECT name, v FROM readings", With: "SELECT 'x' AS name, 77 AS v", Want: `"max":77`},
		{Argument: "output", Shows: "its ending says the format", Without: "out.svg", With: "out.png", Want: "picture: png of 2304 × 1152"},
		{Argument: "output", Shows: "JPEG is one of them", Without: "out.svg", With: "out.jpeg", Want: "picture: jpeg of 2304 × 1152"},
		{Argument: "width", Shows: "a px is a pixel", Given: asPNG(), With: "1200px", Want: "picture: png of 1200 × 576"},
		{Argument: "width", Shows: "an inch has 192 pixels", Given: asPNG(), With: "5in", Want: "picture: png of 960 × 1152"},
		{Argument: "height", Shows: "the picture is so high", Given: asPNG(), With: "254mm", Want: "picture: png of 2304 × 1920"},
		{Argument: "dpi", Shows: "an inch has so many pixels", Given: asPNG(), With: 300, Want: "picture: png of 3600 × 1800"},
		{Argument: "kind", Shows: "bars are one shape with corners", With: "bar", Want: "shapes: fill:#0072B2: 1"},
		{Argument: "kind", Shows: "an area is sheer", With: "area", Want: "fill-opacity"},
		{Argument: "kind", Shows: "dots are one shape with curves", With: "scatter", Want: "shapes: fill:#0072B2 (round): 1"},
		{Argument: "x", Shows: "another column is the axis", Without: "t", With: "u", Want: "|u|"},
		{Argument: "time_format", Shows: "text becomes a time", Given: Args{"x": "d"}, With: "%d/%m/%Y %H:%M", Want: "|15 Jun 2024|"},
		{Argument: "y", Shows: "another column is drawn", Without: "v", With: "w", Want: "|w|"},
		{Argument: "y", Shows: "each column of a list is a line", Without: "v", With: []string{"v", "w"}, Want: `"points":6`},
		{Argument: "group_by", Shows: "each value is a line", With: "g", Want: "|P1|P2|"},
		{Argument: "title", Shows: "it is written", With: "Daily log", Want: "|Daily log|"},
		{Argument: "x_label", Shows: "it is written", With: "Hour", Want: "|Hour|"},
		{Argument: "y_label", Shows: "it is written", With: "Pressure (bar)", Want: "|Pressure (bar)|"},
		{Argument: "legend", Shows: "there is no frame", Setup: withThreshold, With: false, Want: "shapes: frame: 0"},
		{Argument: "grid", Shows: "there are no light lines", With: false, Want: "shapes: grid: 0"},
		{Argument: "y_min", Shows: "the axis begins there", With: -40, Want: "|−40|"},
		{Argument: "y_max", Shows: "the axis ends there", With: 80, Want: "|80|"},
		{Argument: "theme", Shows: "the ground is dark", With: "dark", Want: "shapes: fill:#161B22"},
		{Argument: "panel.y", Shows: "the panel draws that column", Setup: withPanels, Without: "v", With: "w", Want: "|w|"},
		{Argument: "panel.kind", Shows: "one panel is an area", Setup: withPanels, With: "area", Want: "fill-opacity"},
		{Argument: "panel.title", Shows: "it is written", Setup: withPanels, With: "Inlet", Want: "|Inlet|"},
		{Argument: "panel.y_label", Shows: "it is written", Setup: withPanels, With: "Pressure (bar)", Want: "|Pressure (bar)|"},
		{Argument: "panel.y_min", Shows: "the panel's axis begins there", Setup: withPanels, With: -40, Want: "|−40|"},
		{Argument: "panel.y_max", Shows: "the panel's axis ends there", Setup: withPanels, With: 80, Want: "|80|"},
	}
	effects = append(effects, thresholdEffects("threshold.", withThreshold)...)
	effects = append(effects, thresholdEffects("panel.threshold.", withPanels)...)
	enginetest.Arguments(t, plot.Type, enginetest.Effects{Setup: fromCSV, Observe: observe, Of: effects})
}

// TestArgumentsThatDoNotGoTogetherAreRefused holds the rules that validate
// applies.
func TestArgumentsThatDoNotGoTogetherAreRefused(t *testing.T) {
	base := Args{"source": "in.csv", "output": "out.png", "x": "t", "y": "v"}
	panels := []Args{{"y": "v"}}
	tests := []struct {
		name string
		args Args
		want string // "" when they go together
	}{
		{"a chart", nil, ""},
		{"two sources", Args{"database": "a.duckdb", "query": "SELECT 1"}, `"source" and "database" exclude each other`},
		{"no source", Args{"source": nil}, `none of "source" and "database"`},
		{"a database without a query", Args{"source": nil, "database": "a.duckdb"}, `"database" needs "query"`},
		{"no x", Args{"x": nil}, `"x" is not given`},
		{"a histogram", Args{"x": nil, "kind": "histogram"}, ""},
		{"a histogram with x", Args{"kind": "histogram"}, `"x" has no meaning here`},
		{"a time format of nothing", Args{"x": nil, "kind": "histogram", "time_format": "epoch"}, `"time_format" has no meaning here`},
		{"neither y nor panels", Args{"y": nil}, `none of "y" and "panel"`},
		{"panels", Args{"y": nil, "panel": panels}, ""},
		{"y and panels", Args{"panel": panels}, `"y" and "panel" exclude each other`},
		{"panels of a histogram", Args{"x": nil, "y": nil, "kind": "histogram", "panel": panels}, `"panel" has no meaning here`},
		{"panels and a common y label", Args{"y": nil, "panel": panels, "y_label": "°C"}, `"panel" and "y_label" exclude each other`},
		{"panels and a common y_min", Args{"y": nil, "panel": panels, "y_min": 1}, `"panel" and "y_min" exclude each other`},
		{"panels and a common y_max", Args{"y": nil, "panel": panels, "y_max": 1}, `"panel" and "y_max" exclude each other`},
		{"panels and a common threshold", Args{"y": nil, "panel": panels, "threshold": []Args{{"value": 1}}}, `"panel" and "threshold" exclude each other`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := refusals(plot.Type, enginetest.With(base, tt.args))
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// refusals are the rules that arguments break, in one string.
func refusals(typ *engine.StepType, args Args) string {
	var broken strings.Builder
	for _, c := range typ.Constraints {
		err := c.Check(func(name string) (cty.Value, bool) {
			if kind, ok := args[name].(string); ok {
				return cty.StringVal(kind), true
			}
			return engine.FindField(typ.Args, name).Default, args[name] != nil
		})
		if err != nil {
			broken.WriteString(err.Error() + "\n")
		}
	}
	return broken.String()
}
