package axis

import (
	"math"
	"time"
)

// Calendar is how times on an axis are read. Values are seconds since the
// beginning of 1970, UTC.
type Calendar struct {
	Zone *time.Location
	// Clock is true for times of day without a date.
	Clock bool
	// Dates is true for dates without a time of day: nothing finer than a day
	// is labelled.
	Dates bool
}

// Seconds is the value of a time.
func Seconds(t time.Time) float64 {
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9
}

// Time is the inverse of Seconds, to the microsecond.
func (c Calendar) Time(seconds float64) time.Time {
	whole := math.Floor(seconds)
	micros := math.Round((seconds - whole) * 1e6)
	return time.Unix(int64(whole), int64(micros)*1000).In(c.Zone)
}

// longestInHours bounds the spans whose ticks fall within days: beyond, hours
// repeat without telling more.
const longestInHours = 4.5 * 24 * 3600

// Times gives ticks at round times in the calendar's zone, the step being the
// one of a ladder from a microsecond to centuries that suits the room.
func Times(r Range, c Calendar, room Room) []Tick {
	var candidates []candidate
	for _, rung := range ladder() {
		finerThanDay := rung.nominal < day
		if finerThanDay && (c.Dates || r.Span() > longestInHours && !c.Clock) || !finerThanDay && c.Clock {
			continue
		}
		candidates = append(candidates, candidate{rung.nominal, func() []Tick {
			return c.labelled(rung, rung.within(r, c), room, r)
		}})
	}
	ticks, _ := choose(r, room, candidates)
	return ticks
}

// labelled writes the ticks of one rung. The lower line names the day, or the
// year, at the first tick and wherever it changes.
func (c Calendar) labelled(s rung, times []time.Time, room Room, r Range) []Tick {
	ticks := make([]Tick, len(times))
	named := []int{}
	for i, t := range times {
		ticks[i] = Tick{Value: Seconds(t), Label: t.Format(s.label)}
		if s.context == "" || c.Clock {
			continue
		}
		if i == 0 || t.Format(s.context) != times[i-1].Format(s.context) {
			ticks[i].Below = c.context(s, t, i == 0 || t.Year() != times[i-1].Year())
			named = append(named, i)
		}
	}
	// The first is dropped when the next leaves it no room: a day that is all
	// but over matters less than the one that begins.
	if len(named) > 1 && !room.Fit(r, []Tick{ticks[named[0]], ticks[named[1]]}) {
		ticks[named[0]].Below = ""
		ticks[named[1]].Below = c.context(s, times[named[1]], true)
	}
	return ticks
}

func (Calendar) context(s rung, t time.Time, withYear bool) string {
	if withYear {
		return t.Format(s.context)
	}
	return t.Format(s.shortContext)
}
