package crontab

import (
	"fmt"
	"strings"
	"time"
)

// horizon is for how long two zones must show the same time to be taken for
// one, and for which the differences of two zones are known.
const horizon = 10 * 365 * 24 * time.Hour

// far is how far ahead a time is looked for. A leap day that has to be a certain
// weekday comes after 40 years at the latest.
const far = 41 * 366 * 24 * time.Hour

// Plan is how cron, which knows only the machine's time zone, keeps a schedule
// in the pipeline's.
//
// Where both zones show the same time the crontab line has the schedule itself.
// Where only the minutes of the schedule count, it has the minutes that the
// machine's clock shows then. Otherwise the line fires at these minutes of every
// hour, and is guarded: it asks Due first.
type Plan struct {
	schedule Schedule
	zone     *time.Location
	system   *time.Location
	ahead    []time.Duration // of the machine's clock the pipeline's is, less than an hour, all there are
	same     bool            // both clocks show the same time
}

// NewPlan makes the plan for a schedule in a zone on a machine in another one,
// as the zones are from now on.
func NewPlan(s Schedule, zone, system *time.Location, now time.Time) Plan {
	p := Plan{schedule: s, zone: zone, system: system, same: true}
	known := map[time.Duration]bool{}
	for t := now.Add(-24 * time.Hour); t.Before(now.Add(horizon)); t = nextChange(t, zone, system) {
		_, a := t.In(zone).Zone()
		_, b := t.In(system).Zone()
		ahead := time.Duration(a-b) * time.Second
		p.same = p.same && ahead == 0
		if ahead = (ahead%time.Hour + time.Hour) % time.Hour; !known[ahead] {
			known[ahead] = true
			p.ahead = append(p.ahead, ahead)
		}
	}
	return p
}

// nextChange is the next instant at which the clock of one of the zones is
// changed, or a day further where it is not known: for the last day of a leap
// year, the time package may say that its stretch of time is over before it.
func nextChange(t time.Time, zones ...*time.Location) time.Time {
	next := t.Add(horizon + far)
	for _, zone := range zones {
		_, end := t.In(zone).ZoneBounds()
		if !end.IsZero() && !end.After(t) {
			end = t.Add(24 * time.Hour)
		}
		if !end.IsZero() && end.Before(next) {
			next = end
		}
	}
	return next
}

// Guarded reports whether the line fires more often than the schedule comes, so
// that it has to ask Due.
func (p Plan) Guarded() bool {
	return !p.same && (len(p.ahead) > 1 || !p.schedule.everyHour())
}

// Schedule is the schedule of the crontab line.
func (p Plan) Schedule() string {
	if p.same {
		return p.schedule.String()
	}
	at := p.lineMinutes().list(minutes)
	if text, _, _ := strings.Cut(p.schedule.String(), " "); p.lineMinutes() == p.schedule.minute && text[0] != '@' {
		at = text
	}
	return at + " * * * *"
}

// String says what the schedule is and in which zone.
func (p Plan) String() string { return fmt.Sprintf("%s in %s", p.schedule, p.zone) }

// lineMinutes are the minutes of the schedule as the machine's clock shows
// them.
func (p Plan) lineMinutes() set {
	var all set
	for _, ahead := range p.ahead {
		for m := range 60 {
			if p.schedule.minute.has(m) {
				all |= 1 << ((m - int(ahead/time.Minute) + 60) % 60)
			}
		}
	}
	return all
}

// Due reports whether a guarded line that asks at an instant was started for a
// time of the schedule. A line is started at its minutes or somewhat later; what
// counts is the latest of them.
func (p Plan) Due(now time.Time) bool {
	at := now.Truncate(time.Minute)
	for fires := p.lineMinutes(); !fires.has(wallAt(at, p.system).minute()); {
		at = at.Add(-time.Minute)
	}
	return p.comes(at, p.tick)
}

// Next is the first time behind an instant at which the pipeline is started;
// false when it is further away than anybody plans.
//
// When the clock of the pipeline's zone is changed by up to three hours, the
// rules are those of Debian's cron. A schedule whose minute or hour begins with
// an asterisk follows the clock. Any other one comes once where the clock shows
// a time twice, and where the clock leaps over its time it comes as soon as
// cron starts the line again: at once, or at the next of its minutes when the
// line is guarded.
func (p Plan) Next(after time.Time) (time.Time, bool) {
	starts := p.tick
	if !p.Guarded() {
		starts = everyMinute
	}
	end := after.Add(far)
	for t := after.Truncate(time.Minute).Add(time.Minute); t.Before(end); t = p.skip(t) {
		if p.comes(t, starts) {
			return t.In(p.zone), true
		}
	}
	return time.Time{}, false
}

// skip goes a minute further, or to the next day from one on which the schedule does
// not come and the clock is not changed.
func (p Plan) skip(t time.Time) time.Time {
	if w := wallAt(t, p.zone); !p.schedule.onDay(w) {
		next := t.Add(time.Duration(24*60-w.hour()*60-w.minute()) * time.Minute)
		start, _ := t.In(p.zone).ZoneBounds()
		calm := start.IsZero() || t.Sub(start) > 24*time.Hour
		if end := nextChange(t, p.zone); calm && next.Before(end) {
			return next
		}
	}
	return t.Add(time.Minute)
}

func everyMinute(time.Time) bool { return true }

// tick reports whether an instant has one of the schedule's minutes in the
// pipeline's zone, where a guarded line is started.
func (p Plan) tick(t time.Time) bool { return p.schedule.minute.has(wallAt(t, p.zone).minute()) }

// comes reports whether the schedule comes at an instant, if starts tells at
// which instants it can.
func (p Plan) comes(t time.Time, starts func(time.Time) bool) bool {
	if !starts(t) {
		return false
	}
	matches := p.schedule.matches(wallAt(t, p.zone))
	if p.schedule.wildcard {
		return matches
	}
	return matches && !shown(t, p.zone) || p.makesUp(t, starts)
}

// makesUp reports whether an instant is the first chance behind a change of the
// clock that leapt over a time of the schedule.
func (p Plan) makesUp(t time.Time, starts func(time.Time) bool) bool {
	c, ok := lastChange(t, p.zone)
	if !ok || t.Sub(c.at) > correction || !c.leaps(p.schedule) {
		return false
	}
	for earlier := c.at; earlier.Before(t); earlier = earlier.Add(time.Minute) {
		if starts(earlier) {
			return false
		}
	}
	return true
}
