package duckdbload

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"unicode/utf8"
)

// header reads the first record.
func (c *csvScan) header(ctx context.Context) error {
	w := c.window
	if err := w.more(ctx); err != nil {
		return err
	}
	if bytes.HasPrefix(w.data(), []byte("\xff\xfe")) || bytes.HasPrefix(w.data(), []byte("\xfe\xff")) {
		return &fault{line: 1, err: errNotUTF8}
	}
	if bytes.HasPrefix(w.data(), []byte(byteOrderMark)) {
		w.skip(len(byteOrderMark))
	}
	c.delimiter = delimiterOf(c.source.format, w.data())
	c.source.delimiter = c.delimiter
	more, err := c.next(ctx)
	if err != nil {
		return err
	}
	if !more {
		return errNoHeader
	}
	c.first = c.ending
	c.line += c.height
	if c.source.columns == nil {
		c.source.columns, err = c.headerColumns()
	}
	c.columns = len(c.source.columns)
	return err
}

// headerColumns makes columns of the first record. A column without a name is
// called by its place, as DuckDB does.
func (c *csvScan) headerColumns() ([]sourceColumn, error) {
	if c.blank() {
		return nil, &fault{line: 1, err: errBlankHeader}
	}
	if !utf8.Valid(c.record) {
		return nil, &fault{line: 1, err: errNotUTF8}
	}
	columns := make([]sourceColumn, len(c.fields))
	data := true
	for i, f := range c.fields {
		name := strings.Trim(string(f.value()), " ")
		if strings.ContainsRune(name, 0) {
			return nil, &fault{line: 1, err: errNULName}
		}
		// DuckDB would take no row from the file.
		if strings.ContainsAny(strings.ReplaceAll(name, c.ending, ""), "\r\n") {
			return nil, &fault{line: 1, err: errBreakInName}
		}
		data = data && kindsOf(f.text) != 0
		if name == "" {
			name = fmt.Sprintf("column%d", i)
		}
		columns[i] = sourceColumn{name: name}
	}
	if data {
		return nil, &fault{line: 1, err: errDataHeader}
	}
	return columns, nil
}

// delimiterOf finds what separates the fields: a tab in TSV, and otherwise the
// candidate that stands most often in the header outside quotes.
func delimiterOf(format string, data []byte) byte {
	if format == tsvFormat {
		return '\t'
	}
	best, most := byte(','), 0
	for _, candidate := range []byte{',', ';', '\t', '|'} {
		if n := unquotedCount(data, candidate); n > most {
			best, most = candidate, n
		}
	}
	return best
}

func unquotedCount(data []byte, c byte) int {
	n, quoted := 0, false
	for _, d := range data {
		switch {
		case d == '"':
			quoted = !quoted
		case quoted:
		case d == c:
			n++
		case d == '\n' || d == '\r':
			return n
		}
	}
	return n
}
