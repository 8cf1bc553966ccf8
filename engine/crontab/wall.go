package crontab

import "time"

// wall is what a clock on the wall shows, in minutes since it showed the
// beginning of 1970. It knows no time zone: the same value comes twice when
// the clock is put back, and some never come when it is put forward.
type wall int64

// wallAt is what the clock in a zone shows at an instant.
func wallAt(t time.Time, zone *time.Location) wall {
	_, offset := t.In(zone).Zone()
	return wall(floor(t.Unix()+int64(offset), 60))
}

func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func (w wall) time() time.Time                         { return time.Unix(int64(w)*60, 0).UTC() }
func (w wall) minute() int                             { return w.time().Minute() }
func (w wall) hour() int                               { return w.time().Hour() }
func (w wall) date() (year int, m time.Month, day int) { return w.time().Date() }
func (w wall) weekday() time.Weekday                   { return w.time().Weekday() }

// correction is the change of a clock from which on cron takes it for a
// correction and not for a change between summer and winter time.
const correction = 3 * time.Hour

// change is a change of the clock in a zone.
type change struct {
	at     time.Time     // the first instant of the new time
	before wall          // what the clock would show then without the change
	by     time.Duration // positive when it is put forward
}

// changeAt describes the change at an instant that is the end of one stretch of
// time in a zone and the beginning of another.
func changeAt(at time.Time, zone *time.Location) change {
	_, before := at.Add(-time.Second).In(zone).Zone()
	_, after := at.In(zone).Zone()
	return change{
		at: at, before: wall(floor(at.Unix()+int64(before), 60)),
		by: time.Duration(after-before) * time.Second,
	}
}

// lastChange is the change of the clock that an instant is behind; false when
// there was none.
func lastChange(t time.Time, zone *time.Location) (change, bool) {
	start, _ := t.In(zone).ZoneBounds()
	if start.IsZero() {
		return change{}, false
	}
	return changeAt(start, zone), true
}

// shown reports whether the clock in a zone has shown at an earlier instant,
// before it was put back, what it shows at t.
func shown(t time.Time, zone *time.Location) bool {
	c, ok := lastChange(t, zone)
	return ok && c.by < 0 && -c.by <= correction && t.Before(c.at.Add(-c.by))
}

// leaps reports whether the clock leaps over minutes of the schedule.
func (c change) leaps(s Schedule) bool {
	if c.by <= 0 || c.by > correction {
		return false
	}
	for w := c.before; w < c.before+wall(c.by/time.Minute); w++ {
		if s.matches(w) {
			return true
		}
	}
	return false
}
