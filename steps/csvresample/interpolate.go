package csvresample

import (
	"math/big"
	"strconv"
)

// between is the number at some of all steps from one text to another, as
// text; nothing where one of them is no number.
func between(from, to string, step, steps int) string {
	a, kindA := parseValue([]byte(from))
	b, kindB := parseValue([]byte(to))
	if kindA != isNumber || kindB != isNumber {
		return ""
	}
	return string(appendNumber(nil, interpolate(a.float(), b.float(), step, steps)))
}

// interpolate is the number at some of all steps from a to b: the nearest
// float64 to what their shortest decimals give, so that between 25.3 and 25.6
// lie 25.4 and 25.5.
func interpolate(a, b float64, step, steps int) float64 {
	ra, rb := decimal(a), decimal(b)
	rb.Sub(rb, ra).Mul(rb, big.NewRat(int64(step), int64(steps)))
	x, _ := ra.Add(ra, rb).Float64()
	return x
}

// decimal is the shortest decimal that reads back as x.
func decimal(x float64) *big.Rat {
	r, _ := new(big.Rat).SetString(strconv.FormatFloat(x, 'g', -1, 64))
	return r
}
