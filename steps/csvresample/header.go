package csvresample

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"dagrun/engine"
)

// header is the first row of a file.
type header struct {
	from  input
	raw   string // as it stands in the file, without its line end
	names []string
}

// readHeader reads the first row of a file, sees that it is that of the files
// before, and leaves what follows in its chunk as the first one.
func (c *crew) readHeader(ctx context.Context) error {
	j := c.pass.job
	scan := scanner{delimiter: c.in.format.delimiter}
	at := &chunk{}
	for {
		err := c.bring(ctx, at)
		var bad *badRow
		switch {
		case errors.Is(err, errDone):
			return errHeader(c.in, "the file has no header: it is empty", "Write the file anew, or leave it out of input.")
		case errors.As(err, &bad):
			bad.line += c.lines
			return bad.stepError(c.in, "bad_row")
		case err != nil:
			return err
		}
		scan.reset(at)
		if scan.next() {
			break
		}
		c.lines += scan.line
	}
	scan.row.line += c.lines
	c.lines += scan.line
	at.start = scan.pos
	c.first = at
	return j.takeHeader(c.in, &scan)
}

// takeHeader takes the names of a file's columns.
func (j *job) takeHeader(in input, s *scanner) error {
	r := &s.row
	if bytes.HasPrefix(r.raw, []byte("\xff\xfe")) || bytes.HasPrefix(r.raw, []byte("\xfe\xff")) {
		return errHeader(in, "the file is UTF-16", "Save the file as UTF-8.")
	}
	if r.broken != "" {
		b := &badRow{line: r.line, text: r.raw, reason: r.broken, remedy: "Correct the header."}
		return b.stepError(in, "bad_row")
	}
	width := r.splitUpTo(s.delimiter, len(r.text))
	h := header{from: in, raw: string(r.raw), names: make([]string, width)}
	for i := range h.names {
		h.names[i] = string(r.field(i))
	}
	if j.header.names == nil {
		j.header = h
		return j.findColumns()
	}
	if !slices.Equal(h.names, j.header.names) {
		return errMismatch(j.header, h)
	}
	return nil
}

// findColumns looks the columns up that arguments name.
func (j *job) findColumns() error {
	var err error
	if j.times, err = j.columnsOf("time", j.args.Time); err != nil {
		return err
	}
	if j.groups, err = j.columnsOf("group_by", j.args.GroupBy); err != nil {
		return err
	}
	return j.findValues()
}

// columnsOf are the columns that an argument names.
func (j *job) columnsOf(argument string, names []string) ([]int, error) {
	var columns []int
	for _, name := range names {
		found := j.header.find(name)
		switch {
		case len(found) == 0:
			return nil, j.header.errMissing(argument, name)
		case len(found) > 1:
			return nil, errHeader(j.header.from, fmt.Sprintf("the %s column %q is there %d times", argument, name, len(found)),
				"Give the columns different names.")
		}
		columns = append(columns, found[0])
	}
	return columns, nil
}

// find lists the columns of a name. Names in a pipeline are in Unicode's
// normal form C, those in a file may be in another.
func (h *header) find(name string) []int {
	var found []int
	for i, have := range h.names {
		if have == name || norm.NFC.String(have) == name {
			found = append(found, i)
		}
	}
	return found
}

func (h *header) errMissing(argument, name string) error {
	e := &engine.StepError{
		Code: "missing_column", Argument: argument,
		Message: fmt.Sprintf("read %s: there is no column %q; its columns are %s", h.from.path, name, listed(h.names)),
		Remedy:  "Name the column as the header of the file has it.",
	}
	if near := engine.Nearest(name, h.names); near != "" {
		e.Remedy = fmt.Sprintf("Did you mean %q?", near)
	} else if len(h.names) == 1 && strings.ContainsAny(h.names[0], ";\t|,") {
		e.Remedy = "The header is one column: the fields seem to be separated otherwise than the file's ending says. Fields are separated by commas in .csv and by tabs in .tsv files."
	}
	return e
}

// listed quotes names, at most a screenful.
func listed(names []string) string {
	const most = 20
	more := ""
	if len(names) > most {
		more = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", shorten([]byte(n)))
	}
	return strings.Join(quoted, ", ") + more
}

func errHeader(in input, what, remedy string) error {
	return &engine.StepError{Code: "bad_header", Argument: "input", Message: fmt.Sprintf("read %s: %s", in.path, what), Remedy: remedy}
}

func errMismatch(a, b header) error {
	what := fmt.Sprintf("the first has %d columns, the second %d", len(a.names), len(b.names))
	if len(a.names) == len(b.names) {
		i := 0
		for a.names[i] == b.names[i] {
			i++
		}
		what = fmt.Sprintf("column %d is %q in the first and %q in the second", i+1, a.names[i], b.names[i])
	}
	return &engine.StepError{
		Code: "header_mismatch", Argument: "input",
		Message: fmt.Sprintf("read %s and %s as one series: their headers differ: %s", a.from.path, b.from.path, what),
		Remedy:  "Resample files of different shape in steps of their own.",
	}
}
