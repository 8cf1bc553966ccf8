package csvresample

import (
	"context"
	"fmt"
	"slices"

	"dagrun/engine"
)

// aggregate is the fold that makes values of a column's: one for every numeric
// column, or those that are asked for.
type aggregate struct {
	job     *job
	in      input
	columns []valueColumn
	style   style // of the first row's time
}

// valueColumn is a column of which values are made.
type valueColumn struct {
	index     int // in the header
	functions []Function
	asked     bool // by name: a text where a number has to be is a bad row
	reckons   bool // some function needs numbers
	edges     bool // some function needs texts
	all       bool // some function needs every number

	numbers bool  // some value is a number
	stray   stray // the first value that is none
}

// stray is a value that is no number.
type stray struct {
	path string
	line int
	text string
}

func (c *valueColumn) numeric() bool { return c.stray.path == "" }

func (j *job) newAggregate(in input) *aggregate {
	a := &aggregate{job: j, in: in}
	a.forget()
	return a
}

func (a *aggregate) forget() {
	a.columns, a.style = slices.Clone(a.job.values), nil
}

func (a *aggregate) fields() int { return len(a.job.header.names) }

func (a *aggregate) numbers(columns []bool) {
	for i := range a.columns {
		columns[a.columns[i].index] = a.columns[i].reckons
	}
}

func (a *aggregate) open(b *bucket) {
	b.at, b.cells = b.start, make([]cell, len(a.columns))
	if slices.ContainsFunc(a.columns, func(c valueColumn) bool { return c.all }) {
		b.values = make([][]float64, len(a.columns))
	}
	if slices.ContainsFunc(a.columns, func(c valueColumn) bool { return c.edges }) {
		b.edges = make([]edges, len(a.columns))
	}
}

// refuse reads the row's numbers, as far as that is not done, and refuses a
// text where a number was asked for.
func (a *aggregate) refuse(r *row) string {
	if r.plain {
		return ""
	}
	r.reserve(len(a.job.header.names))
	for i := range a.columns {
		c := &a.columns[i]
		if !c.reckons {
			continue
		}
		if !r.read || r.kinds[c.index] == unread {
			a.readValue(r, c)
		}
		if c.asked && r.kinds[c.index] == isText {
			return fmt.Sprintf("column %q has %s, which is no number", a.job.header.names[c.index], visible(shorten(r.field(c.index))))
		}
	}
	r.read = true
	return ""
}

func (a *aggregate) readValue(r *row, c *valueColumn) {
	if c.numbers && !c.numeric() {
		r.kinds[c.index] = isNothing // the column is left out, and why is known
		return
	}
	r.numbers[c.index], r.kinds[c.index] = parseValue(r.field(c.index))
}

func (a *aggregate) add(b *bucket, r *row, at int64) {
	if a.style == nil {
		a.style = a.job.styleOf(textsOf(r, a.job.times))
	}
	for i := range a.columns {
		c := &a.columns[i]
		if c.edges {
			b.edges[i].add(r.field(c.index), at)
		}
		if !c.reckons {
			continue
		}
		switch r.kinds[c.index] {
		case isNumber:
			c.numbers = true
			b.cells[i].add(r.numbers[c.index])
			if c.all {
				b.values[i] = append(b.values[i], r.numbers[c.index].float())
			}
		case isText:
			if c.numeric() {
				c.stray = stray{path: a.in.path, line: r.line, text: shorten(trim(r.field(c.index)))}
			}
		}
	}
}

func (a *aggregate) settle(*bucket) {}

func (a *aggregate) merge(b, later *bucket) {
	for i := range b.cells {
		b.cells[i].merge(&later.cells[i])
	}
	for i := range b.values {
		b.values[i] = append(b.values[i], later.values[i]...)
	}
	for i := range b.edges {
		b.edges[i].merge(&later.edges[i])
	}
}

func (a *aggregate) join(f fold, lines int) {
	later := f.(*aggregate)
	if a.style == nil {
		a.style = later.style
	}
	for i := range a.columns {
		mine, other := &a.columns[i], &later.columns[i]
		mine.numbers = mine.numbers || other.numbers
		if mine.numeric() && !other.numeric() {
			mine.stray = other.stray
			mine.stray.line += lines
		}
	}
}

// warn tells of columns that are left out although they have numbers.
func (a *aggregate) warn(ctx context.Context) {
	for _, c := range a.columns {
		if c.numbers && !c.numeric() {
			a.job.env.Log.WarnContext(ctx, "a column is left out, since not all of its values are numbers",
				"column", a.job.header.names[c.index], "value", c.stray.text, "at", fmt.Sprintf("%s:%d", c.stray.path, c.stray.line))
		}
	}
}

func (a *aggregate) errNoNumbers() error {
	var why []string
	for _, c := range a.columns {
		why = append(why, fmt.Sprintf("column %q has %s (%s:%d)",
			shorten([]byte(a.job.header.names[c.index])), visible(c.stray.text), c.stray.path, c.stray.line))
		if len(why) == 5 {
			break
		}
	}
	if why == nil {
		why = []string{"there are no columns but the time's"}
		if a.job.groups != nil {
			why[0] += " and those of group_by"
		}
	}
	return &engine.StepError{
		Code: "no_numeric_column", Argument: "method",
		Message: fmt.Sprintf("make the %s of every numeric column: none is numeric: %s", a.job.args.Method, joined(why)),
		Remedy:  "Use method \"first\" or \"last\", or correct the values. Numbers have a decimal point and no unit.",
	}
}
