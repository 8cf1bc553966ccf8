package csvresample

import "bytes"

// What can follow a field.
type terminator int

const (
	otherText terminator = iota
	fieldEnd
	rowEnd
	unknown // until more is loaded
)

const (
	bareQuote    = "a field has a quote in it but does not begin with one"
	textBehind   = "a quoted field goes on behind its closing quote"
	quoteMissing = "the file ends within a quoted field"
)

// nextQuoted reads a row with quotes by the rules of RFC 4180.
func (s *scanner) nextQuoted() bool {
	data := s.buf[s.pos:s.end]
	s.decoded, s.row.ends = s.decoded[:0], s.row.ends[:0]
	for at := 0; ; {
		size, reason := s.decodeField(data[at:])
		if reason != "" {
			s.err = s.broken(reason)
			return false
		}
		if size < 0 {
			return false
		}
		at += size
		s.row.ends = append(s.row.ends, len(s.decoded))
		end, width := s.terminator(data[at:])
		if end == rowEnd {
			s.finishQuoted(data[:at], data[:at+width])
			return true
		}
		s.decoded = append(s.decoded, s.delimiter[0])
		at += width
	}
}

func (s *scanner) finishQuoted(raw, whole []byte) {
	s.row.raw, s.row.text, s.row.quoted, s.row.line = raw, s.decoded, true, s.line
	s.line += bytes.Count(whole, []byte("\n"))
	s.pos += len(whole)
	s.findQuote()
}

// decodeField appends a field's text to the row's, and gives its size in data;
// -1 when its end is not loaded yet.
func (s *scanner) decodeField(data []byte) (size int, reason string) {
	if len(data) > 0 && data[0] == '"' {
		return s.decodeQuoted(data)
	}
	for i, c := range data {
		switch c {
		case '"':
			return 0, bareQuote
		case s.delimiter[0], '\n':
			return s.decodePlain(data, i), ""
		}
	}
	if !s.eof {
		return -1, ""
	}
	data = trimReturn(data)
	s.decoded = append(s.decoded, data...)
	return len(data), ""
}

func (s *scanner) decodePlain(data []byte, end int) int {
	field := data[:end]
	if data[end] == '\n' {
		field = trimReturn(field)
	}
	s.decoded = append(s.decoded, field...)
	return len(field)
}

// decodeQuoted decodes a field that begins with a quote; two within it are one.
func (s *scanner) decodeQuoted(data []byte) (size int, reason string) {
	for at := 1; ; {
		n := bytes.IndexByte(data[at:], '"')
		if n < 0 {
			if s.eof {
				return 0, quoteMissing
			}
			return -1, ""
		}
		s.decoded = append(s.decoded, data[at:at+n]...)
		at += n + 1
		if at < len(data) && data[at] == '"' {
			s.decoded = append(s.decoded, '"')
			at++
			continue
		}
		switch end, _ := s.terminator(data[at:]); end {
		case otherText:
			return 0, textBehind
		case unknown:
			return -1, ""
		}
		return at, ""
	}
}

// terminator tells what data begins with, and how long that is.
func (s *scanner) terminator(data []byte) (end terminator, width int) {
	switch {
	case len(data) == 0:
		if s.eof {
			return rowEnd, 0
		}
		return unknown, 0
	case data[0] == s.delimiter[0]:
		return fieldEnd, 1
	case data[0] == '\n':
		return rowEnd, 1
	case data[0] == '\r' && len(data) == 1:
		if s.eof {
			return rowEnd, 1
		}
		return unknown, 0
	case data[0] == '\r' && data[1] == '\n':
		return rowEnd, 2
	}
	return otherText, 0
}
