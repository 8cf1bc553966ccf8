package csvresample

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// row is one row of a chunk. Its bytes are the chunk's or the scanner's.
type row struct {
	raw    []byte // as it stands in the file, without its line end
	text   []byte // the fields without their quotes, one byte between two
	ends   []int  // of the fields in text
	split  bool   // ends is complete
	line   int    // in which it begins, from 1 in its chunk
	broken string // what is wrong with its quotes

	// numbers are those of value columns as far as they were read on the way.
	numbers []number
	kinds   []kind
	read    bool // numbers and kinds are filled in
	plain   bool // and none is left unread
}

// reserve makes room for the numbers of some columns.
func (r *row) reserve(columns int) {
	if len(r.kinds) < columns {
		r.numbers, r.kinds = make([]number, columns), make([]kind, columns)
	}
}

// begin makes the row another one, which is not split yet.
func (r *row) begin(raw []byte, line int) {
	r.raw, r.text, r.line = raw, raw, line
	r.split, r.read, r.plain, r.broken = false, false, false, ""
}

const (
	lowBits  = 0x7f7f7f7f7f7f7f7f
	highBits = 0x8080808080808080
	everyOne = 0x0101010101010101
)

// worthCounting is the length from which counting what is left of a row at
// once is faster than finding every field.
const worthCounting = 64

// splitUpTo finds the fields up to the given one at least, and counts all.
func (r *row) splitUpTo(delimiter byte, upTo int) int {
	if r.split {
		return len(r.ends)
	}
	text, at := r.text, 0
	r.ends = r.ends[:0]
	pattern := uint64(delimiter) * everyOne
	for ; len(text)-at >= 8; at += 8 {
		if len(r.ends) > upTo && len(text)-at >= worthCounting {
			return len(r.ends) + bytes.Count(text[at:], []byte{delimiter}) + 1
		}
		r.addEnds(binary.LittleEndian.Uint64(text[at:])^pattern, at)
	}
	if left := len(text) - at; left > 0 {
		r.addEnds(lastBytes(text, left)^pattern, at)
	}
	r.ends = append(r.ends, len(text))
	return len(r.ends)
}

// addEnds adds the positions of the zero bytes in v, the lowest of which
// stands at the given position.
func (r *row) addEnds(v uint64, at int) {
	for m := zeroBytes(v); m != 0; m &= m - 1 {
		r.ends = append(r.ends, at+bits.TrailingZeros64(m)/8)
	}
}

// lastBytes are the last n bytes of text, fewer than 8, and zeros above them.
func lastBytes(text []byte, n int) uint64 {
	if len(text) >= 8 {
		return binary.LittleEndian.Uint64(text[len(text)-8:]) >> (64 - 8*n)
	}
	var word [8]byte
	copy(word[:], text[len(text)-n:])
	return binary.LittleEndian.Uint64(word[:])
}

// zeroBytes has the top bit of each byte that is zero in v, and no other.
func zeroBytes(v uint64) uint64 { return ^((v&lowBits + lowBits) | v | lowBits) }

// field is the text of a field that was found.
func (r *row) field(i int) []byte {
	if i == 0 {
		return r.text[:r.ends[0]]
	}
	return r.text[r.ends[i-1]+1 : r.ends[i]]
}
