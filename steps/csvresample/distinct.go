package csvresample

import (
	"bytes"
	"context"
	"fmt"

	"dagrun/engine"
)

// What is done about rows of a series with the same time.
const (
	keepFirst         = "keep_first"
	keepLast          = "keep_last"
	errorOnDuplicates = "error"
)

// distinct is the fold that gives another one row for each time. It has to
// hold the rows of the period until all are read.
type distinct struct {
	fold
	job    *job
	from   *origin
	policy string
}

// origin is where the rows of a part come from.
type origin struct {
	in    input
	lines int // of the file before the part
}

// entry is a row that is held.
type entry struct {
	at   int64
	text []byte // as it stands in the file
	from *origin
	line int  // in its part
	own  bool // text is no part of a chunk
}

func (e *entry) place() string {
	return fmt.Sprintf("%s:%d", e.from.in.path, e.from.lines+e.line)
}

func (d *distinct) add(b *bucket, r *row, at int64) {
	e := entry{at: at, text: r.raw, from: d.from, line: r.line}
	if n := len(b.entries); n > 0 && b.entries[n-1].at == at && d.policy != errorOnDuplicates {
		if d.policy == keepLast {
			b.entries[n-1] = e
		}
		return
	}
	b.entries = append(b.entries, e)
}

func (d *distinct) settle(b *bucket) {
	for i := range b.entries {
		if e := &b.entries[i]; !e.own {
			e.text, e.own = bytes.Clone(e.text), true
		}
	}
}

func (d *distinct) merge(b, later *bucket) { b.entries = append(b.entries, later.entries...) }

func (d *distinct) join(later fold, lines int) {
	part := later.(*distinct)
	part.from.lines = lines
	d.fold.join(part.fold, lines)
}

func (d *distinct) sheet(ctx context.Context, all []*series) (*sheet, error) {
	for _, s := range all {
		for _, b := range s.sorted() {
			if err := d.resolve(ctx, s, b); err != nil {
				return nil, err
			}
		}
	}
	return d.fold.sheet(ctx, all)
}

// resolve gives the rows of a bucket to the other fold, one for each time.
func (d *distinct) resolve(ctx context.Context, s *series, b *bucket) error {
	entries, err := sortByTime(ctx, b.entries)
	if err != nil {
		return err
	}
	b.entries = nil
	var parser scanner
	for i := range entries {
		e := &entries[i]
		if i%sortedAtOnce == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		again := i > 0 && entries[i-1].at == e.at
		if again && d.policy == errorOnDuplicates {
			return d.errDuplicate(s, &entries[i-1], e)
		}
		if again && d.policy == keepFirst || d.policy == keepLast && i+1 < len(entries) && entries[i+1].at == e.at {
			continue
		}
		parser.delimiter = e.from.in.format.delimiter
		row := parser.only(e.text)
		row.line = e.from.lines + e.line
		d.refuse(row)
		d.fold.add(b, row, e.at)
	}
	return nil
}

func (d *distinct) errDuplicate(s *series, a, b *entry) error {
	of := ""
	if s.group != nil {
		of = fmt.Sprintf(" of the series %s", listed(s.group))
	}
	return &engine.StepError{
		Code: "duplicate_time", Argument: "duplicates",
		Message: fmt.Sprintf("two rows%s have the time %s: %s and %s", of, *d.job.rfc3339(b.at), a.place(), b.place()),
		Remedy:  `Correct the data, or keep one of them with duplicates = "keep_first" or "keep_last".`,
	}
}
