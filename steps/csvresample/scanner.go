package csvresample

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

const (
	blockSize = 256 << 10 // fits the second-level cache
	maxRow    = 16 << 20  // thousands of columns take a tenth of this
)

// scanner cuts a stream into rows, a block at a time: load brings the next
// block, next gives the rows that are complete in it, until finished.
type scanner struct {
	src       io.Reader
	delimiter []byte // one byte
	buf       []byte
	pos, end  int  // what is loaded and not yet read
	quote     int  // where the first quote from pos on stands; end when there is none
	eof       bool // nothing comes after end
	begun     bool
	line      int // in which the next row begins, from 1; counts physical lines
	row       row
	decoded   []byte // text of a row with quotes
	err       error
}

func newScanner(size int) *scanner { return &scanner{buf: make([]byte, size)} }

// reset makes the scanner read another stream from its beginning.
func (s *scanner) reset(src io.Reader, delimiter byte) {
	*s = scanner{src: src, delimiter: []byte{delimiter}, buf: s.buf, line: 1, row: row{ends: s.row.ends}, decoded: s.decoded}
}

// finished reports whether no row is left, or none can be read.
func (s *scanner) finished() bool { return s.err != nil || s.eof && s.pos == s.end }

// load reads on behind the part of a row that is left of the last block. Rows
// read before are then gone.
func (s *scanner) load() error {
	left := copy(s.buf, s.buf[s.pos:s.end])
	if left == len(s.buf) {
		if len(s.buf) >= maxRow {
			s.err = s.broken(fmt.Sprintf("the row is longer than %d MiB; a quote that opens a field may lack its counterpart", maxRow>>20))
			return nil
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	n, err := io.ReadFull(s.src, s.buf[left:])
	s.pos, s.end = 0, left+n
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		s.eof, err = true, nil
	}
	if !s.begun && bytes.HasPrefix(s.buf[:s.end], []byte("\ufeff")) {
		s.pos = len("\ufeff")
	}
	s.begun = true
	s.findQuote()
	return err
}

func (s *scanner) findQuote() {
	s.quote = s.end
	if i := bytes.IndexByte(s.buf[s.pos:s.end], '"'); i >= 0 {
		s.quote = s.pos + i
	}
}

// next brings the next row that is complete in the block. It stops at a row
// that is broken, which err then tells.
func (s *scanner) next() bool {
	for s.pos < s.end && s.err == nil {
		data := s.buf[s.pos:s.end]
		size := bytes.IndexByte(data, '\n')
		width := size + 1
		if size < 0 {
			size, width = len(data), len(data)
		}
		if s.pos+size > s.quote {
			return s.nextQuoted()
		}
		if size == width && !s.eof {
			return false
		}
		text := trimReturn(data[:size])
		s.row.line = s.line
		s.line++
		s.pos += width
		if len(text) > 0 {
			s.row.raw, s.row.text, s.row.quoted = text, text, false
			return true
		}
	}
	return false
}

// lastIsOpen reports whether the row read last is the file's last and has no
// line end.
func (s *scanner) lastIsOpen() bool {
	return s.eof && s.pos == s.end && s.end > 0 && s.buf[s.end-1] != '\n'
}

// trimReturn takes the first half of a CRLF off a line.
func trimReturn(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}

// brokenRow is what is wrong with a row, and where.
type brokenRow struct {
	line   int
	text   string // the row's first line
	reason string
}

// Error says why the row is broken.
func (b *brokenRow) Error() string { return b.reason }

// broken says what is wrong with the row that begins at pos.
func (s *scanner) broken(reason string) *brokenRow {
	text, _, _ := bytes.Cut(s.buf[s.pos:s.end], []byte("\n"))
	return &brokenRow{line: s.line, text: shorten(trimReturn(text)), reason: reason}
}
