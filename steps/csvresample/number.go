package csvresample

import (
	"math"
	"strconv"
	"strings"
)

// maxExact is the largest whole number up to which a float64 holds every one.
const maxExact = 1 << 53

// pow10 are the powers of ten that a float64 holds exactly.
var pow10 = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// number is a number as it is written: digits with some decimals where that is
// exact, else the nearest float64.
type number struct {
	digits   int64 // at most maxExact in size
	decimals int   // below len(pow10); -1 for a number that is only a float64
	value    float64
}

// float is the nearest float64. The quotient of two exact numbers is rounded
// once, hence correctly (Clinger 1990).
func (n number) float() float64 {
	if n.decimals < 0 {
		return n.value
	}
	return float64(n.digits) / pow10[n.decimals]
}

// kind is what a text is, seen as a value.
type kind int

const (
	isText kind = iota
	isNumber
	isNothing
	unread
)

// parseValue reads a field; blanks around a number mean nothing.
func parseValue(field []byte) (number, kind) {
	text := trim(field)
	if len(text) == 0 {
		return number{}, isNothing
	}
	return parseNumber(text)
}

// parseNumber reads a decimal number, with or without an exponent. NaN is
// nothing; infinities and hexadecimal numbers are text.
func parseNumber(text []byte) (number, kind) {
	digits, decimals, point := int64(0), 0, 0
	i, negative := 0, text[0] == '-'
	if negative || text[0] == '+' {
		i = 1
	}
	first := i
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case c-'0' <= 9:
			digits = digits*10 + int64(c-'0') // may wrap, which the length tells
			decimals += point
		case c == '.' && point == 0:
			point = 1
		default:
			return parseFloat(text)
		}
	}
	if n := i - first - point; n == 0 || n > 18 || digits > maxExact || decimals >= len(pow10) {
		return parseFloat(text)
	}
	if negative {
		digits = -digits
	}
	return number{digits: digits, decimals: decimals}, isNumber
}

func parseFloat(text []byte) (number, kind) {
	s := string(text)
	if strings.EqualFold(s, "nan") {
		return number{}, isNothing
	}
	if strings.Trim(s, "0123456789+-.eE") != "" {
		return number{}, isText
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(x, 0) {
		return number{}, isText
	}
	return number{value: x, decimals: -1}, isNumber
}

// appendNumber writes the shortest decimal that reads back as x; with an
// exponent only where nobody would want the zeros.
func appendNumber(text []byte, x float64) []byte {
	format := byte('f')
	switch size := math.Abs(x); {
	case size == 0:
		return append(text, '0') // without a sign
	case size < 1e-7 || size >= 1e21:
		format = 'e'
	}
	return strconv.AppendFloat(text, x, format, -1, 64)
}

// read reads a plain decimal number up to a byte that is none of it, and gives
// the place of that. Decimals are -1 when it is otherwise, or nothing.
func (n *number) read(buf []byte, pos int) int {
	begin := pos
	if buf[pos] == '-' {
		pos++
	}
	digits, first := int64(0), pos
	for ; buf[pos]-'0' <= 9; pos++ {
		digits = digits*10 + int64(buf[pos]-'0')
	}
	point := pos
	if buf[pos] == '.' {
		first++
		for pos++; buf[pos]-'0' <= 9; pos++ {
			digits = digits*10 + int64(buf[pos]-'0')
		}
	}
	n.digits, n.decimals = digits, max(pos-point-1, 0)
	if size := pos - first; size <= 0 || size > 18 || digits > maxExact || !endsField[buf[pos]] {
		n.decimals = -1
	}
	if buf[begin] == '-' {
		n.digits = -digits
	}
	return pos
}

// endsField has what can follow a plain number.
var endsField = [256]bool{',': true, '\t': true, '\n': true, '\r': true}
