package duckdbload

import (
	"bytes"
	"errors"
	"unicode/utf8"
)

// csvBlock is a stretch of a CSV file, and what a survey found in it when it
// took the first byte for the beginning of a record. It is that unless a line
// end within quotes stands before it.
type csvBlock struct {
	csvRows
	buf      []byte // data, and room behind it, so that words can be loaded
	data     []byte
	last     bool  // the file ends with it
	failed   error // the file could not be read on
	surveyed chan struct{}

	used    int // length of the records that are whole
	count   int64
	height  int64 // how many lines they have
	kinds   []fieldKinds
	problem error // with the record behind them

	quote, cr int // where the next of them stands, from used on
}

// survey reads the block. What it found is as if nothing had been read before.
func (b *csvBlock) survey() {
	b.used, b.count, b.height, b.problem, b.mixed = 0, 0, 0, nil, false
	b.kinds = make([]fieldKinds, b.columns)
	b.quote, b.cr = -1, -1
	// A block is a whole number of lines, and of characters then.
	quick := b.first != "\r" && utf8.Valid(b.data)
	for b.used < len(b.data) {
		if quick && b.quickRow() {
			continue
		}
		if b.problem = b.row(); b.problem != nil {
			break
		}
	}
	if errors.Is(b.problem, errRecordShort) {
		b.problem = nil
	}
}

// row reads a record of any form.
func (b *csvBlock) row() error {
	n, err := b.split(b.data[b.used:], b.last)
	if err != nil {
		return err
	}
	height := b.lines()
	if err := b.check(b.data[b.used : b.used+n]); err != nil {
		return err
	}
	for i := range min(b.columns, len(b.fields)) {
		f, k := b.fields[i], &b.kinds[i]
		if len(f.text) > 0 { // DuckDB takes an empty text for NULL
			k.note(f.text)
		}
		k.padded = k.padded || f.spaced
	}
	if len(b.fields) > 0 {
		b.count++
	}
	b.height += height
	b.used += n
	return nil
}

// quickRow reads a record that has a line of its own, no quote, and as many
// fields as the header. It reports whether it was one.
func (b *csvBlock) quickRow() bool {
	at, sep := b.used, b.delimiter
	for i := range b.kinds {
		if i+1 == len(b.kinds) {
			sep = b.first[0]
		}
		k := &b.kinds[i]
		size, by := 0, kinds(0)
		if k.left != 0 || !k.seen { // else it is text, whatever follows
			size, by = quickField((*[room]byte)(b.buf[at:]), sep)
		}
		if size == 0 {
			var ok bool
			if size, ok = b.quickText(at, sep); !ok {
				return false
			}
			if size > 0 && (k.left != 0 || !k.seen) {
				k.note(b.data[at : at+size])
			}
		} else if k.narrowQuickly(by); at+size >= len(b.data) {
			return false
		}
		at += size + 1
	}
	if b.first == "\r\n" {
		if at++; at > len(b.data) || b.data[at-1] != '\n' {
			return false
		}
	}
	if at-b.used > maxRecord {
		return false
	}
	b.used = at
	b.count++
	b.height++
	return true
}

// quickText is the size of a field without quote and line end that sep follows.
func (b *csvBlock) quickText(at int, sep byte) (size int, ok bool) {
	size = bytes.IndexByte(b.data[at:], sep)
	if size < 0 {
		return 0, false
	}
	field := b.data[at : at+size]
	if b.next(&b.quote, '"') < at+size || b.next(&b.cr, '\r') < at+size || bytes.IndexByte(field, '\n') >= 0 {
		return 0, false
	}
	if sep != b.delimiter && (bytes.IndexByte(field, b.delimiter) >= 0 || at+size == b.used) {
		return 0, false // another number of fields, or an empty line
	}
	return size, true
}

// next is where the next c stands from used on; at is where the last one was
// found.
func (b *csvBlock) next(at *int, c byte) int {
	if *at < b.used {
		*at = len(b.data)
		if i := bytes.IndexByte(b.data[b.used:], c); i >= 0 {
			*at = b.used + i
		}
	}
	return *at
}
