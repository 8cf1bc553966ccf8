package plot

import (
	"context"
	"fmt"
	"slices"

	"dagrun/engine"
	"dagrun/steps/plot/internal/chart"
)

// gatherer sorts rows into series as they are read.
type gatherer struct {
	env     *engine.Env
	args    Args
	panels  []Panel
	wanted  []wanted
	origin  string                  // what was read, for messages
	where   func(column int) string // the row that is read, or the line of a column in it
	xColumn int
	rows    int64

	progress   func() // tells how far reading has come
	kind       xKind  // of the first x value
	dates      bool   // no x value has a time of day
	doubtful   int64  // x values that name no zone, where the clocks change
	categories map[string]int
	names      []string

	groups  map[string][]*series // in the order of wanted
	group   string               // of the row before
	current []*series            // the same group's
	series  []*series
	told    map[string]bool // the names of series
}

// wanted is a y column of a panel.
type wanted struct {
	panel  int
	column string
}

// series is one series of a panel.
type series struct {
	chart.Series
	panel int
}

// add takes a reading. Room is doubled when it is full: append alone would copy
// long series four times as often.
func (s *series) add(x, y float64, hasX bool) {
	if n := len(s.Y); n == cap(s.Y) {
		s.Y = slices.Grow(s.Y, n+1)
		if hasX {
			s.X = slices.Grow(s.X, n+1)
		}
	}
	s.Y = append(s.Y, y)
	if hasX {
		s.X = append(s.X, x)
	}
}

const (
	reportEvery    = 1 << 13 // rows
	mostCategories = 10_000
)

func newGatherer(env *engine.Env, a Args) *gatherer {
	g := &gatherer{
		env: env, args: a, panels: a.panels(), dates: true,
		categories: map[string]int{}, groups: map[string][]*series{}, told: map[string]bool{},
	}
	g.progress = func() { env.Progress(g.rows, 0, "rows") }
	for i, p := range g.panels {
		for _, column := range p.Y {
			g.wanted = append(g.wanted, wanted{i, column})
		}
	}
	return g
}

// row takes one row; ys are in the order of the wanted columns, NaN for missing.
func (g *gatherer) row(ctx context.Context, x float64, ys []float64, group []byte) error {
	if g.rows%reportEvery == 1 {
		if err := ctx.Err(); err != nil {
			return err
		}
		g.progress()
	}
	if g.current == nil || string(group) != g.group {
		if err := g.changeGroup(string(group)); err != nil {
			return err
		}
	}
	for i, s := range g.current {
		s.add(x, ys[i], g.args.X != "")
	}
	return nil
}

// whereX is the row that is read, and the line of its x value.
func (g *gatherer) whereX() string { return g.where(g.xColumn) }

// changeGroup makes a group's series the current ones.
func (g *gatherer) changeGroup(group string) error {
	g.group = group
	if g.current = g.groups[group]; g.current != nil {
		return nil
	}
	for i := range g.wanted {
		name := g.name(group, i)
		if g.told[name] = true; len(g.told) > chart.MaxSeries {
			return &engine.StepError{
				Code: "too_many_series", Argument: "group_by",
				Message: fmt.Sprintf("%s has more than %d series to draw; more cannot be told apart", g.origin, chart.MaxSeries),
				Remedy:  "Select fewer groups or columns, or draw several charts.",
			}
		}
		s := &series{chart.Series{Name: name}, g.wanted[i].panel}
		g.current = append(g.current, s)
		g.series = append(g.series, s)
	}
	g.groups[group] = g.current
	return nil
}

// name is how the legend names a series.
func (g *gatherer) name(group string, i int) string {
	w := g.wanted[i]
	switch {
	case g.args.GroupBy == "":
		return w.column
	case len(g.panels[w.panel].Y) == 1:
		return group
	}
	return w.column + " · " + group
}

// place is an x value as a number. All rows must have the kind of the first.
func (g *gatherer) place(x xValue) (float64, error) {
	if g.rows == 1 {
		if g.kind = x.kind; g.kind == category {
			g.warnOfText(x.text)
		}
	}
	if g.kind == category {
		return g.category([]byte(x.text))
	}
	if !g.kind.like(x.kind) {
		return 0, &engine.StepError{
			Code: "bad_value", Argument: "x",
			Message: fmt.Sprintf("%s: column %q is %s, but %s in the first row", g.whereX(), g.args.X, x, g.kind),
			Remedy:  "Correct the value, or leave the row out; every row needs an x value of the same kind.",
		}
	}
	g.dates = g.dates && x.kind == date
	if x.doubtful {
		g.doubtful++
	}
	return x.n, nil
}

func (g *gatherer) category(name []byte) (float64, error) {
	i, ok := g.categories[string(name)]
	if !ok {
		if len(g.names) == mostCategories {
			return 0, &engine.StepError{
				Code: "too_many_categories", Argument: "x",
				Message: fmt.Sprintf("column %q has more than %d different texts, from %q on; that is no axis of categories",
					g.args.X, mostCategories, g.names[0]),
				Remedy: "If these are times, say how they are written in time_format.",
			}
		}
		i = len(g.names)
		g.categories[string(name)] = i
		g.names = append(g.names, string(name))
	}
	return float64(i), nil
}

func (g *gatherer) missingX() error {
	return &engine.StepError{
		Code: "bad_value", Argument: "x",
		Message: fmt.Sprintf("%s: column %q is empty, so that the row has no place in the chart", g.whereX(), g.args.X),
		Remedy:  "Fill the value in, or leave the row out.",
	}
}

// badReading tells of a reading in the wanted column i.
func (g *gatherer) badReading(where string, i int, text string) error {
	w := g.wanted[i]
	return &engine.StepError{
		Code: "bad_value", Argument: g.args.argument(w.panel, "y"),
		Message: fmt.Sprintf("%s: column %q is %s, which is not a number that can be drawn", where, w.column, text),
		Remedy:  "Correct the value; numbers have a decimal point and no thousands separator. A missing reading is left empty.",
	}
}

// badTime tells of a value that is not written as time_format says.
func (g *gatherer) badTime(text string) error {
	return &engine.StepError{
		Code: "bad_value", Argument: "x",
		Message: fmt.Sprintf("%s: column %q is %s, which is no time as time_format %q has it", g.whereX(), g.args.X, text, g.args.TimeFormat.text),
		Remedy:  "Correct the value, or time_format.",
	}
}
