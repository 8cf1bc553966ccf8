// Package delimited reads the rows of CSV files fast. Lines without quotation
// marks, which is nearly all of them, are cut at their separators where they
// stand; the others are read by encoding/csv, whose rules (RFC 4180) hold for
// all: blank lines are passed over, and every row has as many fields as the
// first.
package delimited

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

// Reader reads one row after the other.
type Reader struct {
	from  io.Reader
	comma byte
	buf   []byte
	start int  // of the row in buf
	end   int  // behind the last line of the row
	full  int  // behind what was read
	ended bool // from has no more

	lines   int // up to the end of the row
	first   int // the row's first line, counting from 1
	columns int // of every row; 0 before the first
	fields  [][]byte

	feed   bytes.Reader // to quoted
	quoted *csv.Reader
	before int    // where the row begins in the lines that quoted was given
	isOdd  bool   // the row came from quoted
	text   []byte // its fields
}

// RowError is what is wrong with a row, and where.
type RowError struct {
	Line int
	Err  error
}

// Error says both.
func (e *RowError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap gives what is wrong.
func (e *RowError) Unwrap() error { return e.Err }

// New reads rows whose fields are separated by comma. A byte-order mark at the
// beginning is passed over.
func New(from io.Reader, comma byte) *Reader {
	r := &Reader{from: from, comma: comma, buf: make([]byte, 1<<18)}
	r.quoted = csv.NewReader(&r.feed)
	r.quoted.Comma, r.quoted.FieldsPerRecord, r.quoted.ReuseRecord = rune(comma), -1, true
	return r
}

// Read gives the fields of the next row, which are valid until the next call.
// After the last it gives io.EOF; what is no row is a RowError.
func (r *Reader) Read() ([][]byte, error) {
	for {
		line, err := r.next()
		if err != nil {
			return nil, err
		}
		r.isOdd = bytes.IndexByte(line, '"') >= 0
		if r.isOdd {
			err = r.readQuoted()
		} else if line = withoutEnd(line); len(line) == 0 {
			continue
		} else {
			r.split(line)
		}
		if err != nil {
			return nil, err
		}
		if r.columns == 0 {
			r.columns = len(r.fields)
		}
		if len(r.fields) != r.columns {
			return nil, &RowError{r.first, fmt.Errorf("it has %d field(s), the header %d", len(r.fields), r.columns)}
		}
		return r.fields, nil
	}
}

// Line is the line that a field of the row begins at, counting from 1.
func (r *Reader) Line(field int) int {
	if !r.isOdd {
		return r.first
	}
	line, _ := r.quoted.FieldPos(field)
	return line - r.before + r.first
}

// next begins a row with the next line.
func (r *Reader) next() ([]byte, error) {
	mark := r.lines == 0
	r.start = r.end
	if err := r.extend(); err != nil {
		return nil, err
	}
	if mark {
		if after, ok := bytes.CutPrefix(r.buf[r.start:r.end], []byte("\uFEFF")); ok {
			r.start = r.end - len(after)
		}
	}
	r.first = r.lines
	return r.buf[r.start:r.end], nil
}

// extend adds a line to the row, or gives io.EOF where there is none.
func (r *Reader) extend() error {
	searched := r.end
	for {
		if i := bytes.IndexByte(r.buf[searched:r.full], '\n'); i >= 0 {
			r.end = searched + i + 1
			r.lines++
			return nil
		}
		searched = r.full
		if r.ended {
			if r.end == r.full {
				return io.EOF
			}
			r.end = r.full
			r.lines++
			return nil
		}
		moved := r.start
		if err := r.fill(); err != nil {
			return err
		}
		searched -= moved - r.start
	}
}

// fill reads more, behind the row, which moves to the beginning of the buffer.
func (r *Reader) fill() error {
	if r.start > 0 {
		copy(r.buf, r.buf[r.start:r.full])
		r.end, r.full, r.start = r.end-r.start, r.full-r.start, 0
	}
	if r.full == len(r.buf) {
		r.buf = append(r.buf, make([]byte, len(r.buf))...)
	}
	n, err := r.from.Read(r.buf[r.full:])
	r.full += n
	if errors.Is(err, io.EOF) {
		r.ended, err = true, nil
	}
	return err
}

// withoutEnd takes the line feed, and the carriage return before it, away.
func withoutEnd(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte{'\n'})
	return bytes.TrimSuffix(line, []byte{'\r'})
}

func (r *Reader) split(line []byte) {
	r.fields = r.fields[:0]
	for {
		i := bytes.IndexByte(line, r.comma)
		if i < 0 {
			r.fields = append(r.fields, line)
			return
		}
		r.fields = append(r.fields, line[:i:i])
		line = line[i+1:]
	}
}

// readQuoted reads a row with quotation marks. It goes on to the line up to
// which there is an even number of them: within quotes a line feed is text.
func (r *Reader) readQuoted() error {
	for bytes.Count(r.buf[r.start:r.end], []byte{'"'})%2 != 0 {
		if err := r.extend(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
	}
	r.feed.Reset(r.buf[r.start:r.end])
	record, err := r.quoted.Read()
	if err != nil {
		return r.wrong(err)
	}
	r.before, _ = r.quoted.FieldPos(0)
	r.fields, r.text = r.fields[:0], r.text[:0]
	for _, field := range record {
		r.text = append(r.text, field...)
	}
	rest := r.text
	for _, field := range record {
		r.fields = append(r.fields, rest[:len(field):len(field)])
		rest = rest[len(field):]
	}
	return nil
}

// wrong tells a row that is none. A ParseError counts the lines that quoted was
// given so far.
func (r *Reader) wrong(err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	return &RowError{parse.Line - parse.StartLine + r.first, parse.Err}
}
