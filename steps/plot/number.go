package plot

import (
	"bytes"
	"math"
	"strconv"
)

// parseReading reads a reading: nothing and NaN are a missing one. Short
// decimals are read without making a string of them.
func parseReading(text []byte) (float64, bool) {
	if v, ok := parseDecimal(text); ok {
		return v, true
	}
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return math.NaN(), true
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !math.IsNaN(v) && !isFinite(v) {
		return 0, false
	}
	return v, true
}

// powers are the powers of ten that are exact, as all numbers up to 2^53 are:
// their quotient is the number nearest to the decimal (Clinger, "How to read
// floating point numbers accurately", 1990).
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// parseDecimal reads up to 15 digits with a sign and a point.
func parseDecimal(text []byte) (float64, bool) {
	digits := text
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		digits = text[1:]
	}
	if len(digits) == 0 || len(digits) > 15 {
		return 0, false
	}
	n, point := int64(0), -1
	for i, c := range digits {
		switch {
		case c-'0' <= 9:
			n = n*10 + int64(c-'0')
		case c == '.' && point < 0 && len(digits) > 1:
			point = i
		default:
			return 0, false
		}
	}
	v := float64(n)
	if point >= 0 {
		v /= powers[len(digits)-point-1]
	}
	if text[0] == '-' {
		v = -v
	}
	return v, true
}
