package csvresample

import (
	"encoding/binary"
	"errors"
)

// What is wrong with a text that should be a time.
var (
	errForm     = errors.New("it is not written as ISO 8601, like \"2024-06-15 01:00:00\"")
	errEmpty    = errors.New("it is empty")
	errNoDate   = errors.New("it is a time of day without a date")
	errCalendar = errors.New("there is no such day or time of day")
	errYear     = errors.New("its year is outside 1678 to 2261")
)

// stamp is a time as it is written: what a clock and a calendar show, and the
// layout that shows it.
type stamp struct {
	local  int64 // seconds since 1970-01-01 00:00 on the clock that shows it
	nanos  int64
	offset int64 // seconds east of UTC, where the layout is zoned
	layout layout
}

// before compares two stamps of the same clock, or two with offsets.
func (s stamp) before(t stamp) bool {
	a, b := s.local-s.offset, t.local-t.offset
	return a < b || a == b && s.nanos < t.nanos
}

// parseStamp reads an ISO 8601 date, or a date and a time of day.
func parseStamp(text []byte) (stamp, error) {
	var s stamp
	switch {
	case len(text) == 0:
		return s, errEmpty
	case len(text) >= 5 && text[2] == ':':
		return s, errNoDate
	case len(text) < 10:
		return s, errForm
	}
	days, err := parseDate(text[:10])
	if err != nil {
		return s, err
	}
	s.local = days * secondsPerDay
	if len(text) == 10 {
		return s, nil
	}
	if s.layout.separator = text[10]; s.layout.separator != 'T' && s.layout.separator != ' ' {
		return s, errForm
	}
	rest, err := s.readClock(text[11:])
	if err != nil {
		return s, err
	}
	return s, s.readZone(rest)
}

// readClock reads HH:MM with or without seconds and their fraction, and gives
// back what follows.
func (s *stamp) readClock(text []byte) ([]byte, error) {
	if len(text) < 5 {
		return nil, errForm
	}
	clock, size := [8]byte{5: ':', 6: '0', 7: '0'}, 5
	if len(text) >= 8 && text[5] == ':' {
		s.layout.seconds, size = true, 8
	}
	copy(clock[:], text[:size])
	seconds, err := parseClock(clock[:])
	if err != nil {
		return nil, err
	}
	s.local += seconds
	text = text[size:]
	if s.layout.seconds && len(text) > 0 && (text[0] == '.' || text[0] == ',') {
		return s.readFraction(text)
	}
	return text, nil
}

// readFraction reads a point or comma and digits; what is finer than a
// nanosecond is cut off.
func (s *stamp) readFraction(text []byte) ([]byte, error) {
	s.layout.point = text[0]
	unit, i := int64(nanosPerSecond), 1
	for ; i < len(text) && text[i]-'0' <= 9; i++ {
		unit /= 10
		s.nanos += int64(text[i]-'0') * unit
	}
	if i == 1 {
		return nil, errForm
	}
	s.layout.decimals = min(i-1, 9)
	return text[i:], nil
}

// readZone reads Z, ±HH, ±HHMM or ±HH:MM, also behind a space, or nothing.
func (s *stamp) readZone(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	if len(text) > 1 && text[0] == ' ' {
		s.layout.zoneSpace = true
		text = text[1:]
	}
	if string(text) == "Z" {
		s.layout.zone = zoneZ
		return nil
	}
	clock := [8]byte{'0', '0', ':', '0', '0', ':', '0', '0'}
	switch {
	case len(text) == 3:
		s.layout.zone = zoneHours
	case len(text) == 5:
		s.layout.zone = zonePlain
		copy(clock[3:], text[3:])
	case len(text) == 6 && text[3] == ':':
		s.layout.zone = zoneColon
		copy(clock[3:], text[4:])
	default:
		return errForm
	}
	copy(clock[:2], text[1:3])
	seconds, err := parseClock(clock[:])
	switch {
	case err != nil:
		return err
	case text[0] == '+':
		s.offset = seconds
	case text[0] == '-':
		s.offset = -seconds
	default:
		return errForm
	}
	return nil
}

// Eight bytes of text are checked and read in one word, the first byte lowest.
// XOR with the zero text leaves the value of each digit and nothing of each
// separator; adding the largest allowance below 0x80 then sets the top bit of
// a byte exactly when it is a larger digit or another character.
const (
	dateZero  = 0x2d30302d30303030 // "0000-00-"
	dateSlack = 0x7f76767f76767676
	timeZero  = 0x30303a30303a3030 // "00:00:00"
	timeSlack = 0x76767f76767f7676
	topBits   = highBits
)

// pairs reads eight bytes against such a mask; byte i of the result is then
// the two-digit number that begins at byte i.
func pairs(text []byte, zero, slack uint64) (uint64, bool) {
	v := binary.LittleEndian.Uint64(text) ^ zero
	return v*10 + v>>8, ((v+slack)|v)&topBits == 0
}

// parseDate reads YYYY-MM-DD as days since 1970-01-01.
func parseDate(text []byte) (int64, error) {
	two, ok := pairs(text, dateZero, dateSlack)
	tens, ones := text[8]-'0', text[9]-'0'
	if !ok || tens > 9 || ones > 9 {
		return 0, errForm
	}
	year := int64(two&0xff)*100 + int64(two>>16&0xff)
	month, day := int64(two>>40&0xff), int64(tens)*10+int64(ones)
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, errCalendar
	}
	return daysSince1970(year, month, day), nil
}

// parseClock reads HH:MM:SS as seconds since midnight.
func parseClock(text []byte) (int64, error) {
	two, ok := pairs(text, timeZero, timeSlack)
	if !ok {
		return 0, errForm
	}
	hour, minute, second := int64(two&0xff), int64(two>>24&0xff), int64(two>>48&0xff)
	if hour > 23 || minute > 59 || second > 59 {
		return 0, errCalendar
	}
	return hour*3600 + minute*60 + second, nil
}

func daysIn(year, month int64) int64 {
	switch {
	case month != 2:
		return 30 + (month+month>>3)&1
	case year%4 == 0 && (year%100 != 0 || year%400 == 0):
		return 29
	}
	return 28
}

// daysSince1970 counts days in the proleptic Gregorian calendar, by Howard
// Hinnant's "chrono-Compatible Low-Level Date Algorithms" (days_from_civil):
// years begin in March there, so that the leap day is the last.
func daysSince1970(year, month, day int64) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	const marchToEpoch = 719468 // days from 0000-03-01 to 1970-01-01
	era := floorDiv(year, 400)
	y := year - era*400
	dayOfYear := (153*(month-3)+2)/5 + day - 1
	return era*146097 + y*365 + y/4 - y/100 + dayOfYear - marchToEpoch
}
