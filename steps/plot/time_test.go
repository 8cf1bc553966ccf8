package plot_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dagrun/engine/enginetest"
	"dagrun/steps/plot"
)

func TestTimesAreReadAsTheFormatSays(t *testing.T) {
	tests := []struct{ format, first, last, wants string }{
		{"%d/%m/%Y %H:%M", "15/06/2024 00:00", "15/06/2024 22:00", "00:00|15 Jun 2024|22:00"},
		{"%d.%m.%y %H.%M.%S", "15.06.24 00.00.00", "15.06.24 22.00.00", "00:00|15 Jun 2024|22:00"},
		{"%-d %b %Y, %I:%M %p", "15 Jun 2024, 12:00 AM", "15 Jun 2024, 10:00 PM", "00:00|15 Jun 2024|22:00"},
		{"%Y%m%dT%H%M%S%z", "20240615T020000+0200", "20240615T220000Z", "00:00|15 Jun 2024|22:00"},
		{"%Y-%m-%d %H:%M:%S.%f", "2024-06-15 00:00:00.000000", "2024-06-15 22:00:00.500000", "00:00|15 Jun 2024|22:00"},
		{"%Y-%m-%d %H:%M %Z", "2024-06-15 00:00 UTC", "2024-06-15 22:00 GMT", "00:00|15 Jun 2024|22:00"},
		{"%d/%m/%Y", "15/06/2024", "18/06/2024", "15 Jun|2024|18 Jun"},
		{"%Y%m%d", "20240615", "20240618", "15 Jun|2024|18 Jun"},
		{"%H.%M", "00.00", "22.00", "00:00|22:00"},
		{"%Y", "2019", "2024", "2019|2024"},
		{"epoch", "1718409600", "1718488800", "00:00|15 Jun 2024|22:00"},
		{"epoch_ms", "1718409600000", "1718488800500", "00:00|15 Jun 2024|22:00"},
	}
	for i, tt := range tests {
		t.Run(strconv.Itoa(i), func(t *testing.T) { // a format in the name of its folder would be a URL's escape
			csv := fmt.Sprintf("t,v\n%q,1\n%q,2\n", tt.first, tt.last)
			says(t, drawnFrom(t, csv, Args{"time_format": tt.format}), strings.Split(tt.wants, "|")...)
			dir := t.TempDir()
			query := fmt.Sprintf("SELECT '%s' AS t, 1 AS v UNION ALL SELECT '%s', 2", tt.first, tt.last)
			if strings.HasPrefix(tt.format, "epoch") {
				query = strings.ReplaceAll(query, "'", "")
			}
			enginetest.Succeed(t, plot.Type, dir, Args{
				"database": database(t, dir), "query": query, "output": "out.svg", "x": "t", "y": "v", "time_format": tt.format,
			}, nil)
			says(t, svgTexts(t, get(t, dir, "out.svg")), strings.Split(tt.wants, "|")...)
		})
	}
}

func TestAFormatIsReadInThePipelinesZone(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "in.csv", "t,v\n15/06/2024 00:00,1\n15/06/2024 22:00,2\n")
	result := runIn(t.Context(), t, "Asia/Kathmandu", dir, Args{"source": "in.csv", "output": "out.svg", "x": "t", "y": "v", "time_format": "%d/%m/%Y %H:%M"}, func() {})
	if result.Error != nil {
		t.Fatal(result.Error)
	}
	says(t, svgTexts(t, get(t, dir, "out.svg")), "00:00", "15 Jun 2024", "22:00")
}

func TestATimeThatIsWrittenOtherwiseIsTold(t *testing.T) {
	tests := []struct{ format, text string }{
		{"%d/%m/%Y", "31/06/2024"}, {"%d/%m/%Y", "2024-06-15"}, {"%d/%m/%Y", "15/06/2024 10:00"}, {"epoch", "yesterday"}, {"epoch_ms", "1e300"}, {"epoch", "NaN"},
		{"%Y", "0000"}, {"%Y-%m-%d %H:%M %Z", "2024-06-15 00:00 CEST"},
	}
	for _, tt := range tests {
		t.Run(tt.format+" "+tt.text, func(t *testing.T) {
			dir := t.TempDir()
			good := map[string]string{"%d/%m/%Y": "15/06/2024", "%Y": "2024", "%Y-%m-%d %H:%M %Z": "2024-06-15 00:00 UTC"}[tt.format]
			if good == "" {
				good = "1718409600"
			}
			put(t, dir, "in.csv", "t,v\n"+good+",1\n"+tt.text+",2\n")
			err := enginetest.Fail(t, plot.Type, dir, Args{"source": "in.csv", "output": "out.svg", "x": "t", "y": "v", "time_format": tt.format}, "bad_value")
			for _, want := range []string{"in.csv:3:", `column "t" is "` + tt.text + `"`, `"` + tt.format + `"`} {
				if !strings.Contains(err.Message, want) {
					t.Errorf("%q is missing in %s", want, err.Message)
				}
			}
			if err.Argument != "x" {
				t.Errorf("the error is about %q", err.Argument)
			}
		})
	}
}

func TestAFirstValueThatIsNearlyATimeIsTold(t *testing.T) {
	tests := []struct {
		name, text string
		want       bool
	}{
		{"a day that is none", "2024-02-30", true},
		{"an hour that is none", "2024-06-15 24:30", true},
		{"a day before the month", "15/06/2024 10:00", true},
		{"dots", "15.06.24", true},
		{"the name of a month", "15 Jun 2024", true},
		{"an American date", "June 15, 2024", true},
		{"without separators", "20240615T0015", true},
		{"half of a day", "10:00 PM", true},
		{"a name", "Hall A", false},
		{"a number and a name", "17-B", false},
		{"a version", "1.10.24", false},
		{"an address", "192.168.10.24", false},
		{"a part", "2024-06-151", false},
		{"a phone number", "030-12-3456", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, "in.csv", fmt.Sprintf("t,v\n%q,1\nHall B,2\n", tt.text))
			said := saidIn(t, "UTC", dir, Args{"source": "in.csv", "output": "out.svg", "x": "t", "y": "v", "kind": "bar"})
			if got := strings.Contains(said, "looks like a time"); got != tt.want {
				t.Errorf("said %q", said)
			}
			for _, part := range []string{tt.text, "in.csv:2", "time_format"} {
				if tt.want && !strings.Contains(said, part) {
					t.Errorf("%q is missing in %q", part, said)
				}
			}
		})
	}
}

func TestTextOfADatabaseIsToldWhereItIsNoTime(t *testing.T) {
	for text, want := range map[string]bool{"2024-06-15": false, "2024-02-30": true} {
		dir := t.TempDir()
		said := saidIn(t, "UTC", dir, Args{"database": database(t, dir), "query": "SELECT '" + text + "' AS t, 1 AS v", "output": "out.svg", "x": "t", "y": "v", "kind": "bar"})
		if got := strings.Contains(said, "looks like a time"); got != want {
			t.Errorf("of %s it said %q", text, said)
		}
	}
}

func TestTimesWithinAnHourAreReadAsAnyOther(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Monrovia"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		read := plot.NewHours(zone)
		suffixes := []string{"", "", "Z", "+02:00", ".5", ".25Z", "x"}
		start := rapid.Int64Range(-6e9, 4e9).Draw(t, "start")
		for range rapid.IntRange(1, 20).Draw(t, "times") {
			at := time.Unix(start+rapid.Int64Range(0, 8000).Draw(t, "later"), 0).In(zone)
			text := at.Format(time.DateTime) + rapid.SampledFrom(suffixes).Draw(t, "suffix")
			got, ok := read([]byte(text))
			want, _, wanted := plot.ParseTime(text, zone)
			if ok && (!wanted || got != float64(want.Unix())+float64(want.Nanosecond())/1e9) {
				t.Fatalf("%s is %v in %s, want %v, %v", text, got, zone, want, wanted)
			}
		}
	})
}

func TestThePlainestTimesAreReadFast(t *testing.T) {
	read := plot.NewHours(time.UTC)
	for _, text := range []string{"2024-06-15 00:00:00", "2024-06-15T23:59:59", "2024-06-15T00:15:00Z", "2024-06-15 00:15:00+02:00"} {
		if _, ok := read([]byte(text)); !ok {
			t.Errorf("%s is not", text)
		}
	}
	for _, text := range []string{"2024-06-31 00:00:00", "2024-06-15 24:00:00", "2024-06-15 00:60:00", "2024-06-15 00:00:60", "2024-06-15 00:0x:00", "2024-06-15", ""} {
		if got, ok := read([]byte(text)); ok {
			t.Errorf("%s is %v", text, got)
		}
	}
}

func TestReadingsAreThoseOfTheStandardLibrary(t *testing.T) {
	check := func(t interface{ Errorf(string, ...any) }, text string) {
		got, ok := plot.ParseReading([]byte(text))
		want, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if wanted := err == nil && (math.IsNaN(want) || math.Abs(want) <= 1e300); ok != wanted {
			t.Errorf("%q is a reading: %v, want %v", text, ok, wanted)
		} else if ok && math.Float64bits(got) != math.Float64bits(want) && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{"0", "-0", "+5", "27.3", ".5", "5.", ".", "-", "+", "-.", "1e3", "NaN", "Inf", "0x10", "1_000", " 27.3 ", "1.2.3", "999999999999999", "0.00000000000001", "123456789012345678", "٣"} {
		check(t, text)
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.StringMatching(`[-+]?[0-9]{0,10}\.?[0-9]{0,10}(e-?[0-9]{1,2})?`).Filter(func(s string) bool { return s != "" }).Draw(t, "text"))
	})
}
