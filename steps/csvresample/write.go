package csvresample

import (
	"bufio"
	"context"
	"fmt"
	"slices"

	"dagrun/engine"
)

// table is what is to be written.
type table struct {
	buckets   []*bucket // one row each, in order of time
	columns   []string
	header    []byte
	appendRow func(ctx context.Context, line []byte, b *bucket) []byte
}

// table makes the output of what was gathered, unless it is too little.
func (j *job) table(total *partial) (*table, error) {
	if n := int64(len(total.buckets)); n < j.args.MinRows {
		return nil, j.errTooFew(total)
	}
	t, err := total.fold.table(j, total.sorted())
	if err != nil {
		return nil, err
	}
	t.columns = validNames(t.columns)
	return t, nil
}

func (j *job) errTooFew(total *partial) error {
	e := &engine.StepError{
		Code: "too_few_rows", Argument: "min_rows",
		Message: fmt.Sprintf("resample %s over period %q: %s came out, min_rows is %d",
			plural(int64(len(j.inputs)), "file"), j.args.Period.text, plural(int64(len(total.buckets)), "row"), j.args.MinRows),
		Remedy: "Check the input and the period, or lower min_rows.",
	}
	if total.rows == 0 {
		e.Message += "; no rows were read, only " + plural(int64(len(j.inputs)), "header")
		return e
	}
	e.Message += fmt.Sprintf("; %s read, from %s to %s", wereRows(total.rows), *j.rfc3339(total.earliest), *j.rfc3339(total.newest))
	return e
}

func wereRows(n int64) string {
	if n == 1 {
		return "1 row was"
	}
	return fmt.Sprintf("%d rows were", n)
}

// write makes the output file.
func (j *job) write(ctx context.Context, t *table) error {
	f, err := j.env.Files.Create(string(j.args.Output))
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, blockSize)
	line := append(slices.Clone(t.header), '\n')
	for _, b := range t.buckets {
		if _, err := w.Write(line); err != nil {
			return err
		}
		line = append(t.appendRow(ctx, line[:0], b), '\n')
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("write %s: %w", j.args.Output, err)
		}
	}
	if _, err := w.Write(line); err != nil {
		return err
	}
	return w.Flush()
}
