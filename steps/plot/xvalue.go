package plot

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// xKind is what one value of the x column is.
type xKind int

const (
	category xKind = iota
	number
	clock  // a time of day
	date   // a date alone
	moment // a date with a time of day
)

// String names the kind for messages.
func (k xKind) String() string {
	return []string{"text", "a number", "a time of day", "a date", "a time"}[k]
}

// like reports whether two kinds share an axis.
func (k xKind) like(other xKind) bool {
	return k == other || k == date && other == moment || k == moment && other == date
}

// xValue is one value of the x column: n is the number, or the seconds of a
// time (see axis.Calendar); text is how it was written.
type xValue struct {
	kind xKind
	n    float64
	text string

	doubtful bool // a time that names no zone, where the clocks change
}

// String says what a value is and how it is written.
func (x xValue) String() string {
	if x.text == "" {
		return x.kind.String()
	}
	return fmt.Sprintf("%s, %q", x.kind, x.text)
}

// parseX reads a value of a CSV file: a time or a number if it looks like one.
// Times that name no zone are in the given one.
func parseX(s string, zone *time.Location) xValue {
	s = strings.TrimSpace(s)
	x := xValue{text: s}
	if w, ok := parseTime(s, zone); ok {
		x = w.x()
		x.text = s
	} else if n, err := strconv.ParseFloat(s, 64); err == nil && isFinite(n) {
		x.kind, x.n = number, n
	}
	return x
}

// clockDay is the date that times of day are given, in UTC: every day has 24
// hours there.
func clockDay(h, m, s, nanos int) time.Time {
	return time.Date(1970, 1, 1, h, m, s, nanos, time.UTC)
}

// largest bounds the numbers that can be drawn: beyond, differences overflow.
const largest = 1e300

func isFinite(v float64) bool { return math.Abs(v) <= largest }
