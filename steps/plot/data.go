package plot

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"dagrun/engine"
	"dagrun/steps/plot/internal/axis"
	"dagrun/steps/plot/internal/chart"
)

// data is what was read: the series of each panel, over one kind of x axis.
type data struct {
	x      chart.XAxis
	panels [][]chart.Series
}

// load reads the source, or what the query gives.
func load(ctx context.Context, env *engine.Env, a Args) (*data, error) {
	g := newGatherer(env, a)
	argument, pattern, read := "source", string(a.Source), g.readCSV
	switch {
	case a.Source == "":
		argument, pattern, read = "database", a.Database, g.readDatabase
	case a.Source.parquet():
		read = g.readParquet
	}
	path, err := oneFile(env, argument, pattern)
	if err != nil {
		return nil, err
	}
	g.origin = shown(env, path)
	if err := read(ctx, path); err != nil {
		return nil, err
	}
	g.warnOfDoubt()
	return g.data()
}

// warnOfDoubt tells of times that the clocks of the pipeline's zone show other
// than once.
func (g *gatherer) warnOfDoubt() {
	if g.doubtful > 0 {
		g.env.Log.Warn("times without a zone fall where the clocks change: a repeated time was read as its first occurrence, a skipped one with the offset before the change",
			"x", g.args.X, "rows", g.doubtful, "zone", g.env.LogicalTime.Location().String())
	}
}

// data is what came of all rows, each series ordered by x.
func (g *gatherer) data() (*data, error) {
	if !slices.ContainsFunc(g.series, hasReading) {
		return nil, g.noRows()
	}
	d := &data{panels: make([][]chart.Series, len(g.panels)), x: chart.XAxis{Names: g.names, Kind: chart.Times}}
	switch {
	case g.args.X == "" || g.kind == number:
		d.x.Kind = chart.Numbers
	case g.kind == category:
		d.x.Kind = chart.Categories
	case g.kind == clock:
		d.x.Calendar = axis.Calendar{Zone: clockDay(0, 0, 0, 0).Location(), Clock: true}
	default:
		d.x.Calendar = axis.Calendar{Zone: g.env.LogicalTime.Location(), Dates: g.dates}
	}
	for _, s := range g.series {
		sortByX(&s.Series)
		d.panels[s.panel] = append(d.panels[s.panel], s.Series)
	}
	return d, nil
}

func hasReading(s *series) bool {
	return slices.ContainsFunc(s.Y, func(y float64) bool { return !math.IsNaN(y) })
}

func (g *gatherer) noRows() error {
	e := &engine.StepError{
		Code: "no_rows", Argument: "source",
		Message: fmt.Sprintf("%s has no rows to draw", g.origin),
		Remedy:  "Check the step that makes the file, and its period.",
	}
	if g.args.Source == "" {
		e.Argument, e.Remedy = "query", "Check the query's conditions, and that the table was loaded."
	}
	if g.rows > 0 {
		var columns []string
		for _, w := range g.wanted {
			columns = append(columns, w.column)
		}
		e.Argument = g.args.argument(0, "y")
		e.Message = fmt.Sprintf("%s has %d rows, but no reading in %s", g.origin, g.rows, strings.Join(columns, ", "))
	}
	return e
}

// sortByX orders a series, keeping the order of readings at one x.
func sortByX(s *chart.Series) {
	if slices.IsSorted(s.X) {
		return
	}
	order := make([]int, len(s.X))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(s.X[a], s.X[b]), a-b) })
	x, y := make([]float64, len(order)), make([]float64, len(order))
	for to, from := range order {
		x[to], y[to] = s.X[from], s.Y[from]
	}
	s.X, s.Y = x, y
}
