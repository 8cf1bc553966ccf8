// Package plot is the step type "plot": a chart from a CSV or Parquet file or
// from a query over a DuckDB file, as PNG, JPEG, SVG or PDF.
//
// The package reads and checks data: args.go says what users write, csv.go,
// database.go and parquet.go read rows, xvalue.go tells times from numbers and
// categories, and gather.go sorts rows into series. How a chart looks is decided
// in internal/chart, where its ticks fall in internal/axis, how text is measured
// in internal/letter, how files are written in internal/paint, and how CSV is
// cut into fields in internal/delimited.
package plot

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"dagrun/engine"
	"dagrun/steps/plot/internal/chart"
	"dagrun/steps/plot/internal/paint"
)

// Type is the step type. Failures carry one of these codes: input_missing,
// input_ambiguous, bad_file, bad_row, bad_value, bad_column, unknown_column,
// no_rows, too_many_series, too_many_categories, not_a_database,
// database_locked, database_unreadable, query_failed, bad_range, too_small and
// too_large.
// Only database_locked is worth another attempt.
var Type = engine.Define("plot",
	"Draws lines, dots, bars, areas or a histogram of a CSV or Parquet file or of a query over a DuckDB file, in one panel or several, as PNG, JPEG, SVG or PDF.",
	run,
	engine.ExactlyOne("source", "database"),
	engine.Together("database", "query"),
	engine.NeededWith("x", "kind", "line", "scatter", "bar", "area"),
	engine.OnlyWith("x", "kind", "line", "scatter", "bar", "area"),
	engine.OnlyWith("time_format", "x"),
	engine.ExactlyOne("y", "panel"),
	engine.OnlyWith("panel", "kind", "line", "scatter", "bar", "area"),
	engine.AtMostOne("panel", "y_label"),
	engine.AtMostOne("panel", "y_min"),
	engine.AtMostOne("panel", "y_max"),
	engine.AtMostOne("panel", "threshold"),
	engine.WithCheck(Args.check),
	engine.WithExample(`
step "plot" "temperature" {
  source  = "data/hourly.csv"
  output  = "charts/temperature.png"
  x       = "time"
  y       = "temperature"
  title   = "Temperature, 15 June 2024"
  x_label = "Time"
  y_label = "Temperature (°C)"

  threshold {
    value = 25
    label = "Min: 25 °C"
    color = "blue"
    kind  = "min"
  }
  threshold {
    value = 35
    label = "Max: 35 °C"
    color = "red"
    kind  = "max"
  }
}

step "plot" "dashboard" {
  source   = "data/hourly.parquet"
  output   = "charts/dashboard.png"
  x        = "time"
  group_by = "probe"
  title    = "Cold store"
  theme    = "dark"

  panel {
    y       = "temperature"
    y_label = "Temperature (°C)"
    threshold {
      value = 8
      kind  = "max"
    }
  }
  panel {
    y     = "humidity"
    kind  = "area"
    y_min = 0
    y_max = 100
  }
}
`))

func run(ctx context.Context, env *engine.Env, a Args) (Outputs, error) {
	if err := a.check(); err != nil {
		return Outputs{}, err
	}
	d, err := load(ctx, env, a)
	if err != nil {
		return Outputs{}, err
	}
	c := a.chart(d)
	out := summarize(c)
	out.Output = string(a.Output)
	picture, err := chart.Compose(ctx, c, a.pixel())
	if err != nil {
		return Outputs{}, err
	}
	if err := write(ctx, env, a, picture); err != nil {
		return Outputs{}, err
	}
	tellOddities(env, a, c, picture)
	return out, nil
}

func write(ctx context.Context, env *engine.Env, a Args, p *chart.Picture) error {
	file, err := env.Files.Create(string(a.Output))
	if err != nil {
		return err
	}
	switch a.Output.format() {
	case "svg":
		return paint.SVG(ctx, file, p)
	case "pdf":
		return paint.PDF(ctx, file, p, env.LogicalTime)
	case "png":
		return paint.PNG(ctx, file, p, a.resolution())
	}
	return paint.JPEG(ctx, file, p, a.resolution())
}

// tellOddities warns of what a person would see in the chart and wonder about.
func tellOddities(env *engine.Env, a Args, c *chart.Chart, p *chart.Picture) {
	if len(p.Missing) > 0 && a.Output.format() != "svg" {
		env.Log.Warn("the chart's typeface lacks characters, which are drawn as empty boxes", "characters", string(p.Missing))
	}
	if repeated := repeatedReadings(c); repeated > 0 {
		env.Log.Warn("a line has several readings of one time, or bars stand on top of each other", "x", a.X, "repeated", repeated,
			"hint", "name the column that tells series apart in group_by, or make x a time with its date")
	}
}

// repeatedReadings counts those at the same time, or in the same bar, as
// another of their series.
func repeatedReadings(c *chart.Chart) int {
	repeated := 0
	for _, p := range c.Panels {
		if p.Mark != chart.Bar && (c.X.Kind != chart.Times || p.Mark == chart.Scatter) {
			continue
		}
		for _, s := range p.Series {
			for i := 1; i < len(s.X); i++ {
				if s.X[i] == s.X[i-1] {
					repeated++
				}
			}
		}
	}
	return repeated
}

// shown is a path as messages name it: relative where it is below the working
// directory.
func shown(env *engine.Env, path string) string {
	rel, err := filepath.Rel(env.WorkingDir, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return path
	}
	return rel
}

// oneFile finds the single file that an argument names.
func oneFile(env *engine.Env, argument, pattern string) (string, error) {
	files, err := env.Inputs(argument, pattern)
	if err != nil {
		return "", err
	}
	if len(files) > 1 {
		return "", &engine.StepError{
			Code: "input_ambiguous", Argument: argument,
			Message: fmt.Sprintf("%s %q matches %d files: %s and %s, to begin with",
				argument, pattern, len(files), shown(env, files[0]), shown(env, files[1])),
			Remedy: "Name one file; csv_resample makes one of several.",
		}
	}
	return files[0], nil
}
