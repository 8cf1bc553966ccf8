package plot

import (
	"strings"
	"time"
)

// parseTime reads ISO 8601 as people write it: a date, a date and a time of
// day with a space or a T between, both with or without a zone, or a time of
// day. Seconds and their fraction may be missing.
func parseTime(s string, zone *time.Location) (written, bool) {
	if len(s) > 2 && s[2] == ':' {
		c, rest, ok := parseClock(s)
		return written{clockDay(c.hour, c.minute, c.second, c.nanos), clock, false}, ok && rest == ""
	}
	y, m, d, rest, ok := parseDate(s)
	if !ok {
		return written{}, false
	}
	if rest == "" {
		return dayIn(time.Date(y, m, d, 0, 0, 0, 0, time.UTC), zone), true
	}
	if rest[0] != 'T' && rest[0] != ' ' && rest[0] != 't' {
		return written{}, false
	}
	c, rest, ok := parseClock(rest[1:])
	if !ok {
		return written{}, false
	}
	if zone, ok = parseZone(rest, zone); !ok {
		return written{}, false
	}
	return momentIn(time.Date(y, m, d, c.hour, c.minute, c.second, c.nanos, time.UTC), zone), true
}

// parseDate reads YYYY-MM-DD.
func parseDate(s string) (y int, m time.Month, d int, rest string, ok bool) {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return 0, 0, 0, s, false
	}
	y, okY := digits(s[:4])
	month, okM := digits(s[5:7])
	d, okD := digits(s[8:10])
	m = time.Month(month)
	// The day before the first of the next month is the last of this one.
	ok = okY && okM && okD && y > 0 && m >= 1 && m <= 12 && d >= 1 && d <= time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return y, m, d, s[10:], ok
}

type clockTime struct{ hour, minute, second, nanos int }

// parseClock reads HH:MM, HH:MM:SS and HH:MM:SS.fraction.
func parseClock(s string) (c clockTime, rest string, ok bool) {
	if len(s) < 5 || s[2] != ':' {
		return c, s, false
	}
	var okH, okM bool
	c.hour, okH = digits(s[:2])
	c.minute, okM = digits(s[3:5])
	ok, rest = okH && okM && c.hour < 24 && c.minute < 60, s[5:]
	if !ok || len(rest) < 3 || rest[0] != ':' {
		return c, rest, ok
	}
	c.second, ok = digits(rest[1:3])
	if rest = rest[3:]; !ok || c.second > 59 || len(rest) < 2 || (rest[0] != '.' && rest[0] != ',') {
		return c, rest, ok && c.second <= 59
	}
	end := 1
	for scale := 100_000_000; end < len(rest) && rest[end] >= '0' && rest[end] <= '9'; end++ {
		c.nanos += int(rest[end]-'0') * scale
		scale /= 10
	}
	return c, rest[end:], end > 1
}

// parseZone reads what follows a time of day: nothing, Z, or an offset.
func parseZone(s string, without *time.Location) (*time.Location, bool) {
	if s == "" {
		return without, true
	}
	s = strings.TrimPrefix(s, " ")
	switch {
	case s == "":
		return nil, false
	case s == "Z" || s == "z":
		return time.UTC, true
	case s[0] != '+' && s[0] != '-':
		return nil, false
	}
	hours, minutes := s[1:], "00"
	switch {
	case len(s) == 6 && s[3] == ':':
		hours, minutes = s[1:3], s[4:]
	case len(s) == 5:
		hours, minutes = s[1:3], s[3:]
	case len(s) != 3:
		return nil, false
	}
	h, okH := digits(hours)
	m, okM := digits(minutes)
	offset := (h*60 + m) * 60
	if s[0] == '-' {
		offset = -offset
	}
	return time.FixedZone("", offset), okH && okM && h < 24 && m < 60
}

func digits(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
