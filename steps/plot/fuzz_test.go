package plot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/plot"
)

// FuzzParseTime holds the reader of times against the standard library's.
func FuzzParseTime(f *testing.F) {
	for _, s := range []string{
		"2024-06-15", "2024-02-30", "2024-06-15 00:15:00", "2024-06-15T00:15", "2024-06-15T00:15:00.25Z", "2024-06-15 00:15:00,5+02:00",
		"2024-06-15T00:15:00-0530", "2024-06-15T00:15:00 +01", "00:15", "23:59:59.999999999", "24:00", "12:60", "0000-01-01", "2024-06-15T", "::", "1.5", "",
	} {
		f.Add(s)
	}
	layouts := map[string][]string{
		"a date":        {"2006-01-02"},
		"a time of day": {"15:04", "15:04:05"},
		"a time":        {"2006-01-02 15:04", "2006-01-02 15:04:05"},
	}
	zones := []string{"", "Z07:00", "Z0700", "Z07", " Z07:00", " Z0700", " Z07"}
	f.Fuzz(func(t *testing.T, s string) {
		got, kind, ok := plot.ParseTime(s, time.UTC)
		if !ok {
			return
		}
		plain := s
		if kind == "a time" {
			plain = s[:10] + " " + strings.ReplaceAll(s[11:], "z", "Z")
		}
		for _, layout := range layouts[kind] {
			for _, zone := range zones {
				if want, err := time.ParseInLocation(layout+zone, plain, time.UTC); err == nil {
					if kind == "a time of day" {
						want = want.AddDate(1970, 0, 0)
					}
					if !got.Equal(want) {
						t.Fatalf("%q is %v, want %v", s, got, want)
					}
					return
				}
			}
		}
		t.Fatalf("%q was read as %s, which the standard library does not", s, kind)
	})
}

// FuzzCSV draws whatever a CSV file may hold, in every kind: it succeeds, or
// fails with an error that is made for people.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{
		"t,v\n1,2\n", "t,v\n2024-06-15 00:00,20\n2024-06-15 01:00,\n", "t,v,g\na,1,x\nb,2,y\n", "t,v\n\"1\n", "t,v\n1\n", "",
		"t,v\n1e300,1e300\n-1e300,-1e300\n", "t,v\n1e-320,5e-324\n", "t,v\n0001-01-01,1\n9999-12-31,2\n", "\xff\xfe,v\n", "t,v\n1,0x1p-2\n",
	} {
		for kind := range uint8(5) {
			f.Add(s, kind)
		}
	}
	kinds := []string{"line", "scatter", "bar", "area", "histogram"}
	codes := []string{"no_rows", "bad_row", "bad_value", "unknown_column", "bad_column", "too_many_series", "too_many_categories"}
	f.Fuzz(func(t *testing.T, csv string, kind uint8) {
		dir := t.TempDir()
		args := Args{
			"source": put(t, dir, "in.csv", csv), "output": "out.svg", "x": "t", "y": "v", "kind": kinds[int(kind)%len(kinds)],
			"threshold": []Args{{"value": 1, "kind": "max"}},
		}
		if args["kind"] == "histogram" {
			delete(args, "x")
		}
		result := enginetest.Run(t.Context(), t, plot.Type, dir, args)
		if result.Outcome == engine.AttemptSucceeded {
			svgTexts(t, get(t, dir, "out.svg"))
			return
		}
		if !slices.Contains(codes, result.Error.Code) || result.Error.Remedy == "" {
			t.Fatalf("%+v", result.Error)
		}
	})
}
