package timeformat

import (
	"bytes"
	"errors"
	"strconv"
)

// ErrEpoch says that a text is no number of units since 1970.
var ErrEpoch = errors.New("it is no number of seconds or milliseconds since 1970")

// ParseEpoch reads a number of units since 1970, decimals allowed, as seconds
// and the nanoseconds behind them, 0 to 999,999,999. A second has as many units
// as it is told, a power of ten. Numbers that 64 bits do not hold are the largest
// that they do.
func ParseEpoch(text []byte, perSecond int64) (seconds, nanos int64, err error) {
	whole, decimals, _ := bytes.Cut(text, []byte("."))
	n, err := strconv.ParseInt(string(whole), 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, 0, ErrEpoch
	}
	unit, part := 1_000_000_000/perSecond, int64(0)
	seconds, nanos = n/perSecond, n%perSecond*unit
	for _, c := range decimals {
		if c < '0' || c > '9' {
			return 0, 0, ErrEpoch
		}
		unit /= 10
		part += int64(c-'0') * unit
	}
	if whole[0] == '-' {
		part = -part
	}
	if nanos += part; nanos < 0 {
		seconds, nanos = seconds-1, nanos+1_000_000_000
	}
	return seconds, nanos, nil
}
