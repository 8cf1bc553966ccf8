package csvresample

import (
	"context"
	"fmt"
	"math"
	"strings"

	"dagrun/engine"
)

// What is done about empty buckets.
const (
	fillNone     = "none"
	fillPrevious = "previous"
	fillLinear   = "linear"
)

// mostFilled is how many empty buckets one behind the other are filled. A gap
// of more is a mistake in the data, such as a wrong year.
const mostFilled = 10_000_000

// sheet is what is to be written: the rows of one series after the other.
type sheet struct {
	columns     []string
	header      []byte
	parts       []part
	rows        int64
	first, last int64 // the earliest and the latest time of a row
}

// part is the rows of a series.
type part struct {
	rows  rows
	steps []int // from each bucket to the next that has rows, where gaps are filled
}

// rows writes those of a series, whose buckets are in order of time.
type rows interface {
	list() []*bucket
	// begin tells that a row will be written of a bucket with that start, which
	// is empty or not.
	begin(start int64, empty bool) error
	// place tells how many buckets lie from each of the series to the next.
	place(steps []int)
	appendRow(ctx context.Context, line []byte, s spot) []byte
}

// spot is a row: that of a bucket, or behind it that of an empty one.
type spot struct {
	bucket int
	behind int   // how many buckets behind; 0 for the bucket itself
	start  int64 // of the bucket that the row is about
}

// newSheet lays out the rows of all series.
func (j *job) newSheet(columns []string, header []byte, all []rows, g grid) (*sheet, error) {
	s := &sheet{columns: columns, header: header, first: math.MaxInt64, last: math.MinInt64}
	for _, r := range all {
		list := r.list()
		p := part{rows: r}
		for i, b := range list {
			s.first, s.last = min(s.first, b.at), max(s.last, b.at)
			if err := r.begin(b.start, false); err != nil {
				return nil, err
			}
			if j.args.Fill == fillNone || i == len(list)-1 {
				s.rows++
				continue
			}
			n, err := j.stepsBetween(g, r, b, list[i+1])
			if err != nil {
				return nil, err
			}
			p.steps, s.rows = append(p.steps, n), s.rows+int64(n)
		}
		r.place(p.steps)
		s.parts = append(s.parts, p)
	}
	return s, nil
}

// stepsBetween counts the buckets from one to another.
func (j *job) stepsBetween(g grid, r rows, from, to *bucket) (int, error) {
	n := 1
	for _, start := g.bucket(from.start); start < to.start; _, start = g.bucket(start) {
		if err := r.begin(start, true); err != nil {
			return 0, err
		}
		if n++; n > mostFilled {
			return 0, &engine.StepError{
				Code: "gap_too_long", Argument: "fill",
				Message: fmt.Sprintf("fill the buckets between %s and %s: they are more than %d", *j.rfc3339(from.start), *j.rfc3339(to.start), mostFilled),
				Remedy:  "Look for a wrong date in the data, resample a shorter period, or use a longer interval.",
			}
		}
	}
	return n, nil
}

// errCoarse is about the start of a bucket that the format of the times does
// not show.
func (j *job) errCoarse(start int64, s style) error {
	return &engine.StepError{
		Code: "time_format_too_coarse", Argument: "time_format",
		Message: fmt.Sprintf("write the start of a bucket, %s: in the format of the times it is %q", *j.rfc3339(start), strings.Join(s.texts(start, j.zone), " ")),
		Remedy:  "Use a longer interval or another origin, or keep whole rows with method first or last and without fill.",
	}
}

// each visits every row of a part in order.
func (p *part) each(g grid, visit func(s spot) error) error {
	for i, b := range p.rows.list() {
		if err := visit(spot{bucket: i, start: b.start}); err != nil {
			return err
		}
		if i >= len(p.steps) {
			continue
		}
		_, start := g.bucket(b.start)
		for behind := 1; behind < p.steps[i]; behind++ {
			if err := visit(spot{bucket: i, behind: behind, start: start}); err != nil {
				return err
			}
			_, start = g.bucket(start)
		}
	}
	return nil
}

// write makes the output file.
func (s *sheet) write(ctx context.Context, j *job, g grid) error {
	t, err := j.create(string(j.args.Output))
	if err != nil {
		return err
	}
	if err := t.writeLine(s.header); err != nil {
		return err
	}
	var line []byte
	for i := range s.parts {
		p := &s.parts[i]
		err := p.each(g, func(at spot) error {
			line = p.rows.appendRow(ctx, line[:0], at)
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("write %s: %w", j.args.Output, err)
			}
			return t.writeLine(line)
		})
		if err != nil {
			return err
		}
	}
	return t.close()
}
