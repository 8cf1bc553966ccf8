package csvresample

import (
	"context"
	"fmt"
	"math"
	"slices"

	"dagrun/engine"
)

// shownColumn is a column of the output: a part of the time, of what tells
// series apart, or a value.
type shownColumn struct {
	name  string
	time  int // among the time columns; -1
	group int // among the columns of group_by; -1
	value int // among the value columns
	of    Function
}

// shown lists the columns of the output, in the order of the input's.
func (a *aggregate) shown() []shownColumn {
	var all []shownColumn
	for i, name := range a.job.header.names {
		if t := slices.Index(a.job.times, i); t >= 0 {
			all = append(all, shownColumn{name: name, time: t, group: -1})
			continue
		}
		if g := slices.Index(a.job.groups, i); g >= 0 {
			all = append(all, shownColumn{name: name, time: -1, group: g})
			continue
		}
		value := slices.IndexFunc(a.columns, func(c valueColumn) bool { return c.index == i })
		if value < 0 || !a.columns[value].numeric() {
			continue
		}
		for _, f := range a.columns[value].functions {
			shown := shownColumn{name: name, time: -1, group: -1, value: value, of: f}
			if a.columns[value].asked {
				shown.name += "_" + string(f)
			}
			all = append(all, shown)
		}
	}
	return all
}

func (c *shownColumn) isValue() bool { return c.time < 0 && c.group < 0 }

func (a *aggregate) sheet(ctx context.Context, all []*series) (*sheet, error) {
	a.warn(ctx)
	columns := a.shown()
	if len(all) > 0 && !slices.ContainsFunc(columns, func(c shownColumn) bool { return c.isValue() }) {
		return nil, a.errNoNumbers()
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	g := a.job.newGrid(a.job.anchor)
	var parts []rows
	for _, s := range all {
		r := &aggregatedRows{fold: a, clock: a.job.clock(), series: s, buckets: s.sorted(), columns: columns}
		if err := r.reckon(ctx); err != nil {
			return nil, err
		}
		parts = append(parts, r)
	}
	return a.job.newSheet(names, appendNames(nil, names, a.job.out.delimiter), parts, g)
}

// aggregatedRows writes the values of a series.
type aggregatedRows struct {
	fold      *aggregate
	clock     *clock
	series    *series
	buckets   []*bucket
	columns   []shownColumn
	results   [][]result // of each column that is a value, for each bucket
	positions []int      // of the buckets, counting empty ones
	before    []int      // for each column, the last bucket with a result so far; -1
	after     []int      // for each column, a bucket from which to look for the next
}

// result is one value of a bucket.
type result struct {
	none   bool
	number float64
	text   []byte // of a function that keeps texts
}

func (r *aggregatedRows) list() []*bucket { return r.buckets }

func (r *aggregatedRows) begin(start int64, _ bool) error {
	if !r.fold.style.refine(start, r.clock) {
		return r.fold.job.errCoarse(start, r.fold.style)
	}
	r.fold.job.noteStart(start, r.fold.style, r.clock)
	return nil
}

func (r *aggregatedRows) place(steps []int) {
	r.positions = make([]int, len(r.buckets))
	for i, n := range steps {
		r.positions[i+1] = r.positions[i] + n
	}
}

// reckon makes the results.
func (r *aggregatedRows) reckon(ctx context.Context) error {
	r.results, r.before, r.after = make([][]result, len(r.columns)), make([]int, len(r.columns)), make([]int, len(r.columns))
	for i := range r.columns {
		r.before[i] = -1
		c := &r.columns[i]
		if !c.isValue() {
			continue
		}
		r.results[i] = make([]result, len(r.buckets))
		for k, b := range r.buckets {
			var err error
			if r.results[i][k], err = resultOf(ctx, b, c); err != nil {
				return err
			}
			if math.IsInf(r.results[i][k].number, 0) {
				return r.errTooLarge(b, c)
			}
		}
	}
	return nil
}

func (r *aggregatedRows) errTooLarge(b *bucket, c *shownColumn) error {
	return &engine.StepError{
		Code: "number_too_large", Argument: "input",
		Message: fmt.Sprintf("make the %s of column %q in the bucket of %s: it is beyond what a 64-bit float holds", c.of, c.name, *r.fold.job.rfc3339(b.start)),
		Remedy:  "Correct the values, or scale them down.",
	}
}

func resultOf(ctx context.Context, b *bucket, c *shownColumn) (result, error) {
	switch c.of {
	case "first":
		return result{none: b.edges[c.value].count == 0, text: b.edges[c.value].first.text}, nil
	case "last":
		return result{none: b.edges[c.value].count == 0, text: b.edges[c.value].last.text}, nil
	case "median":
		if len(b.values[c.value]) == 0 {
			return result{none: true}, nil
		}
		x, err := median(ctx, b.values[c.value])
		return result{number: x}, err
	case "count":
		if b.edges != nil && b.edges[c.value].count > 0 {
			return result{number: float64(b.edges[c.value].count)}, nil
		}
	}
	x, any := b.cells[c.value].result(c.of)
	return result{none: !any, number: x}, nil
}

func (r *aggregatedRows) appendRow(_ context.Context, line []byte, s spot) []byte {
	j := r.fold.job
	times := r.fold.style.texts(s.start, j.zone)
	for i := range r.columns {
		if i > 0 {
			line = append(line, j.out.delimiter)
		}
		switch c := &r.columns[i]; {
		case c.time >= 0:
			line = appendField(line, []byte(times[c.time]), j.out.delimiter)
		case c.group >= 0:
			line = appendField(line, []byte(r.series.group[c.group]), j.out.delimiter)
		default:
			line = r.value(i, s).append(line, j.out.delimiter)
		}
	}
	return line
}

func (v result) append(line []byte, delimiter byte) []byte {
	switch {
	case v.none:
		return line
	case v.text != nil:
		return appendField(line, v.text, delimiter)
	}
	return appendNumber(line, v.number)
}

// value is that of a column in a row, filled in where there is none. Rows are
// asked for in order.
func (r *aggregatedRows) value(column int, s spot) result {
	if s.behind == 0 && !r.results[column][s.bucket].none {
		r.before[column] = s.bucket
		return r.results[column][s.bucket]
	}
	fill, before := r.fold.job.args.Fill, r.before[column]
	switch {
	case r.columns[column].of == "count":
		return result{} // there are none, which is a value
	case before < 0 || fill != fillPrevious && fill != fillLinear:
		return result{none: true}
	case fill == fillPrevious:
		return r.results[column][before]
	}
	return r.interpolated(column, before, s)
}

// interpolated is a value on the straight line between two that are there.
func (r *aggregatedRows) interpolated(column, before int, s spot) result {
	after := max(r.after[column], s.bucket+1)
	for after < len(r.buckets) && r.results[column][after].none {
		after++
	}
	r.after[column] = after
	if after == len(r.buckets) {
		return result{none: true}
	}
	a, b := r.results[column][before], r.results[column][after]
	step := r.positions[s.bucket] + s.behind - r.positions[before]
	steps := r.positions[after] - r.positions[before]
	if a.text == nil {
		return result{number: interpolate(a.number, b.number, step, steps)}
	}
	text := between(string(a.text), string(b.text), step, steps)
	return result{none: text == "", text: []byte(text)}
}
