package csvresample

import (
	"math"
	"time"
)

const (
	secondsPerDay  = 24 * 60 * 60
	nanosPerSecond = int64(time.Second)
	nanosPerDay    = secondsPerDay * nanosPerSecond
)

// The instants that a row may have, in seconds: nanoseconds since 1970 in 64
// bits reach somewhat further on both sides.
const (
	firstSecond = -9214560000 // 1678-01-01
	lastSecond  = 9214646400  // 2262-01-01, exclusive
)

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// clock knows the wall clock and the days of one time zone. Instants are
// nanoseconds since 1970-01-01 in UTC; local seconds are those since
// 1970-01-01 00:00 on the wall clock. It remembers what it looked up last, so
// that each worker has its own.
type clock struct {
	zone     *time.Location
	dayStart int64 // the local second after midnight at which a day begins
	stretch  stretch
	today    day
}

// stretch is a part of a wall clock's time that is read with one offset. The
// stretches of a zone follow each other without gap or overlap: a repeated
// time is in the stretch before the change, as is a skipped one.
type stretch struct {
	from, to int64 // local seconds
	doubtful int64 // from here on times are repeated or skipped ones
	offset   int64 // seconds east of UTC
}

// day is a calendar day of a zone, from the clock's start of a day on.
type day struct {
	number     int64 // days since 1970-01-01
	start, end int64 // instants
}

// second is the second since 1970-01-01 in UTC in which the clock shows a
// local second, and whether it shows that other than once.
func (c *clock) second(local int64) (unix int64, doubtful bool) {
	if local < c.stretch.from || local >= c.stretch.to {
		c.stretch = stretchAt(c.zone, local)
	}
	return local - c.stretch.offset, local >= c.stretch.doubtful
}

// stretchAt finds the stretch of a local second, by going through the changes
// of the zone from before any instant that could show it. How far a stretch
// goes back is not asked, since package time knows that only roughly where a
// zone goes by a rule.
func stretchAt(zone *time.Location, local int64) stretch {
	const widestChange = 24 * time.Hour // over the date line
	t := time.Unix(local, 0).Add(-3 * widestChange).In(zone)
	from := local - int64(widestChange/time.Second)
	for {
		s := stretch{from: from, to: math.MaxInt64, doubtful: math.MaxInt64}
		_, offset := t.Zone()
		s.offset = int64(offset)
		end := endOfZone(t)
		if end.IsZero() {
			return s
		}
		_, after := end.Zone()
		s.to = end.Unix() + int64(max(offset, after))
		s.doubtful = end.Unix() + int64(min(offset, after))
		if local < s.to {
			return s
		}
		from, t = max(from, s.to), end
	}
}

// endOfZone is when the offset may change next; zero when never. Where a zone
// goes by a rule, package time ends each year after 365 days, also on the last
// day of a leap year (https://go.dev/issue/81583).
func endOfZone(t time.Time) time.Time {
	_, end := t.ZoneBounds()
	if !end.IsZero() && !end.After(t) {
		return time.Date(t.UTC().Year()+1, 1, 1, 0, 0, 0, 0, time.UTC).In(t.Location())
	}
	return end
}

// dayOf is the day in which an instant falls. Days are made of instants, so
// that they follow each other even where the clocks go back over midnight.
func (c *clock) dayOf(at int64) day {
	if at < c.today.start || at >= c.today.end {
		_, offset := time.Unix(0, at).In(c.zone).Zone()
		d := c.day(floorDiv(floorDiv(at, nanosPerSecond)+int64(offset)-c.dayStart, secondsPerDay))
		for at >= d.end {
			d = c.day(d.number + 1)
		}
		for at < d.start {
			d = c.day(d.number - 1)
		}
		c.today = d
	}
	return c.today
}

// day is the day of a number.
func (c *clock) day(number int64) day {
	start, _ := c.second(number*secondsPerDay + c.dayStart)
	end, _ := c.second((number+1)*secondsPerDay + c.dayStart)
	return day{number: number, start: nanos(start), end: nanos(end)}
}

// nanos is the instant of a second, or the nearest that 64 bits hold.
func nanos(second int64) int64 {
	const most = math.MaxInt64 / nanosPerSecond
	return min(max(second, -most), most) * nanosPerSecond
}

// instantOf is the instant of a stamp; one that no row can have becomes the
// nearest that one can.
func (c *clock) instantOf(s stamp) int64 {
	unix := s.local - s.offset
	if !s.layout.zoned() {
		unix, _ = c.second(s.local)
	}
	switch {
	case unix < firstSecond:
		return firstSecond * nanosPerSecond
	case unix >= lastSecond:
		return lastSecond * nanosPerSecond
	}
	return unix*nanosPerSecond + s.nanos
}
