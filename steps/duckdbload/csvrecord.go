package duckdbload

import (
	"bytes"
	"errors"
	"fmt"
)

// csvReader cuts CSV (RFC 4180) into records. It takes what DuckDB's strict
// parser takes: a double quote is special only where a field begins, a space
// may stand before one and spaces behind one that closes, and a line ends in LF, CRLF or CR.
type csvReader struct {
	delimiter byte
	fields    []csvField // of the record that split has cut
	ending    string     // the line end of that record, empty at the end of the file
}

// csvField is a field of a record. Text is what stands between the quotes, a
// doubled quote still being two.
type csvField struct {
	text   []byte
	quoted bool
	spaced bool // spaces stand outside the quotes
}

// value is the field's text, with quotes no longer doubled.
func (f csvField) value() []byte {
	if !f.quoted {
		return f.text
	}
	return bytes.ReplaceAll(f.text, []byte(`""`), []byte(`"`))
}

// blank reports whether the record is an empty line.
func (r *csvReader) blank() bool {
	return len(r.fields) == 1 && len(r.fields[0].text) == 0 && !r.fields[0].quoted
}

var (
	errUnclosed    = errors.New("a double quote is not closed")
	errSpaces      = errors.New("more than one space stands before a double quote")
	errAfterQuote  = errors.New("text follows a closing double quote")
	errLongRecord  = fmt.Errorf("the row is longer than %d bytes, the most that DuckDB takes", maxRecord)
	errRecordShort = errors.New("more data is needed") // never leaves this package's readers
)

// maxRecord is the default of DuckDB's max_line_size.
const maxRecord = 2_000_000

// split cuts the first record off data and gives its length with the line end.
// last says that the file ends with data. errRecordShort asks for more data.
func (r *csvReader) split(data []byte, last bool) (int, error) {
	r.fields = r.fields[:0]
	for pos := 0; ; {
		field, end, err := r.field(data, pos, last)
		if err != nil {
			return 0, err
		}
		r.fields = append(r.fields, field)
		if end == len(data) {
			r.ending = ""
			return end, nil
		}
		if data[end] == r.delimiter {
			pos = end + 1
			continue
		}
		if data[end] == '\r' && end+1 == len(data) && !last {
			return 0, errRecordShort // an LF may follow
		}
		r.ending = lineEnd(data[end:])
		return end + len(r.ending), nil
	}
}

func lineEnd(at []byte) string {
	switch {
	case at[0] == '\n':
		return "\n"
	case len(at) > 1 && at[1] == '\n':
		return "\r\n"
	}
	return "\r"
}

// field cuts the field that begins at start. end is where its delimiter or
// line end stands, or the end of the file.
func (r *csvReader) field(data []byte, start int, last bool) (f csvField, end int, err error) {
	quote := start
	for quote < len(data) && data[quote] == ' ' {
		quote++
	}
	switch {
	case quote == len(data) && !last:
		return f, 0, errRecordShort
	case quote < len(data) && data[quote] == '"' && quote > start+1:
		return f, 0, errSpaces // DuckDB would make the quotes part of the text
	case quote < len(data) && data[quote] == '"':
		f, end, err = r.quoted(data, quote+1, last)
		f.spaced = f.spaced || quote > start
		return f, end, err
	}
	for end = start; end < len(data); end++ {
		if c := data[end]; c == r.delimiter || c == '\n' || c == '\r' {
			return csvField{text: data[start:end]}, end, nil
		}
	}
	if !last {
		return f, 0, errRecordShort
	}
	return csvField{text: data[start:]}, end, nil
}

// quoted cuts a field whose text begins at start, behind a quote.
func (r *csvReader) quoted(data []byte, start int, last bool) (f csvField, end int, err error) {
	for end = start; ; end += 2 {
		i := bytes.IndexByte(data[end:], '"')
		switch {
		case i < 0 && last:
			return f, 0, errUnclosed
		case i < 0 || (end+i+1 == len(data) && !last):
			return f, 0, errRecordShort
		}
		end += i
		if end+1 == len(data) || data[end+1] != '"' {
			break
		}
	}
	f = csvField{text: data[start:end], quoted: true}
	for end++; end < len(data) && data[end] == ' '; end++ {
		f.spaced = true
	}
	switch {
	case end == len(data) && !last:
		return f, 0, errRecordShort
	case end < len(data) && data[end] != r.delimiter && data[end] != '\n' && data[end] != '\r':
		return f, 0, errAfterQuote
	}
	return f, end, nil
}
