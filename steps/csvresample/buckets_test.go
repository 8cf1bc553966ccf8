package csvresample_test

import (
	"strings"
	"testing"
	"time"

	"dagrun/engine/enginetest"
)

// counted is a table of times that are counted by bucket.
func counted(times ...string) string {
	text := []string{"t,v"}
	for _, at := range times {
		text = append(text, at+",1")
	}
	return lines(text...)
}

func every(interval string, more ...enginetest.Args) enginetest.Args {
	args := enginetest.Args{"interval": interval, "method": "count"}
	for _, m := range more {
		args = enginetest.With(args, m)
	}
	return args
}

func TestBucketsStartAtMidnight(t *testing.T) {
	text := counted("2024-06-15 00:00:00", "2024-06-15 05:59:59.999999999", "2024-06-15 06:00:00", "2024-06-15 23:59:59", "2024-06-16 00:00:00")
	testOutcomes(t, []outcome{
		{name: "6h", text: text, args: every("6h"), want: lines("t,v", "2024-06-15 00:00:00,2", "2024-06-15 06:00:00,1", "2024-06-15 18:00:00,1", "2024-06-16 00:00:00,1")},
		{name: "90m", text: text, args: every("90m"), want: lines("t,v", "2024-06-15 00:00:00,1", "2024-06-15 04:30:00,1", "2024-06-15 06:00:00,1", "2024-06-15 22:30:00,1", "2024-06-16 00:00:00,1")},
		{name: "1d", text: text, args: every("1d"), want: lines("t,v", "2024-06-15 00:00:00,4", "2024-06-16 00:00:00,1")},
		{
			name: "before 1970", text: counted("1969-12-31 23:59:59", "1899-12-31 00:00:01"), args: every("1h"),
			want: lines("t,v", "1899-12-31 00:00:00,1", "1969-12-31 23:00:00,1"),
		},
		{
			name: "in a zone that is no whole hours away", zone: "Asia/Kathmandu", text: counted("2024-06-15T00:10:00Z"), args: every("6h"), // 05:55 there
			want: lines("t,v", "2024-06-14T18:15:00Z,1"),
		},
	})
}

func TestIntervalsThatDivideNoDayAreCountedFromTheFirstDay(t *testing.T) {
	text := counted("2024-06-17 02:59", "2024-06-15 06:00", "2024-06-16 03:59", "2024-06-17 03:00", "2024-06-16 04:00")
	testOutcomes(t, []outcome{
		{
			name: "7h from the earliest row's midnight, over midnights", text: text, args: every("7h"),
			want: lines("t,v", "2024-06-15 00:00,1", "2024-06-15 21:00,1", "2024-06-16 04:00,1", "2024-06-17 01:00,2"),
		},
		{
			name: "7h from the first midnight of the period", text: text, args: every("7h", enginetest.Args{"period": "2024-06-16/2024-06-18"}),
			want: lines("t,v", "2024-06-16 00:00,2", "2024-06-16 21:00,2"),
		},
		{
			name: "7h from the midnight of the latest day", text: text, args: every("7h", enginetest.Args{"period": "latest"}),
			want: lines("t,v", "2024-06-17 00:00,2"),
		},
		{name: "36h", text: text, args: every("36h"), want: lines("t,v", "2024-06-15 00:00,3", "2024-06-16 12:00,2")},
		{name: "two days", text: text, args: every("2d"), want: lines("t,v", "2024-06-15 00:00,3", "2024-06-17 00:00,2")},
		{
			name: "a week of a period that starts within one", text: text, args: every("1w", enginetest.Args{"period": "2024-06-10/2024-06-30"}),
			want: lines("t,v", "2024-06-10 00:00,3", "2024-06-17 00:00,2"),
		},
		{
			name: "the first day is that of all files", args: every("2d", enginetest.Args{"input": []string{"b.csv", "a.csv"}}),
			files: map[string]string{"a.csv": counted("2024-06-15 06:00"), "b.csv": counted("2024-06-16 06:00", "2024-06-17 06:00")},
			want:  lines("t,v", "2024-06-15 00:00,2", "2024-06-17 00:00,1"),
		},
		{
			name: "the widest interval over the widest range", text: counted("1678-01-01 00:00", "2261-12-31 23:59"), args: every("1281023h"),
			want: lines("t,v", "1678-01-01 00:00,1", "2116-06-01 21:00,1"),
		},
		{
			name: "as many days over the widest range", text: counted("1678-01-01 00:00", "2261-12-31 23:59"), args: every("53000d"),
			want: lines("t,v", "1678-01-01 00:00,1", "2258-06-10 00:00,1"),
		},
	})
}

// quarters lists the times of a reading every 15 minutes of a local day, each
// with its offset.
func quarters(t *testing.T, zone string, year int, month time.Month, day int) (list []string) {
	t.Helper()
	at := time.Date(year, month, day, 0, 0, 0, 0, in(t, zone))
	for ; at.Day() == day; at = at.Add(15 * time.Minute) {
		list = append(list, at.Format(time.RFC3339))
	}
	return list
}

func TestDaysOf23And25Hours(t *testing.T) {
	spring := counted(quarters(t, "Europe/Rome", 2024, 3, 31)...)
	autumn := counted(quarters(t, "Europe/Rome", 2024, 10, 27)...)
	hours := func(n int, first string) string {
		text := []string{"t,v"}
		at, err := time.Parse(time.RFC3339, first)
		if err != nil {
			t.Fatal(err)
		}
		for range n {
			text = append(text, at.In(in(t, "Europe/Rome")).Format(time.RFC3339)+",4")
			at = at.Add(time.Hour)
		}
		return lines(text...)
	}
	rome := "Europe/Rome"
	testOutcomes(t, []outcome{
		{name: "23 hours", zone: rome, text: spring, args: every("1h"), want: hours(23, "2024-03-31T00:00:00+01:00")},
		{name: "25 hours", zone: rome, text: autumn, args: every("1h"), want: hours(25, "2024-10-27T00:00:00+02:00")},
		{name: "one day of 23 hours", zone: rome, text: spring, args: every("24h"), want: lines("t,v", "2024-03-31T00:00:00+01:00,92")},
		{name: "one day of 25 hours", zone: rome, text: autumn, args: every("1d"), want: lines("t,v", "2024-10-27T00:00:00+02:00,100")},
		{
			name: "wider buckets count elapsed hours, the last one is shorter", zone: rome, text: spring, args: every("6h"),
			want: lines("t,v", "2024-03-31T00:00:00+01:00,24", "2024-03-31T07:00:00+02:00,24", "2024-03-31T13:00:00+02:00,24", "2024-03-31T19:00:00+02:00,20"),
		},
		{
			name: "the hour too much is a bucket of its own", zone: rome, text: autumn, args: every("12h"),
			want: lines("t,v", "2024-10-27T00:00:00+02:00,48", "2024-10-27T11:00:00+01:00,48", "2024-10-27T23:00:00+01:00,4"),
		},
		{
			name: "the day after starts at its midnight", zone: rome, text: counted("2024-03-31T23:59:59+02:00", "2024-04-01T00:00:00+02:00"), args: every("6h"),
			want: lines("t,v", "2024-03-31T19:00:00+02:00,1", "2024-04-01T00:00:00+02:00,1"),
		},
		{
			name: "whole days over a change", zone: rome, args: every("2d"),
			text: counted("2024-03-30T00:00:00+01:00", "2024-03-31T23:59:59+02:00", "2024-04-01T00:00:00+02:00", "2024-04-02T23:59:59+02:00"),
			want: lines("t,v", "2024-03-30T00:00:00+01:00,2", "2024-04-01T00:00:00+02:00,2"),
		},
		{
			name: "a date as period is the whole day", zone: rome, text: autumn, args: every("1d", enginetest.Args{"period": "2024-10-27"}),
			want: lines("t,v", "2024-10-27T00:00:00+02:00,100"),
		},
		{
			name: "half an hour of change", zone: "Australia/Lord_Howe", text: counted(quarters(t, "Australia/Lord_Howe", 2024, 4, 7)...),
			args: every("12h"), want: lines("t,v", "2024-04-07T00:00:00+11:00,48", "2024-04-07T11:30:00+10:30,48", "2024-04-07T23:30:00+10:30,2"),
		},
		{
			name: "a day without a midnight starts with its first moment", zone: "America/Sao_Paulo", text: counted("2018-11-04T01:00:00-02:00", "2018-11-03T23:59:59-03:00"),
			args: every("1d"), want: lines("t,v", "2018-11-03T00:00:00-03:00,1", "2018-11-04T01:00:00-02:00,1"),
		},
		{
			name: "a date needs no time of day where its day has no midnight", zone: "America/Sao_Paulo", text: counted("2018-11-03", "2018-11-04"),
			args: every("1d"), want: lines("t,v", "2018-11-03,1", "2018-11-04,1"),
		},
		{
			name: "clocks that go back over midnight", zone: "America/Sao_Paulo", args: every("1d"),
			text: counted("2018-02-17T23:30:00-02:00", "2018-02-17T23:30:00-03:00", "2018-02-18T00:00:00-03:00"),
			want: lines("t,v", "2018-02-17T00:00:00-02:00,2", "2018-02-18T00:00:00-03:00,1"),
		},
		{
			name: "clocks that go back over midnight a minute after it", zone: "America/Goose_Bay", args: every("1d"),
			text: counted("2010-11-06T23:30:00-04:00", "2010-11-06T23:59:59-03:00", "2010-11-07T00:00:30-03:00", "2010-11-07T00:00:00-04:00"),
			want: lines("t,v", "2010-11-06T00:00:00-03:00,1", "2010-11-07T00:00:00-03:00,3"),
		},
		{
			name: "a date that was left out", zone: "Pacific/Apia", args: every("1d"),
			text: counted("2011-12-29T23:59:59-10:00", "2011-12-31T00:00:00+14:00"),
			want: lines("t,v", "2011-12-29T00:00:00-10:00,1", "2011-12-31T00:00:00+14:00,1"),
		},
	})
}

func TestTimesWithoutOffsetWhereTheClocksChange(t *testing.T) {
	cases := []struct {
		name, text, want string
		warned           bool
	}{
		{
			"a repeated hour is the first one",
			counted("2024-10-27T01:59:59", "2024-10-27T02:00:00", "2024-10-27T02:30:00", "2024-10-27T03:00:00"),
			lines("t,v", "2024-10-27T01:00:00,1", "2024-10-27T02:00:00,2", "2024-10-27T03:00:00,1"), true,
		},
		{
			"a skipped hour is read with the offset before",
			counted("2024-03-31T01:59:59", "2024-03-31T02:30:00", "2024-03-31T03:30:00"),
			lines("t,v", "2024-03-31T01:00:00,1", "2024-03-31T03:00:00,2"), true,
		},
		{"the hours beside it are certain", counted("2024-10-27T01:59:59", "2024-10-27T03:00:00"), lines("t,v", "2024-10-27T01:00:00,1", "2024-10-27T03:00:00,1"), false},
		{"an offset makes it certain", counted("2024-10-27T02:30:00+02:00", "2024-10-27T02:30:00+01:00"), lines("t,v", "2024-10-27T02:00:00+02:00,1", "2024-10-27T02:00:00+01:00,1"), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			log := outcome{zone: "Europe/Rome", text: c.text, args: every("1h"), want: c.want}.run(t).log.String()
			if got := strings.Contains(log, "clocks change"); got != c.warned {
				t.Errorf("warned: %t, want %t: %s", got, c.warned, log)
			}
		})
	}
}

func TestWarningCountsTheRowsConcerned(t *testing.T) {
	d := outcome{
		zone: "Europe/Rome", text: counted("2024-10-27T02:30:00", "2024-10-27T02:45:00+02:00", "2024-10-27T02:30:00.5", "2024-10-27T04:00:00"),
		args: every("1d"), want: lines("t,v", "2024-10-27T00:00:00,4"),
	}.run(t)
	if log := d.log.String(); !strings.Contains(log, "rows=2 zone=Europe/Rome") {
		t.Errorf("the log is %s, want 2 rows", log)
	}
}

func TestNoWarningOfTimesOutsideThePeriod(t *testing.T) {
	for _, period := range []string{"2024-10-28", "latest"} {
		d := outcome{
			zone: "Europe/Rome", text: counted("2024-10-27T02:30:00", "2024-10-28T00:00:00"),
			args: every("1d", enginetest.Args{"period": period}), want: lines("t,v", "2024-10-28T00:00:00,1"),
		}.run(t)
		if d.log.Len() > 0 {
			t.Errorf("period %s: %s", period, d.log.String())
		}
	}
}
