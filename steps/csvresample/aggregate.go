package csvresample

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"dagrun/engine"
)

// aggregate is the fold of the methods that make one number of a column's.
type aggregate struct {
	job     *job
	in      input
	columns []valueColumn
	layout  layout // of the first row's time
	styled  bool   // layout is known
}

// valueColumn is a column besides those of the time. It is numeric unless it
// has a value that is no number.
type valueColumn struct {
	index   int
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

func (a *aggregate) prepare(in input) int {
	a.in = in
	a.forget()
	return len(a.job.header.names)
}

func (a *aggregate) forget() {
	a.columns, a.styled = nil, false
	for i := range a.job.header.names {
		if !slices.Contains(a.job.times, i) {
			a.columns = append(a.columns, valueColumn{index: i})
		}
	}
}

func (a *aggregate) open(b *bucket) {
	b.at, b.cells = b.start, newTally(a.job.args.Method, len(a.columns))
}

func (a *aggregate) add(b *bucket, r *row, _ int64) {
	if !a.styled {
		times := timeReader{columns: a.job.times}
		a.layout, a.styled = layoutOf(times.texts(r)), true
	}
	for i := range a.columns {
		c := &a.columns[i]
		if c.numbers && !c.numeric() {
			continue // left out, and why is known
		}
		text := trim(r.field(c.index))
		if len(text) == 0 {
			continue
		}
		n, kind := parseNumber(text)
		switch kind {
		case isNumber:
			c.numbers = true
			b.cells.add(i, n)
		case isText:
			if c.numeric() {
				c.stray = stray{path: a.in.path, line: r.line, text: shorten(text)}
			}
		}
	}
}

func (a *aggregate) merge(b, later *bucket) { b.cells.merge(later.cells) }

func (a *aggregate) join(f fold) {
	later := f.(*aggregate)
	if !a.styled {
		a.layout, a.styled = later.layout, later.styled
	}
	for i := range a.columns {
		mine, other := &a.columns[i], &later.columns[i]
		mine.numbers = mine.numbers || other.numbers
		if mine.numeric() {
			mine.stray = other.stray
		}
	}
}

func (a *aggregate) table(j *job, buckets []*bucket) (*table, error) {
	a.warn()
	shown, columns := a.shown()
	if len(buckets) > 0 && len(columns) == len(j.times) {
		return nil, a.errNoNumbers()
	}
	c := j.clock()
	for _, b := range buckets {
		a.layout.refine(b.start, c)
	}
	t := &table{buckets: buckets, columns: columns, header: appendNames(nil, columns, j.out)}
	t.appendRow = func(ctx context.Context, line []byte, b *bucket) []byte {
		times := a.layout.texts(b.start, j.zone)
		for i, s := range shown {
			if i > 0 {
				line = append(line, j.out)
			}
			if s.isTime {
				line = appendField(line, []byte(times[s.index]), j.out)
			} else {
				line = b.cells.appendResult(ctx, line, s.index)
			}
		}
		return line
	}
	return t, nil
}

// shownColumn is a column of the output: a part of the time, or numbers.
type shownColumn struct {
	isTime bool
	index  int // among the time columns or the cells
}

func (a *aggregate) shown() (shown []shownColumn, names []string) {
	value := 0
	for i, name := range a.job.header.names {
		if t := slices.Index(a.job.times, i); t >= 0 {
			shown, names = append(shown, shownColumn{isTime: true, index: t}), append(names, name)
			continue
		}
		if a.columns[value].numeric() {
			shown, names = append(shown, shownColumn{index: value}), append(names, name)
		}
		value++
	}
	return shown, names
}

// warn tells of columns that are left out although they have numbers.
func (a *aggregate) warn() {
	for _, c := range a.columns {
		if c.numbers && !c.numeric() {
			a.job.env.Log.Warn("a column is left out, since not all of its values are numbers",
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
	}
	return &engine.StepError{
		Code: "no_numeric_column", Argument: "method",
		Message: fmt.Sprintf("make the %s of every numeric column: none is numeric: %s", a.job.args.Method, strings.Join(why, ", ")),
		Remedy:  "Use method \"first\" or \"last\", or correct the values. Numbers have a decimal point and no unit.",
	}
}
