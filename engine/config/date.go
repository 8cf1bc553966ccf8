package config

import (
	"fmt"
	"time"
)

// ParseDate reads a logical time: a date, which means its first moment, a date
// and time in a zone, or a time of RFC 3339. A time of day that the zone's clocks
// leap over is an error; of one that they show twice the first is meant.
func ParseDate(text string, zone *time.Location) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return StartOf(day.Year(), day.Month(), day.Day(), zone), nil
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		t, err := time.ParseInLocation(layout, text, zone)
		switch {
		case err != nil:
			continue
		case t.Format(layout) != text:
			return t, fmt.Errorf("there is no %s in %s, where clocks leap over it; take another time, or write the offset as in %s", text, zone, t.Format(time.RFC3339))
		}
		return firstOf(t, layout), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("%q is no date; write it like 2026-11-20 or 2026-11-20T08:00", text)
	}
	return t.In(zone), nil
}

// firstOf is the first time that clocks show what they show at t. They are set
// back by an hour, on Lord Howe Island by half of one.
func firstOf(t time.Time, layout string) time.Time {
	for _, back := range []time.Duration{time.Hour, time.Hour / 2} {
		if earlier := t.Add(-back); earlier.Format(layout) == t.Format(layout) {
			return earlier
		}
	}
	return t
}

// StartOf is the first moment of a day in a zone, which is not midnight where
// clocks leap over that. Days beyond a month's end are those of the next.
func StartOf(year int, month time.Month, day int, zone *time.Location) time.Time {
	t := time.Date(year, month, day, 0, 0, 0, 0, zone)
	want := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	for t.Day() != want.Day() { // it is what the clocks showed before the leap
		t = t.Add(time.Hour)
	}
	return t
}
