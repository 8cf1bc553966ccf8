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

// data is what was read: series over one kind of x axis.
type data struct {
	x      chart.XAxis
	series []chart.Series
}

func load(ctx context.Context, env *engine.Env, a Args) (*data, error) {
	g := &gatherer{env: env, args: a, index: map[seriesKey]int{}, categories: map[string]int{}, dates: true}
	var err error
	if a.Source != "" {
		g.origin, err = g.readCSV(ctx)
	} else {
		g.origin, err = g.readDatabase(ctx)
	}
	if err != nil {
		return nil, err
	}
	return g.data()
}

// data is what came of all rows, each series ordered by x.
func (g *gatherer) data() (*data, error) {
	if !slices.ContainsFunc(g.series, func(s chart.Series) bool {
		return slices.ContainsFunc(s.Y, func(y float64) bool { return !math.IsNaN(y) })
	}) {
		return nil, g.noRows()
	}
	d := &data{series: g.series, x: chart.XAxis{Names: g.names, Kind: chart.Times}}
	switch g.kind {
	case category:
		d.x.Kind = chart.Categories
	case number:
		d.x.Kind = chart.Numbers
	case clock:
		d.x.Calendar = axis.Calendar{Zone: clockDay(0, 0, 0, 0).Location(), Clock: true}
	default:
		d.x.Calendar = axis.Calendar{Zone: g.env.LogicalTime.Location(), Dates: g.dates}
	}
	for i := range d.series {
		sortByX(&d.series[i])
	}
	return d, nil
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
		e.Argument = "y"
		e.Message = fmt.Sprintf("%s has %d rows, but no reading in %s", g.origin, g.rows, strings.Join(g.args.Y, ", "))
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
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.X[a], s.X[b]) })
	x, y := make([]float64, len(order)), make([]float64, len(order))
	for to, from := range order {
		x[to], y[to] = s.X[from], s.Y[from]
	}
	s.X, s.Y = x, y
}
