package config_test

import (
	"strings"
	"testing"
	"time"

	_ "time/tzdata" // zones, whatever the machine has

	"dagrun/engine/config"
)

func TestDates(t *testing.T) {
	tests := map[string]struct{ zone, text, want string }{
		"a day":                            {"Europe/Berlin", "2026-11-20", "2026-11-20T00:00:00+01:00"},
		"a minute":                         {"Europe/Berlin", "2026-07-20T08:05", "2026-07-20T08:05:00+02:00"},
		"a second":                         {"Europe/Berlin", "2026-07-20T08:05:09", "2026-07-20T08:05:09+02:00"},
		"another zone's time":              {"Europe/Berlin", "2026-07-20T08:05:00Z", "2026-07-20T10:05:00+02:00"},
		"a time that comes twice":          {"Europe/Berlin", "2026-10-25T02:30", "2026-10-25T02:30:00+02:00"},
		"its second coming, by its offset": {"Europe/Berlin", "2026-10-25T02:30:00+01:00", "2026-10-25T02:30:00+01:00"},
		"a day without midnight":           {"Asia/Beirut", "2026-03-29", "2026-03-29T01:00:00+03:00"},
		"a time that is leapt over":        {"Europe/Berlin", "2026-03-29T02:30", "there is no 2026-03-29T02:30 in Europe/Berlin"},
		"no day of the calendar":           {"UTC", "2026-02-30", `"2026-02-30" is no date`},
		"a fraction of a second":           {"UTC", "2026-11-20T08:00:30.5", `"2026-11-20T08:00:30.5" is no date; write it like 2026-11-20, 2026-11-20T08:00 or 2026-11-20T08:00:30`},
		"an hour of one digit":             {"UTC", "2026-11-20T8:00", `"2026-11-20T8:00" is no date`},
		"a day that the zone leaves out":   {"Pacific/Apia", "2011-12-30", "there is no 2011-12-30 in Pacific/Apia, which left that day out"},
		"a time of that day":               {"Pacific/Apia", "2011-12-30T08:00", "there is no 2011-12-30T08:00 in Pacific/Apia"},
		"the day after it":                 {"Pacific/Apia", "2011-12-31", "2011-12-31T00:00:00+14:00"},
		"a leap over midnight":             {"America/Toronto", "1919-03-31", "1919-03-31T00:30:00-04:00"},
		"a midnight that comes twice":      {"Atlantic/Azores", "2026-10-25", "2026-10-25T00:00:00Z"},
		"the first day of all":             {"Europe/Berlin", "0001-01-01", "0001-01-01T00:00:00+00:53"},
		"a word":                           {"UTC", "yesterday", `"yesterday" is no date`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			zone, err := time.LoadLocation(tt.zone)
			if err != nil {
				t.Fatal(err)
			}
			at, err := config.ParseDate(tt.text, zone)
			got := at.Format(time.RFC3339)
			if err != nil {
				got = err.Error()
			}
			if !strings.HasPrefix(got, tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
