package csvresample_test

import (
	"context"
	"errors"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dagrun/steps/csvresample"
)

func TestSumsAndMeansAreRightToTheLastDigit(t *testing.T) {
	repeat := func(n int, texts ...string) []string {
		var all []string
		for range n {
			all = append(all, texts...)
		}
		return all
	}
	cases := []struct {
		name      string
		parts     [][]string
		sum, mean float64
	}{
		{"decimals", [][]string{{"0.1", "0.2"}}, 0.3, 0.15},
		{"decimals of different length", [][]string{{"27", "26.85", "-0.125"}}, 53.725, 17.908333333333335},
		{"a million tenths", [][]string{repeat(1_000_000, "0.1")}, 100_000, 0.1},
		{"parts", [][]string{{"0.1"}, {}, {"0.22"}, {"1e-3"}}, 0.321, 0.107},
		{"large and small", [][]string{{"1e100", "1", "-1e100"}}, 1, 1.0 / 3},
		{"large and small in parts", [][]string{{"1e100"}, {"1"}, {"-1e100"}}, 1, 1.0 / 3},
		{"more than 53 bits", [][]string{{"9007199254740992", "9007199254740992", "1", "1", "-9007199254740992", "-9007199254740992"}}, 2, 1.0 / 3},
		{"many digits", [][]string{repeat(1000, "27.123456789012345")}, 27123.456789012345, 27.123456789012345},
		{"digits and decimals that do not fit together", [][]string{{"9007199254740991", "0.000000000000001"}}, 9007199254740991, 4503599627370495.5},
		{"a mean with more digits than 53 bits hold", [][]string{repeat(3_000, "0.123456789012345")}, 370.370367037035, 0.123456789012345},
		{"a mean whose divisor is more than 53 bits hold", [][]string{repeat(10, "0.000000000000003")}, 3e-14, 3e-15},
		{"too large", [][]string{{"1e308", "1e308"}}, math.Inf(1), math.Inf(1)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if sum, mean := csvresample.SumOf(c.parts...); sum != c.sum || mean != c.mean {
				t.Errorf("got sum %v and mean %v, want %v and %v", sum, mean, c.sum, c.mean)
			}
		})
	}
}

// Sums of decimals are those of exact arithmetic, rounded once, whatever the
// order and the parts.
func TestSumsOfDecimalsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		decimal := rapid.Custom(func(t *rapid.T) string {
			return new(big.Rat).SetFrac64(rapid.Int64Range(-1e6, 1e6).Draw(t, "digits"), 1000).FloatString(rapid.IntRange(3, 6).Draw(t, "decimals"))
		})
		parts := rapid.SliceOfN(rapid.SliceOf(decimal), 1, 4).Draw(t, "parts")
		want, n := new(big.Rat), int64(0)
		for _, part := range parts {
			for _, text := range part {
				x, _ := new(big.Rat).SetString(text)
				want.Add(want, x)
				n++
			}
		}
		sum, mean := csvresample.SumOf(parts...)
		if exact, _ := want.Float64(); sum != exact {
			t.Fatalf("sum %v, want %v", sum, exact)
		}
		if n == 0 {
			return
		}
		if exact, _ := want.Quo(want, big.NewRat(n, 1)).Float64(); mean != exact {
			t.Fatalf("mean %v, want %v", mean, exact)
		}
	})
}

func TestMedianOfFewAndOfManyValues(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 1000, csvresample.Sortable, csvresample.Sortable + 1, csvresample.Sortable + 2} {
		values := make([]float64, n)
		for i := range values {
			values[i] = float64(i*7919%n-n/3) / 10
		}
		sorted := slices.Sorted(slices.Values(values))
		want := sorted[n/2]
		if n%2 == 0 {
			low, high := math.Round(sorted[n/2-1]*10), math.Round(sorted[n/2]*10)
			want = (low + high) / 20
		}
		got, err := csvresample.Median(t.Context(), values)
		if err != nil || got != want {
			t.Errorf("%d values: got %v, %v, want %v", n, got, err, want)
		}
		for i := range values {
			values[i] = -values[i]
		}
		if got, err = csvresample.Median(t.Context(), values); err != nil || got != -want {
			t.Errorf("%d values, negated: got %v, %v, want %v", n, got, err, -want)
		}
	}
}

func TestMedianOfManyValuesStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := csvresample.Median(ctx, make([]float64, csvresample.Sortable+1)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was cancelled", err)
	}
}

// FuzzNumber compares the reading of numbers with strconv.
func FuzzNumber(f *testing.F) {
	for _, text := range []string{"0", "-0", "1.", ".5", "27.123456789012345", "9007199254740993", "1e5", "+", "1e400", "0x1p4", "1_0", "Inf", "000000000000000000000.1", "523496474.603100760", "34409545123229157.5", "8.41814884227575252"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return // is no value, which is seen before
		}
		want, err := strconv.ParseFloat(text, 64)
		decimal := err == nil && strings.Trim(text, "0123456789+-.eE") == ""
		if got, ok := csvresample.ParseNumber(text); ok != decimal || ok && got != want {
			t.Errorf("%q: got %v, %t, want %v, %t", text, got, ok, want, decimal)
		}
	})
}

// layouts are the forms of ISO 8601 that the step reads, as package time
// writes them. Package time reads decimals wherever there are seconds.
func layouts() []string {
	var all []string
	for _, clock := range []string{"15:04", "15:04:05"} {
		for _, separator := range []string{" ", "T"} {
			for _, zone := range []string{"", "Z07:00", "Z0700", "Z07", " Z07:00", " Z0700", " Z07"} {
				all = append(all, "2006-01-02"+separator+clock+zone)
			}
		}
	}
	return append(all, time.DateOnly)
}

// FuzzTime compares the reading of times with package time.
func FuzzTime(f *testing.F) {
	for _, layout := range layouts() {
		f.Add(time.Date(2024, 2, 29, 23, 59, 1, 5000, time.FixedZone("", -5400)).Format(layout))
	}
	for _, text := range []string{"2024-06-15 01:00:00.123456789123", "2024-06-15T01:00:00,5Z", "1677-01-01", "2023-02-29", "2024-06-15 1:00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, _, err := csvresample.ParseTime(text, time.UTC)
		if err != nil {
			return
		}
		text = strings.Trim(text, " \t")
		for _, layout := range layouts() {
			if want, err := time.Parse(layout, text); err == nil {
				if got := time.Unix(0, at); !got.Equal(want) {
					t.Errorf("%q: got %v, want %v", text, got, want)
				}
				return
			}
		}
		t.Errorf("%q was read as %v, package time does not read it", text, time.Unix(0, at).UTC())
	})
}

func TestEveryFormOfATimeIsRead(t *testing.T) {
	at := time.Date(2024, 2, 29, 23, 59, 0, 0, time.FixedZone("", 2*3600))
	for _, layout := range layouts() {
		want, err := time.Parse(layout, at.Format(layout))
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := csvresample.ParseTime(at.Format(layout), time.UTC)
		if err != nil || got != want.UnixNano() {
			t.Errorf("%q: got %v, %v, want %v", at.Format(layout), time.Unix(0, got).UTC(), err, want)
		}
	}
}

// zoneOfRule is a zone that has always gone by a rule, in the form of the
// environment variable TZ. Many zones go by one since their last reform.
func zoneOfRule(tb testing.TB, rule string) *time.Location {
	tb.Helper()
	// A TZif file (RFC 9636) of version 2: twice a header with its counts (of
	// six, only one local time type and its name), the type, and the name.
	name, _, _ := strings.Cut(rule, "-")
	counts := strings.Repeat("\x00", 4*4) + "\x00\x00\x00\x01" + "\x00\x00\x00" + string(rune(len(name)+1))
	block := "TZif2" + strings.Repeat("\x00", 15) + counts + strings.Repeat("\x00", 6) + name + "\x00"
	zone, err := time.LoadLocationFromTZData(rule, []byte(block+block+"\n"+rule+"\n"))
	if err != nil {
		tb.Fatal(err)
	}
	return zone
}

func TestLastDayOfALeapYearInAZoneThatGoesByARule(t *testing.T) {
	zone := zoneOfRule(t, "CET-1CEST,M3.5.0,M10.5.0/3")
	for _, text := range []string{"2024-12-30 23:59:59", "2024-12-31 12:00:00", "2025-01-01 00:59:59", "2025-01-01 01:00:00"} {
		want, err := time.ParseInLocation("2006-01-02 15:04:05", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		got, doubtful, err := csvresample.ParseTime(text, zone)
		if err != nil || doubtful || got != want.UnixNano() {
			t.Errorf("%s: got %v (doubtful: %t), %v, want %v", text, time.Unix(0, got).In(zone), doubtful, err, want)
		}
	}
	if _, summer, err := csvresample.ParseTime("2024-03-31 02:30:00", zone); err != nil || !summer {
		t.Errorf("the zone has no summer time (%v)", err)
	}
}

// Metlakatla changed its offset for good on 20 January 2019, at a date that
// its rule does not have.
func TestTimesBeforeAReformThatTheRuleOfAZoneDoesNotHave(t *testing.T) {
	zone := in(t, "America/Metlakatla")
	for _, text := range []string{"2019-01-25 00:00:00", "2019-01-10 00:00:00"} {
		want, err := time.ParseInLocation("2006-01-02 15:04:05", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got, _, err := csvresample.ParseTime(text, zone); err != nil || got != want.UnixNano() {
			t.Errorf("%s: got %v, %v, want %v", text, time.Unix(0, got).In(zone), err, want)
		}
	}
}

// Every moment is in a day that starts at or before it and ends behind it;
// days follow each other; and a time without offset comes back as written
// unless it is one that the clocks repeat or skip.
func TestClocksOfAllKindsOfZones(t *testing.T) {
	zones := map[string]*time.Location{"rule": zoneOfRule(t, "CET-1CEST,M3.5.0,M10.5.0/3"), "southern rule": zoneOfRule(t, "AEST-10AEDT,M10.1.0,M4.1.0/3")}
	for _, name := range []string{
		"UTC", "Europe/Rome", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kwajalein",
		"Asia/Kathmandu", "America/Goose_Bay", "America/Metlakatla", "Africa/Casablanca", "Europe/Dublin",
	} {
		zones[name] = in(t, name)
	}
	names := slices.Sorted(maps.Keys(zones))
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "zone")
		zone := zones[name]
		earliest := int64(-9e9)
		if strings.Contains(name, "rule") {
			earliest = 0 // package time errs about rules before 1970, when no zone had one
		}
		at := time.Unix(rapid.Int64Range(earliest, 9e9).Draw(t, "second"), 0)
		if rapid.Bool().Draw(t, "near a change") {
			if _, end := at.In(zone).ZoneBounds(); !end.IsZero() {
				at = end.Add(time.Duration(rapid.IntRange(-100, 100).Draw(t, "minutes")) * time.Minute)
			}
		}
		number, start, end := csvresample.DayOf(at.UnixNano(), zone)
		if at.UnixNano() < start || at.UnixNano() >= end {
			t.Fatalf("%v is not in its day, %v to %v", at, time.Unix(0, start), time.Unix(0, end))
		}
		after, next, _ := csvresample.DayOf(end, zone)
		if next != end || after <= number {
			t.Fatalf("day %d ends at %v, day %d starts at %v", number, time.Unix(0, end), after, time.Unix(0, next))
		}
		text := at.In(zone).Format("2006-01-02 15:04:05")
		got, doubtful, err := csvresample.ParseTime(text, zone)
		if err != nil {
			t.Fatal(err)
		}
		if back := time.Unix(0, got).In(zone); back.Format("2006-01-02 15:04:05") != text || !doubtful && !back.Equal(at) || back.After(at) {
			t.Fatalf("%s in %s was read as %v (doubtful: %t), want %v", text, name, back, doubtful, at)
		}
	})
}
