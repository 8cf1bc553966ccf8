package crontab_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dagrun/engine/crontab"
)

// TestNextTellsWhatCronAndDueDo plays cron, as Debian's works, on a machine in
// one zone with the line of a pipeline in another, around changes of the clock.
func TestNextTellsWhatCronAndDueDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pipeline, system := drawZone(t, "pipeline"), drawZone(t, "machine")
		if rapid.Bool().Draw(t, "same zone") {
			system = pipeline
		}
		schedule := drawSchedule(t)
		from := drawInstant(t, pipeline, system)
		to := from.Add(60 * time.Hour)
		plan := crontab.NewPlan(mustParse(t, schedule), pipeline, system, from)
		var got, want []string
		for at, ok := plan.Next(from); ok && !at.After(to); at, ok = plan.Next(at) {
			got = append(got, at.UTC().Format(time.RFC3339))
		}
		started := playCron(plan.Schedule(), system, from.Add(-24*time.Hour), to.Add(2*time.Hour))
		for i, at := range started {
			if at.After(from) && !at.After(to) && (!plan.Guarded() || asked(t, plan, at, started[i+1])) {
				want = append(want, at.Format(time.RFC3339))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s in %s on a machine in %s, line %s, guarded %t (-cron +next):\n%s",
				schedule, pipeline, system, plan.Schedule(), plan.Guarded(), diff)
		}
	})
}

// asked asks whether a line is due that was started at an instant, or late but
// before the next start.
func asked(t *rapid.T, p crontab.Plan, at, next time.Time) bool {
	due := p.Due(at)
	late := at.Add(time.Duration(rapid.Int64Range(0, int64(next.Sub(at))-1).Draw(t, "late")))
	if p.Due(late) != due {
		t.Fatalf("started at %s due is %t, but asked at %s it is %t", at, due, late, !due)
	}
	return due
}

func drawZone(t *rapid.T, label string) *time.Location {
	name := rapid.SampledFrom([]string{
		"UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "America/Santiago", "America/Sao_Paulo",
		"Asia/Kolkata", "Asia/Kathmandu", "Asia/Beirut", "Africa/Cairo", "Africa/Casablanca", "Australia/Lord_Howe", "Antarctica/Troll",
		"Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati",
	}).Draw(t, label)
	return zone(t, name)
}

// drawInstant draws an instant within a day and a half before a change of the
// clock in one of the zones, if there is any.
func drawInstant(t *rapid.T, zones ...*time.Location) time.Time {
	at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 2*365*24).Draw(t, "hour")) * time.Hour)
	if _, end := at.In(rapid.SampledFrom(zones).Draw(t, "change in")).ZoneBounds(); !end.IsZero() && end.Sub(at) < 366*24*time.Hour {
		at = end
	}
	return at.Add(-time.Duration(rapid.IntRange(0, 36*60).Draw(t, "minutes before")) * time.Minute).UTC()
}

func drawSchedule(t *rapid.T) string {
	word := func(label string, words ...string) string { return rapid.SampledFrom(words).Draw(t, label) }
	return strings.Join([]string{
		word("minute", "*", "*/20", "0", "30", "59", "5,35", "0-45/15", "7"),
		word("hour", "*", "*/2", "0", "1", "2", "3", "1-3", "23", "0-23", "2,14"),
		word("day", "*", "*", "*", "*/2", "1-15", "28,29,30,31"),
		word("month", "*", "*", "1-12", "3,4,9,10,11"),
		word("weekday", "*", "*", "0", "0-7/2", "*/2", "1-5", "7"),
	}, " ")
}

// playCron gives the instants at which Debian's cron starts a line that is in
// the crontab from an instant on. cron wakes up each minute and compares its
// clock with where it is in its work.
func playCron(schedule string, zone *time.Location, from, to time.Time) []time.Time {
	line := newLine(schedule)
	clock := func(t time.Time) int64 {
		_, offset := t.In(zone).Zone()
		return (t.Unix() + int64(offset)) / 60
	}
	var started []time.Time
	virtual := clock(from)
	for now := from.Add(time.Minute); !now.After(to); now = now.Add(time.Minute) {
		start := false
		switch behind := clock(now) - virtual; {
		case behind > 180 || behind <= -180:
			virtual = clock(now)
			start = line.matches(virtual)
		case behind > 5:
			start = line.wild && line.matches(clock(now))
			for virtual < clock(now) {
				virtual++
				start = start || !line.wild && line.matches(virtual)
			}
		case behind > 0:
			for virtual < clock(now) {
				virtual++
				start = start || line.matches(virtual)
			}
		default:
			start = line.wild && line.matches(clock(now))
		}
		if start {
			started = append(started, now)
		}
	}
	return started
}

// line is the schedule of a line, read in the plainest way.
type line struct {
	minute, hour, day, month, weekday []int
	wild, either                      bool
}

func newLine(schedule string) line {
	f := strings.Fields(schedule)
	star := func(i int) bool { return strings.HasPrefix(f[i], "*") }
	return line{
		minute: expand(f[0], 0, 59), hour: expand(f[1], 0, 23), day: expand(f[2], 1, 31), month: expand(f[3], 1, 12), weekday: expand(f[4], 0, 7),
		wild: star(0) || star(1), either: !star(2) && !star(4),
	}
}

func expand(text string, low, high int) []int {
	var all []int
	for part := range strings.SplitSeq(text, ",") {
		bounds, step, _ := strings.Cut(part, "/")
		first, last, isRange := strings.Cut(bounds, "-")
		from, to, by := low, high, 1
		if bounds != "*" {
			from, _ = strconv.Atoi(first)
			to = from
		}
		if isRange {
			to, _ = strconv.Atoi(last)
		}
		if step != "" {
			by, _ = strconv.Atoi(step)
		}
		for n := from; n <= to; n += by {
			all = append(all, n)
		}
	}
	return all
}

func (l line) matches(clock int64) bool {
	t := time.Unix(clock*60, 0).UTC()
	weekday := slices.Contains(l.weekday, int(t.Weekday())) || t.Weekday() == time.Sunday && slices.Contains(l.weekday, 7)
	day := slices.Contains(l.day, t.Day())
	onDay := day && weekday || l.either && (day || weekday)
	return slices.Contains(l.minute, t.Minute()) && slices.Contains(l.hour, t.Hour()) && slices.Contains(l.month, int(t.Month())) && onDay
}
