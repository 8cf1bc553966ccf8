package csvresample

import "bytes"

// What can be wrong with a row that has quotes, or none where it needs them.
const (
	bareQuote    = "a field has a quote in it but does not begin with one"
	textBehind   = "a quoted field goes on behind its closing quote"
	quoteMissing = "the file ends within a quoted field"
	rowTooLong   = "the row is longer than 16 MiB; a quote that opens a field may lack its counterpart"
)

// quotedRow is the size of the row with which data begins, its line end
// included, by the rules of RFC 4180; 0 when the end is not in data. Of a row
// that is broken it is the size of the first line, and the reason says what is
// wrong: reading goes on behind that line.
func quotedRow(data []byte, delimiter byte) (size int, reason string) {
	for at := 0; at < len(data); {
		var end terminator
		if data[at] == '"' {
			at, end = closing(data, at+1, delimiter)
		} else {
			at, end = plainEnd(data, at, delimiter)
		}
		switch end {
		case fieldEnd:
			at++
		case rowEnd:
			return at + 1, ""
		case notClosed:
			return 0, ""
		case strayQuote:
			return lineSize(data), bareQuote
		case strayText:
			return lineSize(data), textBehind
		}
	}
	return 0, ""
}

// lineSize is the size of the first line; 0 when its end is not in data.
func lineSize(data []byte) int { return bytes.IndexByte(data, '\n') + 1 }

// terminator is what ends a field.
type terminator int

const (
	fieldEnd terminator = iota
	rowEnd
	notClosed // data ends first
	strayQuote
	strayText
)

// plainEnd is where a field without quotes ends: at its delimiter or line feed.
func plainEnd(data []byte, at int, delimiter byte) (int, terminator) {
	for ; at < len(data); at++ {
		switch data[at] {
		case delimiter:
			return at, fieldEnd
		case '\n':
			return at, rowEnd
		case '"':
			return at, strayQuote
		}
	}
	return at, notClosed
}

// closing is where a field in quotes ends, from behind the opening one: at the
// delimiter or line feed behind the closing one. Two quotes in it are a text.
func closing(data []byte, at int, delimiter byte) (int, terminator) {
	for {
		n := bytes.IndexByte(data[at:], '"')
		if n < 0 || at+n+1 == len(data) {
			return at, notClosed
		}
		at += n + 1
		if data[at] != '"' {
			break
		}
		at++
	}
	if data[at] == '\r' && at+1 < len(data) && data[at+1] == '\n' {
		at++
	}
	switch {
	case data[at] == delimiter:
		return at, fieldEnd
	case data[at] == '\n':
		return at, rowEnd
	case data[at] == '\r' && at+1 == len(data):
		return at, notClosed
	}
	return at, strayText
}

// decode splits a row with quotes, which is not broken, into its fields.
func (s *scanner) decode(raw []byte) {
	s.decoded, s.row.ends = s.decoded[:0], s.row.ends[:0]
	for at := 0; ; at++ {
		if at < len(raw) && raw[at] == '"' {
			at = s.decodeQuoted(raw, at+1)
		} else {
			size := bytes.IndexByte(raw[at:], s.delimiter)
			if size < 0 {
				size = len(raw) - at
			}
			s.decoded = append(s.decoded, raw[at:at+size]...)
			at += size
		}
		s.row.ends = append(s.row.ends, len(s.decoded))
		if at >= len(raw) {
			break
		}
		s.decoded = append(s.decoded, s.delimiter)
	}
	s.row.text = s.decoded
}

// decodeQuoted decodes a field in quotes, and gives the place behind it.
func (s *scanner) decodeQuoted(raw []byte, at int) int {
	for {
		n := bytes.IndexByte(raw[at:], '"')
		s.decoded = append(s.decoded, raw[at:at+n]...)
		if at += n + 1; at == len(raw) || raw[at] != '"' {
			return at
		}
		s.decoded = append(s.decoded, '"')
		at++
	}
}
