package engine

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Strings is a list of strings that a pipeline may also write as one string.
type Strings []string

// Duration is a length of time, written in Go's syntax plus d (24 hours) and
// w (7 days): "90s", "1h30m", "1d", "1w2d".
type Duration time.Duration

// TypeName is the name of the type in documents.
func (Duration) TypeName() string { return "duration" }

// UnmarshalText reads the written form.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := ParseDuration(string(text))
	*d = Duration(v)
	return err
}

// Limit is a Duration that is longer than nothing.
type Limit Duration

// TypeName is the name of the type in documents.
func (Limit) TypeName() string { return "duration" }

// UnmarshalText reads the written form.
func (l *Limit) UnmarshalText(text []byte) error {
	d, err := ParseDuration(string(text))
	if err == nil && d == 0 {
		err = fmt.Errorf("%q is no time limit; leave it out where there is none", text)
	}
	*l = Limit(d)
	return err
}

var longUnit = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)([dw])`)

// ParseDuration reads a Duration. Negative and empty durations are errors.
func ParseDuration(s string) (time.Duration, error) {
	wrong := fmt.Errorf("%q is not a duration; write it like \"90s\", \"1h30m\" or \"1d\"", s)
	rest := s
	var total float64
	for {
		m := longUnit.FindStringSubmatch(rest)
		if m == nil {
			break
		}
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			return 0, wrong
		}
		days := map[string]float64{"d": 1, "w": 7}[m[2]]
		total += n * days * float64(24*time.Hour)
		rest = rest[len(m[0]):]
	}
	if total > float64(1<<62) || (rest == "" && s == "") || strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "+") {
		return 0, wrong
	}
	var tail time.Duration
	if rest != "" {
		var err error
		if tail, err = time.ParseDuration(rest); err != nil {
			return 0, wrong
		}
	}
	d := time.Duration(total) + tail
	if d < 0 {
		return 0, wrong
	}
	return d, nil
}
