package plot

import (
	"context"
	"fmt"
	"strings"

	"dagrun/engine"
	"dagrun/steps/plot/internal/chart"
)

// gatherer sorts rows into series as they are read.
type gatherer struct {
	env    *engine.Env
	args   Args
	origin string // what was read, for messages
	rows   int64

	kind       xKind // of the first x value
	dates      bool  // no x value has a time of day
	categories map[string]int
	names      []string

	index  map[seriesKey]int
	series []chart.Series
}

type seriesKey struct {
	group string
	y     int
}

const (
	reportEvery    = 1 << 13 // rows
	mostCategories = 10_000
)

// row takes one row; ys are in the order of the y columns, NaN for missing.
// where says which row it is.
func (g *gatherer) row(ctx context.Context, x xValue, ys []float64, group string, where func() string) error {
	if g.rows%reportEvery == 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		g.env.Progress(g.rows, 0, "rows")
	}
	g.rows++
	v, err := g.place(x, where)
	if err != nil {
		return err
	}
	for i, y := range ys {
		s, err := g.seriesOf(seriesKey{group, i})
		if err != nil {
			return err
		}
		s.X, s.Y = append(s.X, v), append(s.Y, y)
	}
	return nil
}

// place is the x value as a number. All rows must have the kind of the first.
func (g *gatherer) place(x xValue, where func() string) (float64, error) {
	if g.rows == 1 {
		g.kind = x.kind
	}
	if g.kind == category {
		return g.category(x.text)
	}
	if !g.kind.like(x.kind) {
		return 0, &engine.StepError{
			Code: "bad_value", Argument: "x",
			Message: fmt.Sprintf("%s: column %q is %s, but %s in the first row", where(), g.args.X, x, g.kind),
			Remedy:  "Correct the value, or leave the row out; every row needs an x value of the same kind.",
		}
	}
	g.dates = g.dates && x.kind == date
	return x.n, nil
}

// String says what a value is and how it is written.
func (x xValue) String() string {
	if x.text == "" {
		return x.kind.String()
	}
	return fmt.Sprintf("%s, %q", x.kind, x.text)
}

func (g *gatherer) category(name string) (float64, error) {
	i, ok := g.categories[name]
	if !ok {
		if len(g.names) == mostCategories {
			return 0, &engine.StepError{
				Code: "too_many_categories", Argument: "x",
				Message: fmt.Sprintf("column %q has more than %d different texts, from %q on; that is no axis of categories",
					g.args.X, mostCategories, g.names[0]),
				Remedy: "If these are times, write them in ISO 8601 (2024-06-15 08:00:00), or convert them in a query.",
			}
		}
		i = len(g.names)
		name = strings.Clone(name) // not to keep its whole line
		g.categories[name] = i
		g.names = append(g.names, name)
	}
	return float64(i), nil
}

func (g *gatherer) seriesOf(key seriesKey) (*chart.Series, error) {
	i, ok := g.index[key]
	if !ok {
		if len(g.series) == chart.MaxSeries {
			return nil, &engine.StepError{
				Code: "too_many_series", Argument: "group_by",
				Message: fmt.Sprintf("%s has more than %d lines to draw; more cannot be told apart", g.what(), chart.MaxSeries),
				Remedy:  "Select fewer groups or columns, or draw several charts.",
			}
		}
		i = len(g.series)
		key.group = strings.Clone(key.group)
		g.index[key] = i
		g.series = append(g.series, chart.Series{Name: g.name(key)})
	}
	return &g.series[i], nil
}

func (g *gatherer) name(key seriesKey) string {
	switch {
	case g.args.GroupBy == "":
		return g.args.Y[key.y]
	case len(g.args.Y) == 1:
		return key.group
	}
	return g.args.Y[key.y] + " · " + key.group
}

func (g *gatherer) what() string {
	if g.args.Source != "" {
		return string(g.args.Source)
	}
	return "the query's result"
}
