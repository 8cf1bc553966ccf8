package config

import (
	"fmt"
	"time"
)

// ParseDate reads a logical time: a date, which means its first moment, a date
// and time in a zone, or a time of RFC 3339. A day that the zone leaves out and a
// time of day that its clocks leap over are errors; of a time that they show
// twice the first is meant.
func ParseDate(text string, zone *time.Location) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		start, ok := StartOf(day.Year(), day.Month(), day.Day(), zone)
		if !ok {
			return start, fmt.Errorf("there is no %s in %s, which left that day out; take another day", text, zone)
		}
		return start, nil
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		shown, err := time.Parse(layout, text)
		if err != nil || shown.Format(layout) != text { // fractions of a second are parsed in any layout
			continue
		}
		t, ok := firstShowing(shown, zone)
		if !ok {
			return t, fmt.Errorf("there is no %s in %s, where clocks leap over it; take another time, or write the offset as in %s", text, zone, t.Format(time.RFC3339))
		}
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("%q is no date; write it like 2026-11-20, 2026-11-20T08:00 or 2026-11-20T08:00:30", text)
	}
	return t.In(zone), nil
}

// StartOf is the first moment of a day in a zone, which is not midnight where
// clocks leap over that. Days beyond a month's end are those of the next. ok is
// false for a day that the zone leaves out; the next day's start stands for it.
func StartOf(year int, month time.Month, day int, zone *time.Location) (start time.Time, ok bool) {
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	start, ok = firstShowing(midnight, zone)
	if !ok {
		start, _ = start.ZoneBounds()
	}
	return start, start.Day() == midnight.Day()
}

// DaysAfter is a time so many days of the calendar after another, at the same
// time of day: the first of two, and where clocks leap over it the time that is
// later by the leap, but still on that day. The start of a day leads to the start
// of a day. ok is false where the zone leaves the day out; the next day's start
// stands for it.
func DaysAfter(t time.Time, days int) (at time.Time, ok bool) {
	if days == 0 {
		return t, true
	}
	year, month, day := t.Date()
	first, _ := StartOf(year, month, day, t.Location())
	start, ok := StartOf(year, month, day+days, t.Location())
	if !ok || t.Equal(first) {
		return start, ok
	}
	shown := time.Date(year, month, day+days, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	at, ok = firstShowing(shown, t.Location())
	if !ok && at.Day() != shown.Day() { // clocks leap over the end of the day
		midnight, _ := at.ZoneBounds()
		return midnight.Add(-time.Second), true
	}
	return at, true
}

// firstShowing is the first time at which the clocks of a zone show what those
// of UTC show at a time. ok is false where they leap over it; then it is the time
// that is later by the leap. It looks at one stretch of equal offset after the
// other, from a day before, which is more than any offset.
func firstShowing(shown time.Time, zone *time.Location) (at time.Time, ok bool) {
	for stretch := shown.AddDate(0, 0, -1).In(zone); ; {
		_, offset := stretch.Zone()
		t := shown.Add(-time.Duration(offset) * time.Second).In(zone)
		start, end := stretch.ZoneBounds()
		if !start.IsZero() && t.Before(start) {
			return at, false
		}
		if end.IsZero() || t.Before(end) {
			return t, true
		}
		at, stretch = t, end
	}
}
