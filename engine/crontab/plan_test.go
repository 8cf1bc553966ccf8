package crontab_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine/crontab"
)

// before is an instant from which on the tests look ahead.
var before = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

func TestLineHasTheScheduleThatTheMachineNeeds(t *testing.T) {
	for _, c := range []struct {
		name, schedule, zone, system string
		want                         string
		guarded                      bool
	}{
		{"one zone", "0 8 * * *", "Europe/Berlin", "Europe/Berlin", "0 8 * * *", false},
		{"two names of one time", "0 8 * * 1-5", "Europe/Berlin", "Europe/Paris", "0 8 * * 1-5", false},
		{"a word", "@daily", "UTC", "Etc/UTC", "@daily", false},
		{"zones that differ in summer only", "0 8 * * *", "Europe/London", "UTC", "0 * * * *", true},
		{"full hours", "*/15 8 * * *", "Europe/Berlin", "UTC", "*/15 * * * *", true},
		{"half an hour", "10,50 8 * * *", "Asia/Kolkata", "UTC", "20,40 * * * *", true},
		{"half an hour the other way", "10 8 * * *", "UTC", "Asia/Kolkata", "40 * * * *", true},
		{"three quarters", "0 8 * * *", "Asia/Kathmandu", "UTC", "15 * * * *", true},
		{"behind the machine", "0 8 * * *", "America/St_Johns", "UTC", "30 * * * *", true},
		{"a difference that changes by half an hour", "5 8 * * *", "Australia/Lord_Howe", "UTC", "5,35 * * * *", true},
		{"a word for a day", "@daily", "Europe/Berlin", "UTC", "0 * * * *", true},
		{"every minute of an hour", "* 8 * * *", "Europe/Berlin", "UTC", "* * * * *", true},
		{"every hour", "5 * * * *", "Europe/Berlin", "UTC", "5 * * * *", false},
		{"every hour, as a word", "@hourly", "Asia/Kolkata", "UTC", "30 * * * *", false},
		{"every quarter, half an hour away", "*/15 * * * *", "Asia/Kolkata", "UTC", "*/15 * * * *", false},
		{"every hour, but not always the same minute", "5 * * * *", "Australia/Lord_Howe", "UTC", "5,35 * * * *", true},
		{"every hour by its number stands still in autumn", "5 0-23 * * *", "Europe/Berlin", "UTC", "5 * * * *", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := crontab.NewPlan(mustParse(t, c.schedule), zone(t, c.zone), zone(t, c.system), before)
			if p.Schedule() != c.want || p.Guarded() != c.guarded {
				t.Errorf("got %q, guarded %t, want %q, %t", p.Schedule(), p.Guarded(), c.want, c.guarded)
			}
		})
	}
}

func TestTimesAreRightWhereTheClockIsChanged(t *testing.T) {
	spring, autumn := "2027-03-27T12:00:00Z", "2026-10-24T12:00:00Z"
	for _, c := range []struct {
		name, schedule, zone, system, from string
		want                               []string
	}{
		{"a time that comes twice is due at its first pass", "30 2 * * *", "Europe/Berlin", "UTC", autumn,
			[]string{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"}},
		{"also by the line itself", "30 2 * * *", "Europe/Berlin", "Europe/Berlin", autumn,
			[]string{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"}},
		{"every hour is every hour", "30 * * * *", "Europe/Berlin", "UTC", "2026-10-24T23:59:00Z",
			[]string{"2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-10-25T03:30:00+01:00"}},
		{"every minute of an hour follows the clock", "*/30 2 * * *", "Europe/Berlin", "UTC", autumn,
			[]string{"2026-10-25T02:00:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T02:30:00+01:00", "2026-10-26T02:00:00+01:00"}},
		{"a time that is leapt over comes at the line's next start", "30 2 * * *", "Europe/Berlin", "UTC", spring,
			[]string{"2027-03-28T03:30:00+02:00", "2027-03-29T02:30:00+02:00"}},
		{"by the line itself it comes at once", "30 2 * * *", "Europe/Berlin", "Europe/Berlin", spring,
			[]string{"2027-03-28T03:00:00+02:00", "2027-03-29T02:30:00+02:00"}},
		{"two that are leapt over come once", "0,30 2 * * *", "Europe/Berlin", "UTC", spring,
			[]string{"2027-03-28T03:00:00+02:00", "2027-03-29T02:00:00+02:00"}},
		{"nothing is made up for what follows the clock", "*/30 2 * * *", "Europe/Berlin", "UTC", spring,
			[]string{"2027-03-29T02:00:00+02:00", "2027-03-29T02:30:00+02:00"}},
		{"nor on a day that is not the schedule's", "30 2 * * 1", "Europe/Berlin", "UTC", spring,
			[]string{"2027-03-29T02:30:00+02:00", "2027-04-05T02:30:00+02:00"}},
		{"midnight that is leapt over", "0 0 * * *", "America/Santiago", "UTC", "2027-09-04T12:00:00Z",
			[]string{"2027-09-05T01:00:00-03:00", "2027-09-06T00:00:00-03:00"}},
		{"the machine's clock does not matter", "30 2 * * *", "UTC", "Europe/Berlin", spring,
			[]string{"2027-03-28T02:30:00Z", "2027-03-29T02:30:00Z"}},
		{"half an hour back", "45 1 * * *", "Australia/Lord_Howe", "UTC", "2027-04-03T12:00:00+10:00",
			[]string{"2027-04-04T01:45:00+11:00", "2027-04-05T01:45:00+10:30"}},
		{"a leap day", "0 0 29 2 *", "UTC", "UTC", spring, []string{"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"}},
		{"a leap day that is a Sunday", "0 0 29 2 */8", "UTC", "UTC", spring, []string{"2032-02-29T00:00:00Z", "2060-02-29T00:00:00Z"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, c.from)
			if err != nil {
				t.Fatal(err)
			}
			p := crontab.NewPlan(mustParse(t, c.schedule), zone(t, c.zone), zone(t, c.system), at)
			var got []string
			for range c.want {
				at, _ = p.Next(at)
				got = append(got, at.Format(time.RFC3339))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("times (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDueIsSaidOfTheLatestStart(t *testing.T) {
	p := crontab.NewPlan(mustParse(t, "30 8 * * *"), zone(t, "Europe/Berlin"), time.UTC, before)
	for at, want := range map[string]bool{
		"2026-11-25T07:29:59Z": false, "2026-11-25T07:30:00Z": true, "2026-11-25T08:29:59Z": true, "2026-11-25T08:30:00Z": false,
		"2026-06-25T06:30:01Z": true, "2026-06-25T07:30:01Z": false,
		"2026-10-25T07:30:00Z": true, "2026-03-29T06:30:00Z": true,
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if p.Due(now) != want {
			t.Errorf("%s: got %t, want %t", at, !want, want)
		}
	}
}

// TestZoneThatIsARuleOnlyIsPlanned has a zone as small files of zones say it:
// one change, and a rule for all others.
func TestZoneThatIsARuleOnlyIsPlanned(t *testing.T) {
	head := "TZif2" + strings.Repeat("\x00", 15+15) + "\x01" + "\x00\x00\x00\x01" + "\x00\x00\x00\x04"
	body := "\x00" + "\x00\x00\x0e\x10\x00\x00" + "CET\x00"
	data := head + "\x00\x00\x00\x00" + body + head + strings.Repeat("\x00", 8) + body + "\nCET-1CEST,M3.5.0,M10.5.0/3\n"
	rule, err := time.LoadLocationFromTZData("rule", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2028, 12, 30, 12, 0, 0, 0, time.UTC)
	p := crontab.NewPlan(mustParse(t, "0 8 * * *"), rule, time.UTC, from)
	if at, ok := p.Next(from.AddDate(0, 0, 1)); !p.Guarded() || !ok || at.Format(time.RFC3339) != "2029-01-01T08:00:00+01:00" {
		t.Errorf("got %s, guarded %t", at, p.Guarded())
	}
}
