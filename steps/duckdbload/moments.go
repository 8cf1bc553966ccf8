package duckdbload

import (
	"bytes"
	"time"
)

// temporalKinds reads a date, a time of day or both, as ISO 8601 and RFC 3339
// write them. Other orders of day and month are left as text, because a wrong
// guess would go unnoticed.
func temporalKinds(text []byte) kinds {
	if text[2] == ':' {
		if _, fraction, rest, ok := cutClock(text); ok && len(rest) == 0 && fraction <= 6 {
			return isTime
		}
		return 0
	}
	year, rest, ok := cutDate(text)
	if !ok {
		return 0
	}
	if len(rest) == 0 {
		return isDate | isTimestamp | nanosecondKinds(year)
	}
	if rest[0] != ' ' && rest[0] != 'T' {
		return 0
	}
	seconds, fraction, rest, ok := cutClock(rest[1:])
	if !ok {
		return 0
	}
	return momentKinds(year, seconds, fraction, rest)
}

func momentKinds(year int, seconds bool, fraction int, zone []byte) kinds {
	switch {
	case len(zone) > 0 && seconds && fraction <= 6 && isOffset(zone):
		return isTimestampTZ
	case len(zone) > 0 || fraction > 9:
		return 0
	case fraction > 6:
		return nanosecondKinds(year)
	}
	return isTimestamp | nanosecondKinds(year)
}

// nanosecondKinds is of the years that 64 bits of nanoseconds around 1970 span
// as a whole.
func nanosecondKinds(year int) kinds {
	if year >= 1678 && year <= 2261 {
		return isTimestampNS
	}
	return 0
}

// cutDate cuts YYYY-MM-DD off text. The day must exist.
func cutDate(text []byte) (year int, rest []byte, ok bool) {
	if len(text) < len(time.DateOnly) || text[4] != '-' || text[7] != '-' {
		return 0, nil, false
	}
	y1, ok1 := twoDigits(text[0:])
	y2, ok2 := twoDigits(text[2:])
	month, ok3 := twoDigits(text[5:])
	day, ok4 := twoDigits(text[8:])
	year = 100*y1 + y2
	if !ok1 || !ok2 || !ok3 || !ok4 || year == 0 || month < 1 || month > 12 || day < 1 {
		return 0, nil, false
	}
	if day > 28 && time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Day() != day {
		return 0, nil, false
	}
	return year, text[len(time.DateOnly):], true
}

// cutClock cuts HH:MM, HH:MM:SS or HH:MM:SS.fraction off text. fraction is the
// number of its digits without zeros at the end.
func cutClock(text []byte) (seconds bool, fraction int, rest []byte, ok bool) {
	if len(text) < len("00:00") || text[2] != ':' {
		return false, 0, nil, false
	}
	hour, ok1 := twoDigits(text)
	minute, ok2 := twoDigits(text[3:])
	if !ok1 || !ok2 || hour > 23 || minute > 59 {
		return false, 0, nil, false
	}
	rest = text[5:]
	if len(rest) < len(":00") || rest[0] != ':' {
		return false, 0, rest, true
	}
	second, ok := twoDigits(rest[1:])
	rest = rest[3:]
	if ok && len(rest) > 1 && rest[0] == '.' {
		n := digitCount(rest[1:])
		fraction = len(bytes.TrimRight(rest[1:1+n], "0"))
		ok = n > 0
		rest = rest[1+n:]
	}
	return true, fraction, rest, ok && second <= 59
}

// isOffset reports whether text is Z, +HH, +HH:MM or +HHMM, or the same with a
// minus sign.
func isOffset(text []byte) bool {
	if string(text) == "Z" {
		return true
	}
	if len(text) < 3 || (text[0] != '+' && text[0] != '-') {
		return false
	}
	hour, ok := twoDigits(text[1:])
	if !ok || hour > 14 || len(text) == 3 {
		return ok && hour <= 14
	}
	minutes := bytes.TrimPrefix(text[3:], []byte(":"))
	minute, ok := twoDigits(minutes)
	return ok && minute <= 59 && len(minutes) == 2
}

func twoDigits(text []byte) (int, bool) {
	if len(text) < 2 || text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9' {
		return 0, false
	}
	return int(text[0]-'0')*10 + int(text[1]-'0'), true
}
