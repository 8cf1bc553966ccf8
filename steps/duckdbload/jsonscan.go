package duckdbload

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

var (
	errNotObject  = errors.New("what stands here is not a JSON object; each row is one")
	errOpenArray  = errors.New("the JSON array is not closed")
	errNoComma    = errors.New("a comma is missing between two elements of the JSON array")
	errLastComma  = errors.New("a comma stands behind the last element of the JSON array")
	errOpenObject = errors.New("the JSON object is not closed")
	errAfterArray = errors.New("text follows the end of the JSON array")
	errHalfEscape = errors.New("a \\u escape in the JSON object is half of a character")
	errLongObject = fmt.Errorf("the JSON object is longer than %d bytes, the most that DuckDB takes", maxObject)
)

// maxObject is the default of DuckDB's maximum_object_size.
const maxObject = 16 << 20

// scanJSON calls visit with each object and the line that it begins on, and
// learns how the file is laid out.
func (s *source) scanJSON(ctx context.Context, visit func(object []byte, line int64) error) error {
	w, err := openWindow(s.path, s.compression)
	if err != nil {
		return err
	}
	defer w.close()
	scan := jsonScan{window: w, line: 1}
	if err := scan.begin(ctx, s); err != nil {
		return err
	}
	ended := int64(0) // the line that the object before ended on
	for {
		object, err := scan.next(ctx)
		if err != nil || object == nil {
			return err
		}
		height := int64(bytes.Count(object, []byte("\n")))
		s.lines = s.lines && height == 0 && scan.line > ended
		if err := visit(object, scan.line); err != nil {
			return err
		}
		scan.line += height
		ended = scan.line
	}
}

// jsonScan is a pass over a JSON file.
type jsonScan struct {
	window *window
	line   int64
	array  bool
	begun  bool // past the first object
}

// begin finds out whether the file is one array.
func (j *jsonScan) begin(ctx context.Context, s *source) error {
	if err := j.window.more(ctx); err != nil {
		return err
	}
	s.lines = true
	if bytes.HasPrefix(j.window.data(), []byte(byteOrderMark)) {
		j.window.skip(len(byteOrderMark))
		s.lines = false // DuckDB takes the mark only where lines do not count
	}
	first, err := j.peek(ctx)
	if err == nil && first == '[' {
		j.array = true
		j.window.skip(1)
	}
	s.array = j.array
	return err
}

// peek skips white space and gives the byte behind it, or 0 at the end of the
// file.
func (j *jsonScan) peek(ctx context.Context) (byte, error) {
	for {
		for i, c := range j.window.data() {
			switch c {
			case '\n':
				j.line++
			case ' ', '\t', '\r':
			default:
				j.window.skip(i)
				return c, nil
			}
		}
		j.window.skip(len(j.window.data()))
		if j.window.last {
			return 0, nil
		}
		if err := j.window.more(ctx); err != nil {
			return 0, err
		}
	}
}

// separated is peek that skips the comma between two elements of an array.
func (j *jsonScan) separated(ctx context.Context) (byte, error) {
	first, err := j.peek(ctx)
	if err != nil || !j.array || !j.begun || first == ']' || first == 0 {
		return first, err
	}
	if first != ',' {
		return 0, &fault{line: j.line, err: errNoComma}
	}
	j.window.skip(1)
	if first, err = j.peek(ctx); err == nil && first == ']' {
		err = &fault{line: j.line, err: errLastComma}
	}
	return first, err
}

// next cuts the next object; nil at the end.
func (j *jsonScan) next(ctx context.Context) ([]byte, error) {
	first, err := j.separated(ctx)
	j.begun = true
	switch {
	case err != nil:
		return nil, err
	case first == 0 && len(j.window.data()) == 0 && !j.array:
		return nil, nil
	case first == 0 && len(j.window.data()) == 0:
		return nil, &fault{line: j.line, err: errOpenArray}
	case first == ']' && j.array:
		return nil, j.end(ctx)
	case first != '{':
		return nil, &fault{line: j.line, err: errNotObject}
	}
	for {
		data := j.window.data()
		n := objectLength(data)
		switch {
		case n > maxObject || (n == 0 && len(data) > maxObject):
			return nil, &fault{line: j.line, err: errLongObject}
		case n > 0:
			j.window.skip(n)
			return data[:n], j.valid(data[:n])
		case j.window.last:
			return nil, &fault{line: j.line, err: errOpenObject}
		}
		if err := j.window.more(ctx); err != nil {
			return nil, err
		}
	}
}

func (j *jsonScan) valid(object []byte) error {
	switch {
	case !utf8.Valid(object):
		return &fault{line: j.line, err: errNotUTF8}
	case !json.Valid(object):
		var why json.RawMessage
		return &fault{line: j.line, err: fmt.Errorf("the JSON object is not well formed: %w", json.Unmarshal(object, &why))}
	case halfEscape(object):
		return &fault{line: j.line, err: errHalfEscape}
	}
	return nil
}

// end checks that nothing follows the array.
func (j *jsonScan) end(ctx context.Context) error {
	j.window.skip(1)
	j.array = false
	rest, err := j.peek(ctx)
	if err == nil && (rest != 0 || len(j.window.data()) > 0) {
		err = &fault{line: j.line, err: errAfterArray}
	}
	return err
}
