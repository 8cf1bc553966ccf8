package duckdbload

import (
	"encoding/binary"
	"math/bits"
)

const (
	wordSize = 8 // how many bytes are looked at in one go
	room     = 32
)

// The bytes of a word are looked at all at once: each of these has its value
// in every byte.
const (
	everyLow  = 0x0101010101010101
	everyHigh = 0x8080808080808080
	everyBut  = everyHigh - everyLow // 0x7f
)

// noDigits marks the bytes of w that are no digits, in their highest bits.
func noDigits(w uint64) uint64 {
	return ((w&everyBut + (0x7f-'9')*everyLow) | (^(w&everyBut + (0x80-'0')*everyLow)) | w) & everyHigh
}

// word loads the bytes at the beginning of a text, the first of them lowest.
func word(text []byte) uint64 { return binary.LittleEndian.Uint64(text) }

// quickField reads a field of one of the commonest forms: a number, a date, a
// time or both, without spaces around. size is 0 for any other, and kinds is
// what kindsOf gives. What stands behind the field must be sep.
func quickField(text *[room]byte, sep byte) (size int, by kinds) {
	w := word(text[:])
	others := noDigits(w)
	digits := bits.TrailingZeros64(others) / 8 // 8 when there are only digits
	switch text[digits] {
	case sep:
		size, by = digits, isBigint|isHugeint|isDouble
	case '.':
		others &= others - 1
		size, by = bits.TrailingZeros64(others)/8, isDouble
	case ':':
		if !isQuickTime(w) {
			return 0, 0
		}
		size, by, digits = wordSize, isTime, 0
	case '-':
		return quickMoment(text, sep)
	}
	if size == 0 || text[size] != sep || (digits > 1 && text[0] == '0') || (digits == 0 && by != isTime) {
		return 0, 0
	}
	return size, by
}

// quickMoment reads a date, or a date and a time.
func quickMoment(text *[room]byte, sep byte) (size int, by kinds) {
	const date, moment = len("2006-01-02"), len("2006-01-02 15:04:05")
	year := quickDate(text)
	switch {
	case year == 0:
	case text[date] == sep:
		return date, isDate | isTimestamp | nanosecondKinds(year)
	case (text[date] == ' ' || text[date] == 'T') && text[moment] == sep && isQuickTime(word(text[date+1:])):
		return moment, isTimestamp | nanosecondKinds(year)
	}
	return 0, 0
}

// isQuickTime reports whether w is a time of day such as 15:04:05.
func isQuickTime(w uint64) bool {
	const colons = ':'<<16 | ':'<<40
	const places = 0xff<<16 | 0xff<<40
	if w&places != colons || noDigits(w)&^places != 0 {
		return false
	}
	return twoAt(w, 0) <= 23 && twoAt(w, 24) <= 59 && twoAt(w, 48) <= 59
}

// quickDate is the year of a date such as 2006-01-02 that every month has; 0
// of any other text.
func quickDate(text *[room]byte) int {
	const dashes = '-'<<32 | '-'<<56
	const places = 0xff<<32 | 0xff<<56
	w, day := word(text[:]), int(text[8]-'0')*10+int(text[9]-'0')
	if w&places != dashes || noDigits(w)&^places != 0 || text[8] > '9' || text[8] < '0' || text[9] > '9' || text[9] < '0' {
		return 0
	}
	if month := twoAt(w, 40); month < 1 || month > 12 || day < 1 || day > 28 {
		return 0
	}
	return twoAt(w, 0)*100 + twoAt(w, 16)
}

// twoAt is the number that the two digits of w from a bit on write.
func twoAt(w uint64, bit int) int {
	return int(w>>bit&0xf)*10 + int(w>>(bit+8)&0xf)
}
