package csvresample

import (
	"strconv"
	"time"
)

// zoneForm is how a written time gives its offset.
type zoneForm int

const (
	zoneNone  zoneForm = iota
	zoneZ              // Z
	zoneHours          // +02
	zonePlain          // +0200
	zoneColon          // +02:00
)

var zoneLayouts = [...]string{zoneNone: "", zoneZ: "Z", zoneHours: "-07", zonePlain: "-0700", zoneColon: "-07:00"}

// layout is the style in which times are written.
type layout struct {
	separator byte // between date and time of day; 0 when there is only a date
	seconds   bool
	point     byte // before the decimals of a second; 0 when there are none
	decimals  int
	zoneSpace bool // a space stands before the offset
	zone      zoneForm
	columns   columnCut
}

// columnCut is where the text of a time is divided among columns.
type columnCut int

const (
	uncut      columnCut = iota
	cutAtClock           // date | time of day with its offset
	cutAtZone            // date and time of day | offset
	cutAtBoth            // date | time of day | offset
)

func (l *layout) zoned() bool    { return l.zone != zoneNone }
func (l *layout) dateOnly() bool { return l.separator == 0 }

// layoutOf is the style of a row's time.
func layoutOf(texts [][]byte) layout {
	s, err := parseStamp(joinTexts(nil, texts))
	if err != nil { // the row's time was read before
		return layout{}
	}
	l := s.layout
	switch {
	case len(texts) == 3:
		l.columns = cutAtBoth
	case len(texts) == 2 && len(trim(texts[0])) == len(time.DateOnly):
		l.columns = cutAtClock
	case len(texts) == 2:
		l.columns = cutAtZone
	}
	return l
}

// show is the time as the layout's clock shows it: in UTC for Z, else in the
// pipeline's zone.
func (l *layout) show(at int64, zone *time.Location) time.Time {
	if l.zone == zoneZ {
		zone = time.UTC
	}
	return time.Unix(0, at).In(zone)
}

// refine adds what the layout needs to show an instant exactly. The start of a
// day needs no more than a date.
func (l *layout) refine(at int64, c *clock) bool {
	if l.dateOnly() {
		if c.dayOf(at).start == at {
			return true
		}
		l.separator = 'T'
	}
	t := l.show(at, c.zone)
	l.seconds = l.seconds || t.Second() != 0 || t.Nanosecond() != 0
	needed := 9
	for n := t.Nanosecond(); needed > 0 && n%10 == 0; n /= 10 {
		needed--
	}
	if l.decimals = max(l.decimals, needed); l.decimals > 0 && l.point == 0 {
		l.point = '.'
	}
	return true
}

// texts writes an instant, divided among the columns.
func (l *layout) texts(at int64, zone *time.Location) []string {
	t := l.show(at, zone)
	date := t.Format(time.DateOnly)
	if l.dateOnly() {
		return []string{date}
	}
	clock, offset := l.clockText(t), t.Format(zoneLayouts[l.zone])
	if l.zoneSpace && (l.columns == uncut || l.columns == cutAtClock) {
		clock += " "
	}
	separator := string(l.separator)
	switch l.columns {
	case cutAtClock:
		return []string{date, clock + offset}
	case cutAtZone:
		return []string{date + separator + clock, offset}
	case cutAtBoth:
		return []string{date, clock, offset}
	}
	return []string{date + separator + clock + offset}
}

func (l *layout) clockText(t time.Time) string {
	if !l.seconds {
		return t.Format("15:04")
	}
	clock := t.Format(time.TimeOnly)
	if l.decimals > 0 {
		nanos := strconv.Itoa(int(nanosPerSecond) + t.Nanosecond())[1:]
		clock += string(l.point) + nanos[:l.decimals]
	}
	return clock
}
