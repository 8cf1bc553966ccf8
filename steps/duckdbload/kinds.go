package duckdbload

import (
	"bytes"
	"strconv"
)

// kinds is a set of DuckDB types that a text can become without loss.
type kinds uint16

const (
	isBoolean kinds = 1 << iota
	isBigint
	isHugeint
	isDouble
	isDate
	isTime
	isTimestamp
	isTimestampNS
	isTimestampTZ
	isJSON
	isAny kinds = 1<<iota - 1
)

// ladder orders the types: a column gets the first that all its values can
// become, and VARCHAR when there is none.
var ladder = []struct {
	kind kinds
	typ  string
}{
	{isBoolean, "BOOLEAN"}, {isBigint, "BIGINT"}, {isHugeint, "HUGEINT"}, {isDouble, "DOUBLE"},
	{isDate, "DATE"}, {isTime, "TIME"}, {isTimestamp, "TIMESTAMP"}, {isTimestampNS, "TIMESTAMP_NS"},
	{isTimestampTZ, "TIMESTAMP WITH TIME ZONE"}, {isJSON, "JSON"},
}

// kindsOf tells what the text of a field can become. A text with a leading
// zero or a plus sign is no number: it would come back without them.
func kindsOf(text []byte) kinds {
	text = bytes.Trim(text, " ")
	if len(text) == 0 {
		return 0
	}
	switch c := text[0]; {
	case c >= '0' && c <= '9':
		switch n := digitCount(text); {
		case n == 2 && len(text) > 2 && text[2] == ':', n == 4 && len(text) > 4 && text[4] == '-':
			return temporalKinds(text)
		}
		return numberKinds(text)
	case c == '-' || c == '.':
		return numberKinds(text)
	}
	return wordKinds(text)
}

func wordKinds(text []byte) kinds {
	if len(text) > len("infinity") {
		return 0
	}
	switch string(bytes.ToLower(text)) {
	case "true", "false":
		return isBoolean
	case "nan", "inf", "infinity":
		return isDouble
	}
	return 0
}

// numberKinds reads a number: digits, a fraction, an exponent.
func numberKinds(text []byte) kinds {
	digits := bytes.TrimPrefix(text, []byte("-"))
	whole := digitCount(digits)
	if whole > 1 && digits[0] == '0' {
		return 0
	}
	rest := digits[whole:]
	if len(rest) == 0 {
		return wholeKinds(text, whole)
	}
	fraction := 0
	if rest[0] == '.' {
		fraction = digitCount(rest[1:])
		rest = rest[1+fraction:]
	}
	switch {
	case whole+fraction == 0:
		return infinityKinds(text)
	case len(rest) == 0 && whole < 300:
		return isDouble
	case len(rest) == 0 || rest[0] == 'e' || rest[0] == 'E':
		return exponentKinds(text, rest)
	}
	return 0
}

func infinityKinds(text []byte) kinds {
	if text[0] == '-' {
		return wordKinds(text[1:]) & isDouble
	}
	return 0
}

// wholeKinds is of a number of so many digits, without a fraction. It is a
// DOUBLE only as long as every digit survives in one, and minus zero has its
// sign in no other.
func wholeKinds(text []byte, digits int) kinds {
	switch {
	case digits == 0:
		return 0
	case string(text) == "-0":
		return isDouble
	case digits <= 15:
		return isBigint | isHugeint | isDouble
	case digits > 38:
		return 0
	}
	if _, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return isBigint | isHugeint
	}
	return isHugeint
}

// exponentKinds is of a number whose size has to be looked at: a DOUBLE that
// would be infinite, or zero for digits that are not, is none.
func exponentKinds(text, exponent []byte) kinds {
	if len(exponent) > 0 {
		n := bytes.TrimLeft(exponent[1:], "+-")
		if len(n) < len(exponent)-2 || len(n) == 0 || digitCount(n) != len(n) {
			return 0
		}
	}
	v, err := strconv.ParseFloat(string(text), 64)
	mantissa := text[:len(text)-len(exponent)]
	if err != nil || (v == 0 && bytes.ContainsAny(mantissa, "123456789")) {
		return 0
	}
	return isDouble
}

func digitCount(text []byte) int {
	for i, c := range text {
		if c < '0' || c > '9' {
			return i
		}
	}
	return len(text)
}
