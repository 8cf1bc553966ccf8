package csvresample

import "bytes"

// scanner gives the rows of a chunk.
type scanner struct {
	delimiter byte
	data      []byte // the chunk's rows
	pos       int
	quote     int // where the first quote from pos on stands; the end when there is none
	line      int // lines of the chunk before pos; a line break within quotes ends one too
	chunk     *chunk
	row       row
	decoded   []byte // text of a row with quotes
}

// reset makes the scanner give the rows of a chunk.
func (s *scanner) reset(c *chunk) {
	s.chunk, s.data, s.pos, s.line = c, c.rows, c.start, 0
	s.findQuote()
}

func (s *scanner) findQuote() {
	s.quote = len(s.data)
	if i := bytes.IndexByte(s.data[s.pos:], '"'); i >= 0 {
		s.quote = s.pos + i
	}
}

// next brings the next row. One that is broken by its quotes has a reason and
// is its first line.
func (s *scanner) next() bool {
	for s.pos < len(s.data) {
		size := bytes.IndexByte(s.data[s.pos:], '\n')
		if s.pos+size > s.quote {
			s.nextQuoted()
			return true
		}
		text := trimReturn(s.data[s.pos : s.pos+size])
		s.pos += size + 1
		s.line++
		if len(text) > 0 {
			s.row.begin(text, s.line)
			return true
		}
	}
	return false
}

func (s *scanner) nextQuoted() {
	data := s.data[s.pos:]
	reason := s.chunk.broken[s.pos]
	size := lineSize(data)
	if reason == "" {
		size, _ = quotedRow(data, s.delimiter)
	}
	raw := trimReturn(data[:size-1])
	s.row.begin(raw, s.line+1)
	if s.row.broken = reason; reason == "" {
		s.decode(raw)
		s.row.split = true
	}
	s.line += bytes.Count(data[:size], []byte("\n"))
	s.pos += size
	s.findQuote()
}

// lastIsOpen reports whether the row read last is the input's last and has no
// line end.
func (s *scanner) lastIsOpen() bool { return s.chunk.open && s.pos == len(s.data) }

// trimReturn takes the first half of a CRLF off a line.
func trimReturn(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}
