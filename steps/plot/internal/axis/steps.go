package axis

import (
	"math"
	"time"
)

// clock gives the times within a range whose wall clock shows a whole multiple
// of a step, which divides the day. An hour that the clocks repeat has its
// ticks twice, one that they skip has none.
func clock(step float64) func(Range, Calendar) []time.Time {
	every := time.Duration(math.Round(step*1e6)) * time.Microsecond
	return func(r Range, c Calendar) []time.Time {
		var times []time.Time
		for t := c.Time(r.Min); Seconds(t) < r.Min || r.holds(Seconds(t)); {
			wall := sinceMidnight(t)
			if wall%every == 0 && r.holds(Seconds(t)) {
				times = append(times, t)
			}
			// Never past a full hour: that is where clocks change.
			t = t.Add(min(every-wall%every, time.Hour-wall%time.Hour))
		}
		return times
	}
}

func sinceMidnight(t time.Time) time.Duration {
	h, m, s := t.Clock()
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second +
		time.Duration(t.Nanosecond())
}

// days gives every nth beginning of a day: of every one, every second, or
// every Monday.
func days(n int) func(Range, Calendar) []time.Time {
	return func(r Range, c Calendar) []time.Time {
		var times []time.Time
		y, m, d := c.Time(r.Min).Date()
		for i := 0; ; i++ {
			t := startOfDay(y, m, d+i, c.Zone)
			if Seconds(t) > r.Min && !r.holds(Seconds(t)) {
				return times
			}
			if mondayCount(y, m, d+i)%n == 0 && r.holds(Seconds(t)) {
				times = append(times, t)
			}
		}
	}
}

// mondayCount numbers the days so that Mondays are multiples of seven: 5
// January 1970 was one.
func mondayCount(y int, m time.Month, d int) int {
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()/(24*3600)) - 4
}

// startOfDay is midnight, or the first moment of a day whose midnight the
// clocks skip.
func startOfDay(y int, m time.Month, d int, zone *time.Location) time.Time {
	t := time.Date(y, m, d, 0, 0, 0, 0, zone)
	if noon := time.Date(y, m, d, 12, 0, 0, 0, zone); t.Day() != noon.Day() {
		return t.Add(time.Hour)
	}
	return t
}

// months gives the first of every nth month, counted so that years begin one.
func months(n int) func(Range, Calendar) []time.Time {
	return func(r Range, c Calendar) []time.Time {
		var times []time.Time
		first := c.Time(r.Min)
		index := first.Year()*12 + int(first.Month()) - 1
		for index -= index % n; ; index += n {
			t := startOfDay(index/12, time.Month(index%12+1), 1, c.Zone)
			if Seconds(t) > r.Min && !r.holds(Seconds(t)) {
				return times
			}
			if r.holds(Seconds(t)) {
				times = append(times, t)
			}
		}
	}
}
