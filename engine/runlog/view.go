package runlog

import (
	"bytes"
	"encoding/hex"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// view is a text with its escapes decoded, in which each byte knows from which
// stretch of the original it came. A secret that is found in the view is masked
// in the original, however its escapes were written.
type view struct {
	text     []byte
	from, to []int
}

// unbackslashed decodes the escapes of JSON and Go strings.
func unbackslashed(b []byte) (view, bool) { return decoded(b, '\\', backslashed) }

// unpercented decodes the escapes of URLs.
func unpercented(b []byte) (view, bool) { return decoded(b, '%', percented) }

// decoded makes a view. one appends what the escape at the start of a text
// means and gives the escape's length, 0 if it is none. Without any escape
// there is no view.
func decoded(b []byte, lead byte, one func(dst, b []byte) ([]byte, int)) (view, bool) {
	i := bytes.IndexByte(b, lead)
	if i < 0 {
		return view{}, false
	}
	v := view{text: make([]byte, 0, len(b)), from: make([]int, 0, len(b)), to: make([]int, 0, len(b))}
	changed := false
	for i := 0; i < len(b); {
		n := 0
		if b[i] == lead {
			v.text, n = one(v.text, b[i:])
		}
		if changed = changed || n > 0; n == 0 {
			v.text = append(v.text, b[i])
			n = 1
		}
		for len(v.from) < len(v.text) {
			v.from, v.to = append(v.from, i), append(v.to, i+n)
		}
		i += n
	}
	return v, changed
}

// percented decodes %41.
func percented(dst, b []byte) ([]byte, int) {
	if v, ok := hexValue(b, 1, 2); ok {
		return append(dst, v[0]), 3
	}
	return dst, 0
}

// backslashed decodes \n, \", \x41, \u00e9, \U0001f511 and surrogate pairs.
func backslashed(dst, b []byte) ([]byte, int) {
	if len(b) < 2 {
		return dst, 0
	}
	const letters, means = `abfnrtv\"'/`, "\a\b\f\n\r\t\v\\\"'/"
	if i := strings.IndexByte(letters, b[1]); i >= 0 {
		return append(dst, means[i]), 2
	}
	switch b[1] {
	case 'x':
		if v, ok := hexValue(b, 2, 2); ok {
			return append(dst, v[0]), 4
		}
	case 'u':
		return utf16Escape(dst, b)
	case 'U':
		if v, ok := hexValue(b, 2, 8); ok {
			return utf8.AppendRune(dst, rune(v[0])<<24|rune(v[1])<<16|rune(v[2])<<8|rune(v[3])), 10
		}
	}
	return dst, 0
}

// utf16Escape decodes \u00e9, or a surrogate pair of two such escapes.
func utf16Escape(dst, b []byte) ([]byte, int) {
	high, ok := utf16Unit(b)
	if !ok {
		return dst, 0
	}
	if low, ok := utf16Unit(b[6:]); ok {
		if pair := utf16.DecodeRune(high, low); pair != utf8.RuneError {
			return utf8.AppendRune(dst, pair), 12
		}
	}
	return utf8.AppendRune(dst, high), 6
}

func utf16Unit(b []byte) (rune, bool) {
	v, ok := hexValue(b, 2, 4)
	return rune(v[0])<<8 | rune(v[1]), ok && b[0] == '\\' && b[1] == 'u'
}

// hexValue reads so many hex digits, two a byte, from a place in b.
func hexValue(b []byte, at, digits int) (v [4]byte, ok bool) {
	if len(b) < at+digits {
		return v, false
	}
	_, err := hex.Decode(v[:], b[at:at+digits])
	return v, err == nil
}
