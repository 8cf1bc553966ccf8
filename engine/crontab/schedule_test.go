package crontab_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the tests are about zones that a machine may not have

	"github.com/google/go-cmp/cmp"
	"github.com/robfig/cron/v3"
	"pgregory.net/rapid"

	"dagrun/engine/crontab"
)

func mustParse(t interface{ Fatal(...any) }, text string) crontab.Schedule {
	s, err := crontab.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestScheduleIsKeptAsWritten(t *testing.T) {
	for text, want := range map[string]string{
		"0 8 * * *":             "0 8 * * *",
		"  0\t8  * * * ":        "0 8 * * *",
		"*/15 0-6,22 1 jan Mon": "*/15 0-6,22 1 jan Mon",
		"0 0 * * 7":             "0 0 * * 7",
		"0 0 * * 5-7/2":         "0 0 * * 5-7/2",
		"0 0 29 2 *":            "0 0 29 2 *",
		"0 0 31 2 1":            "0 0 31 2 1", // on Mondays
		"0 0 * * mon-fri":       "0 0 * * mon-fri",
		"0-59/70 * * * *":       "0-59/70 * * * *",
		"*/99999999999 * * * *": "",
		"@daily":                "@daily",
		"@hourly":               "@hourly",
		"08 09 * * *":           "08 09 * * *",
	} {
		s, err := crontab.Parse(text)
		if want == "" && err == nil || want != "" && (err != nil || s.String() != want) {
			t.Errorf("%q: got %q, %v, want %q", text, s, err, want)
		}
	}
}

func TestRefusedScheduleSaysWhy(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "it is empty",
		" ":                            "it is empty",
		"0 8 * *":                      "it has 4 fields",
		"0 0 8 * * *":                  "it has 6 fields",
		"@every 1h":                    "cron has no @every",
		"@reboot":                      "@reboot is no time",
		"@dayly":                       `"@dayly" is no name of a schedule`,
		"@daily x":                     `"@daily x" is no name`,
		"TZ=Europe/Berlin 0 8 * * *":   "set timezone in the pipeline block",
		"CRON_TZ=UTC 0 8 * * *":        "set timezone in the pipeline block",
		"TZ=":                          "set timezone",
		"0 24 * * *":                   "hour: 24 is not between 0 and 23",
		"60 * * * *":                   "minute: 60 is not between 0 and 59",
		"0 0 0 * *":                    "day of month: 0 is not between 1 and 31",
		"0 0 * 13 *":                   "month: 13 is not",
		"0 0 * * 8":                    "day of week: 8 is not between 0 and 7",
		"0 0 * * monday":               `day of week: "monday" is no number, and no name such as sun`,
		"0 0 * * unm":                  `"unm" is no number`,
		"0 0 * jan-foo *":              `month: "foo" is no number, and no name such as jan`,
		"5/20 * * * *":                 "minute: \"5/20\" has a step but no range; write 5-59/20",
		"? * * * *":                    `"?" is neither`,
		"*5 * * * *":                   `"*5" is neither`,
		"*-5 * * * *":                  `"*-5" is neither`,
		"1,,2 * * * *":                 `"" is neither`,
		", * * * *":                    `"" is neither`,
		"+5 * * * *":                   `"+5" is neither`,
		"-5 * * * *":                   `"-5" is neither`,
		"*/0 * * * *":                  "has the step 0",
		"*/2/3 * * * *":                "is neither",
		"30-10 * * * *":                "begins behind its end",
		"0 0 * * fri-sun":              "begins behind its end",
		"0 0 30 2 *":                   "it never comes",
		"0 0 31 2,4,6,9,11 *":          "it never comes",
		"0 0 30 2 */2":                 "it never comes",
		"0\n8 * * *":                   "it has 4 fields",
		"0 8 * * *\n":                  "day of week",
		"0 8 * * \u00a0*":              "day of week",
		"99999999999999999999 * * * *": "is no number",
	} {
		if _, err := crontab.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestDaysMatchAsInDebiansCron(t *testing.T) {
	for _, c := range []struct {
		name, schedule string
		want           []int // days of February 2027, whose first is a Monday
	}{
		{"either of two restricted fields", "0 0 1,20 * 5", []int{1, 5, 12, 19, 20, 26}},
		{"a step from an asterisk does not restrict", "0 0 */10 * 1", []int{1}},
		{"nor in the week", "0 0 2-9 * */3", []int{3, 6, 7}},
		{"a range over everything does", "0 0 1-31 * 1", days(1, 28)},
		{"Sunday is 7", "0 0 * * 7", []int{7, 14, 21, 28}},
		{"and the end of a range", "0 0 * * 6-7", []int{6, 7, 13, 14, 20, 21, 27, 28}},
		{"and one of its steps", "0 0 * * 1-7/3", []int{1, 4, 7, 8, 11, 14, 15, 18, 21, 22, 25, 28}},
		{"names", "0 0 * feb sun,MON", []int{1, 7, 8, 14, 15, 21, 22, 28}},
		{"a week", "@weekly", []int{7, 14, 21, 28}},
		{"a month", "@monthly", []int{1}},
		{"no day of the year", "@yearly", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Date(2027, 1, 31, 23, 59, 0, 0, time.UTC)
			plan := crontab.NewPlan(mustParse(t, c.schedule), time.UTC, time.UTC, start)
			var got []int
			for at, _ := plan.Next(start); at.Before(start.AddDate(0, 0, 29)) && at.Month() == time.February; at, _ = plan.Next(at) {
				got = append(got, at.Day())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("days (-want +got):\n%s", diff)
			}
		})
	}
}

func days(first, last int) []int {
	var all []int
	for d := first; d <= last; d++ {
		all = append(all, d)
	}
	return all
}

// TestSchedulesComeAsAnotherParserSays compares with a parser that reads steps
// from an asterisk in day fields and Sundays otherwise, so there are none here.
func TestSchedulesComeAsAnotherParserSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join([]string{
			rapid.SampledFrom([]string{"*", "*/7", "0", "59", "3-40/11", "5,6,50-52"}).Draw(t, "minute"),
			rapid.SampledFrom([]string{"*", "*/5", "0", "23", "8-18/3", "1,2,20"}).Draw(t, "hour"),
			rapid.SampledFrom([]string{"*", "1", "31", "29", "5-25/6"}).Draw(t, "day"),
			rapid.SampledFrom([]string{"*", "jan", "2", "3-12/4", "dec,jul"}).Draw(t, "month"),
			rapid.SampledFrom([]string{"*", "0", "sat", "1-5", "1-6/2"}).Draw(t, "weekday"),
		}, " ")
		other, err := cron.ParseStandard(text)
		if err != nil {
			t.Fatal(err)
		}
		from := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 4*366*24*3600).Draw(t, "second")) * time.Second)
		want := other.Next(from)
		got, ok := crontab.Plan{}, false
		s, err := crontab.Parse(text)
		if want.IsZero() && err != nil {
			return // a day that never comes
		}
		if err != nil {
			t.Fatal(err)
		}
		got = crontab.NewPlan(s, time.UTC, time.UTC, from)
		next, ok := got.Next(from)
		if !want.IsZero() && (!ok || !next.Equal(want)) {
			t.Fatalf("%s behind %s: got %s, want %s", text, from, next, want)
		}
	})
}
