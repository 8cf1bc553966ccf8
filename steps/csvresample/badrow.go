package csvresample

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"dagrun/engine"
)

// badRow is a row that does not parse: where it is, why, and what to do.
type badRow struct {
	line   int // from 1, in its chunk at first, then in its file
	text   []byte
	reason string
	remedy string
}

// Error says why the row is bad.
func (b *badRow) Error() string { return b.reason }

const (
	remedyRow    = "Correct the row, or leave the file out of input."
	remedyOpen   = "The file's last line has no end: it may still be written, or have been cut off. Run again when it is complete, or remove the line."
	remedyQuotes = "Correct the row, or leave the file out of input. A quote within a field is written twice, and the field stands in quotes."
	remedyPolicy = " With on_bad_row = \"skip\" or \"reject\" such rows are passed over and counted."
)

// stepError is the failure of a step for a bad row.
func (b *badRow) stepError(in input, code string) *engine.StepError {
	return &engine.StepError{
		Code: code, Argument: "input", Remedy: b.remedy + remedyPolicy,
		Message: fmt.Sprintf("read %s:%d: %s: %s", in.path, b.line, b.reason, visible(shorten(b.text))),
	}
}

// What is done about bad rows.
const (
	failOnBadRow = "fail"
	rejectBadRow = "reject"
)

// rejection is what became of bad rows: how many there are, the first of them,
// and the file that they are written to, if they are.
type rejection struct {
	job   *job
	count int64
	first string
	file  *target
	line  []byte
}

// newRejection makes the file for rejected rows, if there is to be one.
func (j *job) newRejection() (*rejection, error) {
	r := &rejection{job: j}
	if j.args.Rejects == nil {
		return r, nil
	}
	var err error
	if r.file, err = j.create(string(*j.args.Rejects)); err != nil {
		return nil, err
	}
	r.line = appendNames(r.line, []string{"file", "line", "reason", "row"}, r.file.delimiter)
	return r, r.file.writeLine(r.line)
}

// take does with a bad row what the arguments say; the error is that of a step
// that is to fail for it.
func (r *rejection) take(in input, b *badRow) error {
	if r.job.args.OnBadRow == failOnBadRow {
		return b.stepError(in, "bad_row")
	}
	r.count++
	if r.first == "" {
		r.first = fmt.Sprintf("%s:%d: %s", in.path, b.line, b.reason)
	}
	if most := r.job.args.MaxBadRows; most != nil && r.count > *most {
		e := b.stepError(in, "too_many_bad_rows")
		e.Argument = "max_bad_rows"
		e.Message += fmt.Sprintf("; it is one more than max_bad_rows, %d", *most)
		e.Remedy = "Look into the file, or raise max_bad_rows. " + b.remedy
		return e
	}
	if r.file == nil {
		return nil
	}
	return r.write(in, b)
}

// write adds a bad row to the file of rejected ones.
func (r *rejection) write(in input, b *badRow) error {
	path := in.path
	if rel, err := filepath.Rel(r.job.env.WorkingDir, path); err == nil && !strings.HasPrefix(rel, "..") {
		path = rel
	}
	r.line = r.line[:0]
	for i, field := range []string{path, strconv.Itoa(b.line), b.reason, string(b.text)} {
		if i > 0 {
			r.line = append(r.line, r.file.delimiter)
		}
		r.line = appendField(r.line, []byte(field), r.file.delimiter)
	}
	return r.file.writeLine(r.line)
}

// close completes the file, and says in the log what was passed over.
func (r *rejection) close(ctx context.Context) error {
	if r.count > 0 {
		r.job.env.Log.WarnContext(ctx, "rows that do not parse were passed over", "rows", r.count, "first", r.first)
	}
	if r.file == nil {
		return nil
	}
	return r.file.close()
}
