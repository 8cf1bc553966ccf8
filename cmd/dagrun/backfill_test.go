package main

import (
	"testing"
	"time"
	_ "time/tzdata" // zones, whatever the machine has

	"github.com/google/go-cmp/cmp"

	"dagrun/engine/config"
)

// years are those in which the clocks of a zone are worth a look.
var years = map[string]int{
	"Europe/Berlin": 2026, "America/New_York": 2026, "Australia/Lord_Howe": 2026, "Asia/Kathmandu": 2026,
	"Atlantic/Azores": 2026, "Antarctica/Troll": 2026, "America/Nuuk": 2026, "Asia/Beirut": 2026, "Pacific/Apia": 2011,
}

func zoneOf(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// ranging gives the dates of a range a day apart.
func ranging(t *testing.T, from, to string, zone *time.Location) []time.Time {
	t.Helper()
	dates, _, err := backfill{from: from, to: to, every: "1d"}.dates(zone)
	if err != nil {
		t.Fatal(err)
	}
	return dates
}

func TestABackfillMakesTheDateThatARunHas(t *testing.T) {
	const minutes = "2006-01-02T15:04"
	for name, year := range years {
		zone := zoneOf(t, name)
		for shown := time.Date(year, 1, 2, 0, 0, 0, 0, time.UTC); shown.Year() == year; shown = shown.Add(30 * time.Minute) {
			text, before := shown.Format(minutes), shown.AddDate(0, 0, -1).Format(minutes)
			want, err := config.ParseDate(text, zone)
			if err != nil {
				continue // no run can have it
			}
			if got := ranging(t, text, text, zone); len(got) != 1 || !got[0].Equal(want) {
				t.Errorf("%s: from %s to %s are %v, want %v", name, text, text, got, want)
			}
			first, err := config.ParseDate(before, zone)
			if start, _ := config.StartOf(first.Year(), first.Month(), first.Day(), zone); err != nil || first.Equal(start) && first.Hour() > 0 {
				continue // the start of a day without midnight leads to midnight
			}
			if got := ranging(t, before, text, zone); !got[len(got)-1].Equal(want) {
				t.Errorf("%s: the last from %s to %s is %v, want %v", name, before, text, got[len(got)-1], want)
			}
		}
	}
}

func TestABackfillHasEachDayOnce(t *testing.T) {
	for name, year := range years {
		zone := zoneOf(t, name)
		for _, clock := range []string{"", "T00:30", "T02:30", "T23:30"} {
			want := 365
			if name == "Pacific/Apia" {
				want-- // 30 December
			}
			seen := map[string]bool{}
			dates := ranging(t, time.Date(year, 1, 1, 0, 0, 0, 0, zone).Format(time.DateOnly)+clock, time.Date(year, 12, 31, 0, 0, 0, 0, zone).Format(time.DateOnly), zone)
			for _, at := range dates {
				seen[at.Format(time.DateOnly)] = true
			}
			if len(seen) != want || len(dates) != want {
				t.Errorf("%s: a year at %q has %d dates on %d days, want %d", name, clock, len(dates), len(seen), want)
			}
		}
	}
}

func TestDatesOfABackfillWhereClocksChange(t *testing.T) {
	tests := map[string]struct {
		zone, from, to string
		want           []string
	}{
		"to a time that comes twice": {
			"Europe/Berlin", "2026-10-24T02:30", "2026-10-25T02:30",
			[]string{"2026-10-24T02:30:00+02:00", "2026-10-25T02:30:00+02:00"},
		},
		"over a time that comes twice": {
			"Europe/Berlin", "2026-10-25T02:30", "2026-10-26T02:30",
			[]string{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"},
		},
		"from its second coming": {
			"Europe/Berlin", "2026-10-25T02:30:00+01:00", "2026-10-26T02:30",
			[]string{"2026-10-25T02:30:00+01:00", "2026-10-26T02:30:00+01:00"},
		},
		"over a time that is leapt over, east of Greenwich": {
			"Europe/Berlin", "2026-03-28T02:30", "2026-03-29",
			[]string{"2026-03-28T02:30:00+01:00", "2026-03-29T03:30:00+02:00"},
		},
		"over a time that is leapt over, west of Greenwich": {
			"Atlantic/Azores", "2026-03-28T00:30", "2026-03-29",
			[]string{"2026-03-28T00:30:00-01:00", "2026-03-29T01:30:00Z"},
		},
		"over the end of a day that is leapt over": {
			"America/Nuuk", "2026-03-27T23:30", "2026-03-29",
			[]string{"2026-03-27T23:30:00-02:00", "2026-03-28T22:59:59-02:00", "2026-03-29T23:30:00-01:00"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, at := range ranging(t, tt.from, tt.to, zoneOf(t, tt.zone)) {
				got = append(got, at.Format(time.RFC3339))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
