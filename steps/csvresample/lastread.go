package csvresample

import "encoding/binary"

// lastRead is the date and the minute that were read last. Most rows have them
// again, which is seen at once.
type lastRead struct {
	lastDate [10]byte // as it was written, and its days since 1970
	lastDays int64
	dayStart int64 // the instant of its midnight
	evenDay  bool  // its clock runs from there without a change

	lastMinute  uint64 // as it was written, HH:MM: and zeros
	minuteStart int64  // its seconds since midnight
}

// setDay remembers a date.
func (t *timeReader) setDay(text []byte, days int64) {
	t.lastDate, t.lastDays = [10]byte(text), days
	unix, doubtful := t.clock.second(days * secondsPerDay)
	last := (days+1)*secondsPerDay - 1
	t.evenDay = !doubtful && last < min(t.clock.stretch.to, t.clock.stretch.doubtful) && unix >= firstSecond && unix < lastSecond-2*secondsPerDay
	if t.evenDay {
		t.dayStart = unix * nanosPerSecond
	}
}

// sameDay reports whether a text begins with the date that was read last.
func (t *timeReader) sameDay(text []byte) bool {
	return binary.LittleEndian.Uint64(text) == binary.LittleEndian.Uint64(t.lastDate[:]) &&
		binary.LittleEndian.Uint16(text[8:]) == binary.LittleEndian.Uint16(t.lastDate[8:])
}

// timeOfDay reads HH:MM:SS as seconds since midnight, mostly in the minute
// that was read last.
func (t *timeReader) timeOfDay(text []byte) (int64, bool) {
	const minute = 1<<48 - 1
	w := binary.LittleEndian.Uint64(text)
	if tens, ones := w>>48&0xff-'0', w>>56-'0'; w&minute == t.lastMinute && tens < 6 && ones < 10 {
		return t.minuteStart + int64(tens*10+ones), true
	}
	return t.newMinute(text[:8])
}

// newMinute reads a time in another minute.
func (t *timeReader) newMinute(text []byte) (int64, bool) {
	seconds, err := parseClock(text)
	if err != nil {
		return 0, false
	}
	t.lastMinute, t.minuteStart = binary.LittleEndian.Uint64(text)&(1<<48-1), seconds-seconds%60
	return seconds, true
}

// newDay reads another date.
func (t *timeReader) newDay(text []byte) bool {
	days, err := parseDate(text)
	if err != nil {
		return false
	}
	t.setDay(text, days)
	return true
}

// days is parseDate, which it spares rows with the same date as the one before.
func (t *timeReader) days(date []byte) (int64, error) {
	if [10]byte(date) == t.lastDate {
		return t.lastDays, nil
	}
	days, err := parseDate(date)
	if err == nil {
		t.setDay(date, days)
	}
	return days, err
}
