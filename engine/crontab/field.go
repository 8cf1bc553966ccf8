package crontab

import (
	"fmt"
	"math/bits"
	"regexp"
	"strconv"
	"strings"
)

// field is one of the five fields of a schedule.
type field struct {
	name     string
	min, max int
	names    string // of the values, three letters each, from min
}

var (
	minutes  = field{name: "minute", max: 59}
	hours    = field{name: "hour", max: 23}
	days     = field{name: "day of month", min: 1, max: 31}
	months   = field{name: "month", min: 1, max: 12, names: "janfebmaraprmayjunjulaugsepoctnovdec"}
	weekdays = field{name: "day of week", max: 7, names: "sunmontuewedthufrisat"}
)

// set is a set of numbers below 64.
type set uint64

func (s set) has(n int) bool { return s>>n&1 == 1 }

func (s set) size() int { return bits.OnesCount64(uint64(s)) }

// list is the set as a field of a crontab writes it, and an asterisk for all
// the values of a field.
func (s set) list(f field) string {
	if s.size() == f.max-f.min+1 {
		return "*"
	}
	var numbers []string
	for n := f.min; n <= f.max; n++ {
		if s.has(n) {
			numbers = append(numbers, strconv.Itoa(n))
		}
	}
	return strings.Join(numbers, ",")
}

// item is what stands between the commas of a field.
var item = regexp.MustCompile(`^(?:(\*)|([0-9A-Za-z]+)(?:-([0-9A-Za-z]+))?)(?:/([0-9]+))?$`)

// parse reads a field. What it refuses, Debian's cron refuses too, or reads in
// a way that nobody means.
func (f field) parse(text string) (set, error) {
	var all set
	for part := range strings.SplitSeq(text, ",") {
		some, err := f.parseItem(part)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", f.name, err)
		}
		all |= some
	}
	return all, nil
}

func (f field) parseItem(text string) (set, error) {
	m := item.FindStringSubmatch(text)
	switch {
	case m == nil:
		return 0, fmt.Errorf("%q is neither *, a number nor a range such as %d-%d, alone or with a step such as */5", text, f.min, f.max)
	case m[1] == "" && m[3] == "" && m[4] != "":
		return 0, fmt.Errorf("%q has a step but no range; write %s-%d/%s", text, m[2], f.max, m[4])
	}
	first, last, step := f.min, f.max, 1
	var err error
	if m[1] == "" {
		if first, err = f.number(m[2]); err != nil {
			return 0, err
		}
		last = first
	}
	if m[3] != "" {
		if last, err = f.number(m[3]); err != nil {
			return 0, err
		}
	}
	if first > last {
		return 0, fmt.Errorf("%q begins behind its end", text)
	}
	if m[4] != "" {
		if step, err = strconv.Atoi(m[4]); err != nil || step < 1 || step > 999 {
			return 0, fmt.Errorf("%q has the step %s; the smallest is 1 and the largest that does anything is %d", text, m[4], f.max-f.min)
		}
	}
	return steps(first, last, step), nil
}

func steps(first, last, step int) set {
	var s set
	for n := first; n <= last; n += min(step, 64) { // a larger step goes beyond every field, too
		s |= 1 << n
	}
	return s
}

// number reads a number or a name of the field.
func (f field) number(text string) (int, error) {
	if at := strings.Index(f.names, strings.ToLower(text)); len(text) == 3 && at >= 0 && at%3 == 0 {
		return f.min + at/3, nil
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil && f.names != "":
		return 0, fmt.Errorf("%q is no number, and no name such as %s", text, f.names[:3])
	case err != nil:
		return 0, fmt.Errorf("%q is no number", text)
	case n < f.min || n > f.max:
		return 0, fmt.Errorf("%s is not between %d and %d", text, f.min, f.max)
	}
	return n, nil
}
