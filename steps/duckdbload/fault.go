package duckdbload

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// fault is what is wrong with one line of a source.
type fault struct {
	line int64 // from 1
	err  error
}

// Error names the line and what is wrong there.
func (f *fault) Error() string { return fmt.Sprintf("line %d: %v", f.line, f.err) }

// Unwrap gives what is wrong without the line.
func (f *fault) Unwrap() error { return f.err }

var (
	errNotUTF8     = errors.New("the text is not UTF-8")
	errNoHeader    = errors.New("the file is empty, without even a header")
	errBlankHeader = errors.New("the first line, which has to be the header, is empty")
	errMixedEnds   = errors.New("the line ends in another way than the header does (LF, CRLF or CR)")
	errNULName     = errors.New("a column name has a NUL byte")
	errBreakInName = errors.New("a column name has another line end in it than the lines have (LF, CRLF or CR)")
	errDataHeader  = errors.New("the first line, which has to be the header, holds only values")
)

// readFailure makes the error of a survey that did not get to the end.
func (s *source) readFailure(err error) error {
	var f *fault
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, errNoHeader):
		return noRows([]string{s.path})
	case errors.Is(err, errBlankHeader), errors.Is(err, errNULName), errors.Is(err, errBreakInName), errors.Is(err, errDataHeader):
		return badHeader(s.path, err)
	case !errors.As(err, &f):
		return badFile(s.path, err)
	case errors.Is(err, errNotUTF8):
		return notUTF8(s.path, f.line)
	}
	return badRow(s.path, f.line, f.err)
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// quoteAll lists names for people, who do not want to read a thousand.
func quoteAll(names []string) string {
	const most = 20
	quoted := make([]string, 0, most)
	for _, n := range names[:min(most, len(names))] {
		quoted = append(quoted, fmt.Sprintf("%q", n))
	}
	list := strings.Join(quoted, ", ")
	if more := len(names) - most; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}
