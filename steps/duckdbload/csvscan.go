package duckdbload

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"unicode/utf8"
)

// scanCSV reads the header into the source's columns, unless they are known,
// and calls visit with each row and the line that it begins on. A row that is
// not well formed ends the scan with a fault.
func (s *source) scanCSV(ctx context.Context, visit func(r *csvReader, line int64) error) error {
	w, err := openWindow(s.path, s.compression)
	if err != nil {
		return err
	}
	defer w.close()
	scan := csvScan{source: s, window: w, line: 1}
	if err := scan.header(ctx); err != nil {
		return err
	}
	for {
		more, err := scan.next(ctx)
		if err != nil || !more {
			return err
		}
		if err := scan.check(); err != nil {
			return err
		}
		if len(scan.fields) > 0 {
			if err := visit(&scan.csvReader, scan.line); err != nil {
				return err
			}
		}
		scan.line += scan.height
	}
}

// csvScan is a pass over a CSV file.
type csvScan struct {
	csvReader
	source *source
	window *window
	record []byte // the record last cut, with its line end
	line   int64  // the line it begins on, from 1
	height int64  // how many lines it has
	first  string // the line end of the header
}

// next cuts the next record, of which there may be none.
func (c *csvScan) next(ctx context.Context) (bool, error) {
	for {
		data, last := c.window.data(), c.window.last
		if len(data) == 0 && last {
			return false, nil
		}
		n, err := c.split(data, last)
		if err == nil && len(data) > 0 {
			c.record = data[:n]
			c.window.skip(n)
			c.height = c.lines()
			return true, nil
		}
		if err != nil && !errors.Is(err, errRecordShort) {
			return false, &fault{line: c.line, err: err}
		}
		if len(data) > maxRecord {
			return false, &fault{line: c.line, err: errLongRecord}
		}
		if err := c.window.more(ctx); err != nil {
			return false, err
		}
	}
}

// lines counts the lines of the record last cut.
func (c *csvScan) lines() int64 {
	n := int64(1)
	for _, f := range c.fields {
		if f.quoted {
			n += int64(bytes.Count(f.text, []byte("\n")))
			if bytes.IndexByte(f.text, '\r') >= 0 {
				n += int64(bytes.Count(f.text, []byte("\r")) - bytes.Count(f.text, []byte("\r\n")))
			}
		}
	}
	return n
}

// check refuses a record that DuckDB would not take as it is meant. Of an
// empty line between rows it leaves no field.
func (c *csvScan) check() error {
	want := len(c.source.columns)
	switch got := len(c.fields); {
	case len(c.record) > maxRecord:
		return &fault{line: c.line, err: errLongRecord}
	case !utf8.Valid(c.record):
		return &fault{line: c.line, err: errNotUTF8}
	case got == want:
	case c.blank():
		c.fields = c.fields[:0]
	case got == want+1 && len(c.fields[want].text) == 0 && !c.fields[want].quoted:
		// a separator at the end of a line stands for no field
	default:
		return &fault{line: c.line, err: fmt.Errorf("the row has %s, the header %d", count(got, "field"), want)}
	}
	if c.ending != "" && c.ending != c.first {
		c.source.mixedEnds = true
		if c.ending == "\r" || c.first == "\r" || want == 1 {
			return &fault{line: c.line, err: errMixedEnds}
		}
	}
	return nil
}
