package csvresample

import (
	"bytes"
	"context"
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

// readHeader reads the first row of a file, and sees that it is that of the
// files before.
func (j *job) readHeader(ctx context.Context, in input) error {
	for !j.scanner.next() {
		if j.scanner.finished() {
			return j.noHeader(in)
		}
		if err := j.load(ctx, in); err != nil {
			return err
		}
	}
	r := &j.scanner.row
	if bytes.HasPrefix(r.raw, []byte("\xff\xfe")) || bytes.HasPrefix(r.raw, []byte("\xfe\xff")) {
		return errHeader(in, "the file is UTF-16", "Save the file as UTF-8.")
	}
	width := r.split(j.scanner.delimiter, len(r.text))
	h := header{from: in, raw: string(r.raw), names: make([]string, width)}
	for i := range h.names {
		h.names[i] = string(r.field(i))
	}
	if j.header.names == nil {
		j.header = h
		return j.findTimes()
	}
	if !slices.Equal(h.names, j.header.names) {
		return errMismatch(j.header, h)
	}
	return nil
}

func (j *job) noHeader(in input) error {
	if err := j.scanner.err; err != nil {
		return errBadRow(in, err, "Correct the header.")
	}
	return errHeader(in, "the file has no header: it is empty", "Write the file anew, or leave it out of input.")
}

// findTimes looks the time columns up in the header.
func (j *job) findTimes() error {
	j.times = nil
	for _, name := range j.args.Time {
		found := j.header.find(name)
		switch {
		case len(found) == 0:
			return j.header.errMissing(name)
		case len(found) > 1:
			return errHeader(j.header.from, fmt.Sprintf("the time column %q is there %d times", name, len(found)),
				"Give the columns different names.")
		}
		j.times = append(j.times, found[0])
	}
	return nil
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

func (h *header) errMissing(name string) error {
	e := &engine.StepError{
		Code: "missing_column", Argument: "time",
		Message: fmt.Sprintf("read %s: there is no column %q; its columns are %s", h.from.path, name, listed(h.names)),
		Remedy:  "Name the column or columns that hold the time.",
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
