package csvresample

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
)

// taker is what the rows of a file are read for.
type taker interface {
	// prepare begins a file, and says how many of a row's fields are needed
	// besides those of the time.
	prepare(in input) int
	// take is given each row, in the order of the file, with its time.
	take(r *row, at int64, doubtful bool)
}

// scan reads one input, block by block.
func (j *job) scan(ctx context.Context, in input, to taker) error {
	f, err := os.Open(in.path)
	if err != nil {
		return errUnreadable(in.path, err)
	}
	defer func() { _ = f.Close() }()
	j.scanner.reset(f, in.delimiter)
	if err := j.readHeader(ctx, in); err != nil {
		return err
	}
	times := &timeReader{clock: j.clock(), columns: j.times}
	upTo := max(slices.Max(j.times), to.prepare(in)-1)
	for {
		if err := j.rows(in, times, upTo, to); err != nil {
			return err
		}
		if j.scanner.finished() {
			return nil
		}
		if err := j.load(ctx, in); err != nil {
			return err
		}
	}
}

// rows reads what is loaded.
func (j *job) rows(in input, times *timeReader, upTo int, to taker) error {
	s, width := j.scanner, len(j.header.names)
	for s.next() {
		if n := s.row.split(s.delimiter, upTo); n != width {
			return j.errFields(in, n)
		}
		at, err := times.read(&s.row)
		if err != nil {
			return j.errTime(in, times, err)
		}
		to.take(&s.row, at, times.doubtful)
	}
	if s.err != nil {
		return errBadRow(in, s.err, "Correct the row, or leave the file out of input. A quote within a field is written twice, and the field stands in quotes.")
	}
	return nil
}

// load reads the next block, unless the work is to end.
func (j *job) load(ctx context.Context, in input) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("read %s: %w", in.path, err)
	}
	before := j.scanner.end - j.scanner.pos
	if err := j.scanner.load(); err != nil {
		return errUnreadable(in.path, err)
	}
	j.done += int64(j.scanner.end - before)
	j.env.Progress(min(j.done, j.total), j.total, "bytes")
	return nil
}

func (j *job) errFields(in input, n int) error {
	r := &j.scanner.row
	b := &brokenRow{line: r.line, text: shorten(r.raw),
		reason: fmt.Sprintf("the row has %s, the header %d", plural(int64(n), "field"), len(j.header.names))}
	if j.scanner.lastIsOpen() {
		return errBadRow(in, b, "The file's last line has no end: it may still be written, or have been cut off. Run again when it is complete, or remove the line.")
	}
	return errBadRow(in, b, "Correct the row, or leave the file out of input.")
}

func (j *job) errTime(in input, times *timeReader, err error) error {
	r := &j.scanner.row
	text := visible(shorten(joinTexts(nil, times.texts(r))))
	remedy := "Correct the row, or leave the file out of input."
	if errors.Is(err, errNoDate) {
		remedy = "Name the column of the date too, as in time = [\"date\", \"time\"]."
	}
	return errBadRow(in, &brokenRow{line: r.line, text: shorten(r.raw), reason: fmt.Sprintf("%s is no time: %v", text, err)}, remedy)
}
