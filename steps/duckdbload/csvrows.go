package duckdbload

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// csvRows cuts the records behind a header and refuses those that DuckDB would
// not take as they are meant.
type csvRows struct {
	csvReader
	columns int
	first   string // the line end of the header
	mixed   bool   // a line ended in another way
}

// check looks at the record that was cut last, with its line end. Of an empty
// line between rows it leaves no field.
func (r *csvRows) check(record []byte) error {
	switch got := len(r.fields); {
	case len(record) > maxRecord:
		return errLongRecord
	case !utf8.Valid(record):
		return errNotUTF8
	case got == r.columns:
	case r.blank():
		r.fields = r.fields[:0]
	case got == r.columns+1 && len(r.fields[r.columns].text) == 0 && !r.fields[r.columns].quoted:
		// a separator at the end of a line stands for no field
	default:
		return fmt.Errorf("the row has %s, the header %d", count(got, "field"), r.columns)
	}
	if r.ending != "" && r.ending != r.first {
		r.mixed = true
		if r.ending == "\r" || r.first == "\r" || r.columns == 1 {
			return errMixedEnds
		}
	}
	return nil
}

// lines counts the lines of the record that was cut last.
func (r *csvReader) lines() int64 {
	n := int64(1)
	for _, f := range r.fields {
		if f.quoted {
			n += int64(bytes.Count(f.text, []byte("\n")))
			if bytes.IndexByte(f.text, '\r') >= 0 {
				n += int64(bytes.Count(f.text, []byte("\r")) - bytes.Count(f.text, []byte("\r\n")))
			}
		}
	}
	return n
}
