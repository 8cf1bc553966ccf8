package csvresample

import (
	"bytes"
	"errors"
	"io"
)

const (
	blockSize = 256 << 10 // fits the second-level cache
	maxRow    = 16 << 20  // thousands of columns take a tenth of this
	// slack is how many bytes behind a chunk's rows can be looked at, so that
	// eight can be loaded wherever one is.
	slack = 16
	// byteOrderMark may begin a file in UTF-8.
	byteOrderMark = "\ufeff"
)

// chunk is a stretch of whole rows of an input. Its last byte is a line feed,
// which was added where the input lacks it.
type chunk struct {
	rows   []byte
	start  int            // of the first row that is to be read
	broken map[int]string // where a row begins that is broken by its quotes, and why
	open   bool           // the input's last line has no end
	buf    []byte
}

// cutter cuts a stream into chunks, which depend on nothing but its content and
// the size of a block. What is between quotes is not cut.
type cutter struct {
	src       io.Reader
	delimiter byte
	block     int
	left      []byte // a row's beginning, for the next chunk
	begun     bool
	done      bool // nothing is left to be read
}

func newCutter(src io.Reader, delimiter byte, block int) *cutter {
	return &cutter{src: src, delimiter: delimiter, block: max(block, len(byteOrderMark)+1)}
}

// cut brings the next chunk, in the bytes of an old one; false at the end.
func (c *cutter) cut(into *chunk) (bool, error) {
	if c.done {
		return false, nil
	}
	*into = chunk{buf: into.buf}
	end := 0
	for end == 0 && !c.done {
		if err := c.fill(into); err != nil {
			c.done = true
			return false, err
		}
		end = into.wholeRows(c.delimiter, c.done)
		if end == 0 && len(into.rows) > maxRow {
			c.done = true
			return false, errEndless(into)
		}
	}
	c.left = append(c.left[:0], into.rows[end:]...)
	into.rows = into.rows[:end]
	return end > 0, nil
}

// fill brings a block behind what is left of the last one, or doubles what the
// chunk has.
func (c *cutter) fill(into *chunk) error {
	beginning := into.rows
	if len(beginning) == 0 {
		beginning = c.left
	}
	have := len(beginning)
	upTo := max(c.block, 2*have)
	if len(into.buf) < upTo+1+slack {
		into.buf = make([]byte, upTo+1+slack)
	}
	copy(into.buf, beginning)
	n, err := readFull(c.src, into.buf[have:upTo])
	n += have
	if !c.begun && bytes.HasPrefix(into.buf[:n], []byte(byteOrderMark)) {
		n = copy(into.buf, into.buf[len(byteOrderMark):n])
	}
	c.begun = true
	if errors.Is(err, io.EOF) {
		c.done, err = true, nil
		if into.open = n > 0 && into.buf[n-1] != '\n'; into.open {
			into.buf[n] = '\n'
			n++
		}
	}
	into.rows = into.buf[:n]
	return err
}

// readFull fills a buffer, or says io.EOF when it can not. Unlike io.ReadFull
// it tells the end from io.ErrUnexpectedEOF, which is that of an archive that
// was cut off.
func readFull(src io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var more int
		more, err = src.Read(buf[n:])
		n += more
	}
	return n, err
}

// errEndless is about a row that does not end for longer than any row is.
func errEndless(in *chunk) error {
	return &badRow{line: 1, text: in.rows[:200], reason: rowTooLong, remedy: remedyQuotes}
}

// wholeRows is the size of the rows that are complete in what the chunk has,
// which begins with one. At the end of an input every row is. Whether a row is
// broken may show only behind its first line, so that is noted here.
func (c *chunk) wholeRows(delimiter byte, final bool) int {
	data := c.rows
	c.broken = nil
	for at := 0; ; {
		quote := bytes.IndexByte(data[at:], '"')
		if quote < 0 {
			return at + bytes.LastIndexByte(data[at:], '\n') + 1
		}
		at += bytes.LastIndexByte(data[at:at+quote], '\n') + 1
		size, reason := quotedRow(data[at:], delimiter)
		if size == 0 && reason == "" && final {
			size, reason = lineSize(data[at:]), quoteMissing
		} else if size == 0 && reason == "" && len(data)-at > maxRow {
			size, reason = lineSize(data[at:]), rowTooLong
		}
		if size == 0 {
			return at
		}
		if reason != "" {
			if c.broken == nil {
				c.broken = map[int]string{}
			}
			c.broken[at] = reason
		}
		at += size
	}
}
