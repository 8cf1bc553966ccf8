package axis_test

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"

	"dagrun/steps/plot/internal/axis"
)

// room is an axis on which every letter is 5.5 points wide.
func room(length vg.Length) axis.Room {
	return axis.Room{
		Length: length, Gap: 10, Target: 72,
		Extent: func(s string) vg.Length { return 5.5 * vg.Length(utf8.RuneCountInString(s)) },
	}
}

// flat writes ticks as "label" or "label/below".
func flat(ticks []axis.Tick) string {
	texts := make([]string, len(ticks))
	for i, t := range ticks {
		texts[i] = t.Label
		if t.Below != "" {
			texts[i] += "/" + t.Below
		}
	}
	return strings.Join(texts, " | ")
}

func spanFrom(start time.Time, d time.Duration) axis.Range {
	return axis.Range{Min: axis.Seconds(start), Max: axis.Seconds(start.Add(d))}
}

func TestTimeTicksFallOnRoundTimes(t *testing.T) {
	start := time.Date(2024, 6, 15, 0, 0, 0, 0, time.UTC)
	const days = 24 * time.Hour
	tests := []struct {
		name   string
		start  time.Time
		span   time.Duration
		length vg.Length
		want   string
	}{
		{"milliseconds", start, 5 * time.Millisecond, 780, "00:00:00.000/15 Jun 2024 | 00:00:00.001 | 00:00:00.002 | 00:00:00.003 | 00:00:00.004 | 00:00:00.005"},
		{"seconds", start, 40 * time.Second, 780, "00:00:00/15 Jun 2024 | 00:00:05 | 00:00:10 | 00:00:15 | 00:00:20 | 00:00:25 | 00:00:30 | 00:00:35 | 00:00:40"},
		{"minutes", start.Add(7 * time.Minute), 40 * time.Minute, 500, "00:10/15 Jun 2024 | 00:15 | 00:20 | 00:25 | 00:30 | 00:35 | 00:40 | 00:45"},
		{"a day of hours", start, 23 * time.Hour, 780, "00:00/15 Jun 2024 | 02:00 | 04:00 | 06:00 | 08:00 | 10:00 | 12:00 | 14:00 | 16:00 | 18:00 | 20:00 | 22:00"},
		{"a day of hours, narrow", start, 23 * time.Hour, 220, "00:00/15 Jun 2024 | 06:00 | 12:00 | 18:00"},
		{"the date where the day changes", start, 47 * time.Hour, 780, "00:00/15 Jun 2024 | 06:00 | 12:00 | 18:00 | 00:00/16 Jun | 06:00 | 12:00 | 18:00"},
		{"no room for the first day's name", start.Add(23 * time.Hour), 6 * time.Hour, 340, "23:00 | 00:00/16 Jun 2024 | 01:00 | 02:00 | 03:00 | 04:00 | 05:00"},
		{"a week of days", start, 7 * days, 780, "15 Jun/2024 | 16 Jun | 17 Jun | 18 Jun | 19 Jun | 20 Jun | 21 Jun | 22 Jun"},
		{"weeks begin on Monday", start, 60 * days, 500, "17 Jun/2024 | 24 Jun | 1 Jul | 8 Jul | 15 Jul | 22 Jul | 29 Jul | 5 Aug | 12 Aug"},
		{"a year of months", start, 365 * days, 780, "Jul/2024 | Aug | Sep | Oct | Nov | Dec | Jan/2025 | Feb | Mar | Apr | May | Jun"},
		{"quarters begin with the year", start, 2 * 365 * days, 500, "Jul/2024 | Oct | Jan/2025 | Apr | Jul | Oct | Jan/2026 | Apr"},
		{"years", start, 10 * 365 * days, 780, "2025 | 2026 | 2027 | 2028 | 2029 | 2030 | 2031 | 2032 | 2033 | 2034"},
		{"two centuries", start, 200 * 365 * days, 780, "2040 | 2060 | 2080 | 2100 | 2120 | 2140 | 2160 | 2180 | 2200 | 2220"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := flat(axis.Times(spanFrom(tt.start, tt.span), axis.Calendar{Zone: time.UTC}, room(tt.length)))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTimesOfDayHaveNoDate(t *testing.T) {
	r := spanFrom(time.Unix(0, 0), 23*time.Hour)
	got := flat(axis.Times(r, axis.Calendar{Zone: time.UTC, Clock: true}, room(500)))
	if want := "00:00 | 03:00 | 06:00 | 09:00 | 12:00 | 15:00 | 18:00 | 21:00"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDatesAreNotCutIntoHours(t *testing.T) {
	r := spanFrom(time.Date(2024, 12, 31, 0, 0, 0, 0, time.UTC), 24*time.Hour)
	got := flat(axis.Times(r, axis.Calendar{Zone: time.UTC, Dates: true}, room(780)))
	if want := "31 Dec/2024 | 1 Jan/2025"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTicksFollowTheClockOfTheZone(t *testing.T) {
	tests := []struct {
		name, zone string
		day        [3]int
		span       time.Duration
		want       string
	}{
		{"the skipped hour has no tick", "Europe/Berlin", [3]int{2024, 3, 31}, 4 * time.Hour,
			"00:00/31 Mar 2024 | 01:00 | 03:00 | 04:00 | 05:00"},
		{"the repeated hour has two", "Europe/Berlin", [3]int{2024, 10, 27}, 4 * time.Hour,
			"00:00/27 Oct 2024 | 01:00 | 02:00 | 02:00 | 03:00"},
		{"steps of hours stay round", "Europe/Berlin", [3]int{2024, 3, 31}, 24 * time.Hour,
			"00:00/31 Mar 2024 | 06:00 | 12:00 | 18:00 | 00:00/1 Apr"},
		{"a day without a midnight", "America/Sao_Paulo", [3]int{2018, 11, 2}, 5 * 24 * time.Hour,
			"2 Nov/2018 | 3 Nov | 4 Nov | 5 Nov | 6 Nov | 7 Nov"},
		{"an offset of three quarters of an hour", "Asia/Kathmandu", [3]int{2024, 6, 15}, 4 * time.Hour,
			"00:00/15 Jun 2024 | 01:00 | 02:00 | 03:00 | 04:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			z, err := time.LoadLocation(tt.zone)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Date(tt.day[0], time.Month(tt.day[1]), tt.day[2], 0, 0, 0, 0, z)
			got := flat(axis.Times(spanFrom(start, tt.span), axis.Calendar{Zone: z}, room(320)))
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestNumberTicksAreOneTwoOrFive(t *testing.T) {
	tests := []struct {
		name     string
		min, max float64
		want     string
	}{
		{"tens", 24, 36, "24 | 26 | 28 | 30 | 32 | 34 | 36"},
		{"decimals are the same for all", 0, 1, "0.0 | 0.2 | 0.4 | 0.6 | 0.8 | 1.0"},
		{"below zero", -5.3, 7, "−4 | −2 | 0 | 2 | 4 | 6"},
		{"thousands are grouped from 10 000 on", 0, 60000, "0 | 10\u2009000 | 20\u2009000 | 30\u2009000 | 40\u2009000 | 50\u2009000 | 60\u2009000"},
		{"years are not", 2019, 2025, "2019 | 2020 | 2021 | 2022 | 2023 | 2024 | 2025"},
		{"very large", 0, 3e12, "0 | 0.5e12 | 1.0e12 | 1.5e12 | 2.0e12 | 2.5e12 | 3.0e12"},
		{"very small", 1e-9, 4e-9, "1.0e−9 | 1.5e−9 | 2.0e−9 | 2.5e−9 | 3.0e−9 | 3.5e−9 | 4.0e−9"},
		{"a narrow band far from zero", 99.9991, 99.9997, "99.9991 | 99.9992 | 99.9993 | 99.9994 | 99.9995 | 99.9996 | 99.9997"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := axis.Numbers(axis.Range{Min: tt.min, Max: tt.max}, room(500))
			if diff := cmp.Diff(tt.want, flat(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPlainHasNoMinusBeforeZero(t *testing.T) {
	for v, want := range map[float64]string{-0.0001: "0.00", -1234567.891: "−1\u2009234\u2009567.89", 1234: "1234.00"} {
		if got := axis.Plain(v, 2); got != want {
			t.Errorf("Plain(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestShortestKeepsEveryDecimal(t *testing.T) {
	for v, want := range map[float64]string{25: "25", 30.25: "30.25", -1e4: "−10\u2009000", 1e-30: "1e-30"} {
		if got := axis.Shortest(v); got != want {
			t.Errorf("Shortest(%v) = %q, want %q", v, got, want)
		}
	}
}

// checkApart fails when two labels of a line come nearer than the gap, or a
// tick is outside the range or out of order.
func checkApart(t *rapid.T, r axis.Range, room axis.Room, ticks []axis.Tick) {
	for _, below := range []bool{false, true} {
		end := vg.Length(math.Inf(-1))
		for i, tick := range ticks {
			if tick.Value < r.Min-r.Span()*1e-6 || tick.Value > r.Max+r.Span()*1e-6 {
				t.Fatalf("tick %d at %v is outside %v", i, tick.Value, r)
			}
			if i > 0 && tick.Value <= ticks[i-1].Value {
				t.Fatalf("tick %d is not behind the one before: %v", i, ticks)
			}
			text := tick.Label
			if below {
				text = tick.Below
			}
			if text == "" {
				continue
			}
			at, half := r.At(tick.Value, room.Length), room.Extent(text)/2
			if at-half < end-1e-6 {
				t.Fatalf("labels touch: %s", flat(ticks))
			}
			end = at + half + room.Gap
		}
	}
}

func TestTimeLabelsNeverTouch(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"}
	rapid.Check(t, func(t *rapid.T) {
		z, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		start := rapid.Float64Range(-6e10, 2.5e11).Draw(t, "start") // years 69 to 9892
		span := math.Pow(10, rapid.Float64Range(-3, 9.3).Draw(t, "log of the span"))
		r := axis.Range{Min: start, Max: start + span}
		room := room(vg.Length(rapid.Float64Range(60, 3000).Draw(t, "length")))
		ticks := axis.Times(r, axis.Calendar{Zone: z}, room)
		checkApart(t, r, room, ticks)
		if room.Length > 300 && span > 0.01 && len(ticks) < 2 {
			t.Fatalf("only %d ticks on %v points for %v s", len(ticks), room.Length, span)
		}
	})
}

func TestNumberLabelsNeverTouch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		middle := rapid.Float64Range(-1e9, 1e9).Draw(t, "middle")
		span := math.Pow(10, rapid.Float64Range(-2, 12).Draw(t, "log of the span"))
		r := axis.Range{Min: middle - span/2, Max: middle + span/2}
		room := room(vg.Length(rapid.Float64Range(150, 3000).Draw(t, "length")))
		ticks, step := axis.Numbers(r, room)
		checkApart(t, r, room, ticks)
		decimals := map[int]bool{}
		for _, tick := range ticks {
			_, fraction, _ := strings.Cut(strings.Split(tick.Label, "e")[0], ".")
			if tick.Label != "0" {
				decimals[len(fraction)] = true
			}
			if off := math.Abs(step.Below(tick.Value) - tick.Value); off > r.Span()*1e-6 {
				t.Fatalf("tick %s is no multiple of the step", tick.Label)
			}
		}
		if len(decimals) > 1 {
			t.Fatalf("decimals differ: %s", flat(ticks))
		}
	})
}

func TestCategoriesThatFitStayLevel(t *testing.T) {
	names := []string{"Hall A", "Hall B", "Hall C"}
	ticks, turned := axis.Categories(names, room(300), 12)
	if got, want := flat(ticks), "Hall A | Hall B | Hall C"; got != want || turned {
		t.Errorf("got %s, turned %v; want %s, level", got, turned, want)
	}
}

func TestCategoriesTurnBeforeTheyAreThinned(t *testing.T) {
	names := strings.Split(strings.TrimSuffix(strings.Repeat("A long category,", 12), ","), ",")
	ticks, turned := axis.Categories(names, room(300), 12)
	if len(ticks) != 12 || !turned {
		t.Errorf("got %d ticks, turned %v; want 12, turned", len(ticks), turned)
	}
}

func TestManyCategoriesAreThinned(t *testing.T) {
	names := make([]string, 1000)
	for i := range names {
		names[i] = "category"
	}
	ticks, turned := axis.Categories(names, room(500), 12)
	if turned || len(ticks) < 5 || len(ticks) > 10 {
		t.Errorf("got %d ticks, turned %v; want 5 to 10, level", len(ticks), turned)
	}
}
