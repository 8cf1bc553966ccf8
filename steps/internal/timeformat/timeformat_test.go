package timeformat_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dagrun/steps/internal/timeformat"
)

func compile(t *testing.T, format string) *timeformat.Format {
	t.Helper()
	f, err := timeformat.Compile(format)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// timeOf is the time that a clock shows, in UTC where it has no offset.
func timeOf(c timeformat.Clock) time.Time {
	zone := time.FixedZone("", c.Offset)
	return time.Date(c.Year, time.Month(c.Month), c.Day, c.Hour, c.Minute, c.Second, c.Nanosecond, zone)
}

func TestTextsAreReadAndWritten(t *testing.T) {
	for _, tt := range []struct{ format, text, want, written string }{
		{"%Y-%m-%d %H:%M:%S", "2024-06-15 08:05:09", "2024-06-15T08:05:09Z", ""},
		{"%d/%m/%Y %H:%M", "5/6/2024 8:05", "2024-06-05T08:05:00Z", "05/06/2024 08:05"},
		{"%-d/%-m/%Y %-H:%M", "5/6/2024 8:05", "2024-06-05T08:05:00Z", ""},
		{"%m/%d/%y %I:%M:%S %p", "06/15/24 12:00:01 am", "2024-06-15T00:00:01Z", "06/15/24 12:00:01 AM"},
		{"%D %I %p", "06/15/68 12 PM", "2068-06-15T12:00:00Z", ""},
		{"%y%m%d", "690101", "1969-01-01T00:00:00Z", ""},
		{"%a %d %b %Y %T", "Sat 15 JUN 2024 23:59:59", "2024-06-15T23:59:59Z", "Sat 15 Jun 2024 23:59:59"},
		{"%A, %B %e, %Y", "Saturday, June  1, 2024", "2024-06-01T00:00:00Z", ""},
		{"%Y%j", "2024366", "2024-12-31T00:00:00Z", ""},
		{"%F %T.%f", "2024-06-15 08:05:09.25", "2024-06-15T08:05:09.25Z", "2024-06-15 08:05:09.250000"},
		{"%FT%T%z", "2024-06-15T08:05:09+02:00", "2024-06-15T08:05:09+02:00", "2024-06-15T08:05:09+0200"},
		{"%FT%R%z", "2024-06-15T08:05Z", "2024-06-15T08:05:00Z", "2024-06-15T08:05+0000"},
		{"%FT%R%z", "2024-06-15T08:05-0330", "2024-06-15T08:05:00-03:30", ""},
		{"%F %R %Z", "2024-06-15 08:05 gmt", "2024-06-15T08:05:00Z", "2024-06-15 08:05 UTC"},
		{"%Y-%m", "2024-06", "2024-06-01T00:00:00Z", ""},
		{"%F%n%T", "2024-06-15   08:05:09", "2024-06-15T08:05:09Z", "2024-06-15 08:05:09"},
		{"100%% %F", "100% 2024-06-15", "2024-06-15T00:00:00Z", ""},
	} {
		f := compile(t, tt.format)
		c, err := f.Parse([]byte(tt.text))
		if err != nil {
			t.Errorf("%s of %s: %v", tt.text, tt.format, err)
			continue
		}
		at := timeOf(c)
		if got := at.Format(time.RFC3339Nano); got != tt.want {
			t.Errorf("%s of %s: got %s, want %s", tt.text, tt.format, got, tt.want)
		}
		if tt.written == "" {
			tt.written = tt.text
		}
		if got := string(f.Append(nil, at)); got != tt.written && !strings.EqualFold(got, tt.written) {
			t.Errorf("%s of %s is written %q, want %q", tt.want, tt.format, got, tt.written)
		}
	}
}

func TestTextsThatDoNotFitAreRefused(t *testing.T) {
	for _, tt := range []struct {
		format, text string
		want         error
	}{
		{"%F", "2024-02-30", timeformat.ErrCalendar},
		{"%F", "2023-02-29", timeformat.ErrCalendar},
		{"%F", "2024-13-01", timeformat.ErrCalendar},
		{"%F %R", "2024-06-15 24:00", timeformat.ErrCalendar},
		{"%Y%j", "2023366", timeformat.ErrCalendar},
		{"%F", "2024-06-15 ", timeformat.ErrForm},
		{"%F", "2024-06", timeformat.ErrForm},
		{"%F", "", timeformat.ErrForm},
		{"%d %b %Y", "15 Juno 2024", timeformat.ErrForm},
		{"%F %T.%f", "2024-06-15 08:05:09.", timeformat.ErrForm},
		{"%F %Z", "2024-06-15 CEST", timeformat.ErrForm},
		{"%F%z", "2024-06-15+2", timeformat.ErrForm},
		{"%F%z", "2024-06-15+02:99", timeformat.ErrForm},
	} {
		if _, err := compile(t, tt.format).Parse([]byte(tt.text)); !errors.Is(err, tt.want) {
			t.Errorf("%q of %s: got %v, want %v", tt.text, tt.format, err, tt.want)
		}
	}
}

func TestFormatsThatWillNotDo(t *testing.T) {
	for format, want := range map[string]string{
		"":             "shows neither a date nor a time of day",
		"yesterday":    "shows neither a date nor a time of day",
		"%a":           "shows neither a date nor a time of day",
		"%z":           "shows neither a date nor a time of day",
		"%M:%S":        "without the one before it",
		"%H:%M":        "",
		"%m/%d":        "shows no whole date",
		"%Y %d":        "shows no whole date",
		"%Y-%m":        "",
		"%Y":           "",
		"%F %M":        "without the one before it",
		"%F %T %Y":     "has %Y twice",
		"%F %d":        "has %d twice",
		"%F %I:%M":     "needs %I and %p together",
		"%F %H %I %p":  "both %H and %I",
		"%F %Q":        "%Q is no directive",
		"%F %Z %Z":     "has %Z twice",
		"%F %":         "ends in a percent sign",
		"%F %-":        "ends in a percent sign",
		"%c":           "%c is no directive",
		"%F %H:%M.%f":  "without the one before it",
		"dd/mm/yyyy":   "shows neither a date nor a time of day",
		"%Y-%m-%d %-j": "",
	} {
		_, err := timeformat.Compile(format)
		if want == "" {
			if err != nil {
				t.Errorf("%q: got %v", format, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", format, err, want)
		}
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	formats := []*timeformat.Format{
		compile(t, "%Y-%m-%dT%H:%M:%S.%f%z"), compile(t, "%-d.%-m.%Y %I:%M:%S.%f %p %z"), compile(t, "%A %e %B %Y %T.%f%z"), compile(t, "%Y/%j/%H/%M/%S/%f/%z"),
	}
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom(formats).Draw(t, "format")
		zone := time.FixedZone("", rapid.IntRange(-23*60, 23*60).Draw(t, "zone")*60)
		at := time.UnixMicro(rapid.Int64Range(-9e15, 9e15).Draw(t, "at")).In(zone)
		c, err := f.Parse(f.Append(nil, at))
		if err != nil || !timeOf(c).Equal(at) {
			t.Fatalf("%s became %q, which is read as %v, %v", at, f.Append(nil, at), c, err)
		}
	})
}

func TestSplittingAtSpacesKeepsTheText(t *testing.T) {
	at := time.Date(2024, 6, 5, 8, 5, 9, 0, time.UTC)
	for _, format := range []string{"%d %b %Y at %T", "%F", "%Y-%m-%d %H:%M:%S", "%A, %e %B %Y"} {
		f := compile(t, format)
		var texts []string
		for _, piece := range f.SplitAtSpaces() {
			texts = append(texts, string(piece.Append(nil, at)))
		}
		if got, want := strings.Join(texts, " "), string(f.Append(nil, at)); got != want {
			t.Errorf("%s: got %q, want %q", format, got, want)
		}
	}
}

func TestWhatAFormatShowsIsKnown(t *testing.T) {
	for format, want := range map[string][3]bool{
		"%F": {true, false, false}, "%F %H %Z": {true, true, true}, "%F %H": {true, true, false}, "%I%p": {false, true, false}, "%FT%T%z": {true, true, true}, "%y%j": {true, false, false},
	} {
		f := compile(t, format)
		if got := [3]bool{f.Dated(), f.Clocked(), f.Zoned()}; got != want {
			t.Errorf("%s: got %v, want %v", format, got, want)
		}
	}
}

func TestNumbersSince1970(t *testing.T) {
	for _, tt := range []struct {
		text           string
		perSecond      int64
		seconds, nanos int64
	}{
		{"0", 1, 0, 0}, {"1718409600", 1, 1718409600, 0}, {"1718409600.5", 1, 1718409600, 5e8}, {"-1.25", 1, -2, 75e7}, {"-1", 1, -1, 0},
		{"-0.5", 1, -1, 5e8}, {"1500", 1000, 1, 5e8}, {"-1500.25", 1000, -2, 49975e4}, {"+7", 1, 7, 0}, {"1.", 1, 1, 0}, {"0.1234567891", 1, 0, 123456789},
	} {
		seconds, nanos, err := timeformat.ParseEpoch([]byte(tt.text), tt.perSecond)
		if err != nil || seconds != tt.seconds || nanos != tt.nanos {
			t.Errorf("%s: got %d s %d ns, %v; want %d s %d ns", tt.text, seconds, nanos, err, tt.seconds, tt.nanos)
		}
	}
	for _, text := range []string{"", ".5", "x", "1e3", "1.x", "1,5", "12h", "NaN"} {
		if _, _, err := timeformat.ParseEpoch([]byte(text), 1); !errors.Is(err, timeformat.ErrEpoch) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}
