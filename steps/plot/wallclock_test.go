package plot_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/local"
	"dagrun/steps/plot"
)

func zoneOf(t interface{ Fatal(...any) }, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestARepeatedTimeIsTheFirstAndASkippedOneHasTheOffsetBefore(t *testing.T) {
	tests := []struct{ zone, text, want string }{
		{"Europe/Berlin", "2024-10-27 01:59:59", "2024-10-26T23:59:59Z"},
		{"Europe/Berlin", "2024-10-27 02:00:00", "2024-10-27T00:00:00Z"},
		{"Europe/Berlin", "2024-10-27 02:59:59", "2024-10-27T00:59:59Z"},
		{"Europe/Berlin", "2024-10-27 03:00:00", "2024-10-27T02:00:00Z"},
		{"Europe/Berlin", "2024-03-31 01:59:59", "2024-03-31T00:59:59Z"},
		{"Europe/Berlin", "2024-03-31 02:30:00", "2024-03-31T01:30:00Z"},
		{"Europe/Berlin", "2024-03-31 03:00:00", "2024-03-31T01:00:00Z"},
		{"America/New_York", "2024-11-03 01:30", "2024-11-03T05:30:00Z"},
		{"Australia/Lord_Howe", "2024-04-07 01:45", "2024-04-06T14:45:00Z"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"},
		{"Pacific/Apia", "2011-12-30 12:00", "2011-12-30T22:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.zone+" "+tt.text, func(t *testing.T) {
			got, _, ok := plot.ParseTime(tt.text, zoneOf(t, tt.zone))
			if got := got.UTC().Format(time.RFC3339); !ok || got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestATimeThatTheClocksShowIsRead(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/Goose_Bay", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "Africa/Monrovia"}
	rapid.Check(t, func(t *rapid.T) {
		zone := zoneOf(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "second"), 0).In(zone)
		if start, end := at.ZoneBounds(); rapid.Bool().Draw(t, "near a change") && !start.IsZero() && !end.IsZero() {
			at = start.Add(time.Duration(rapid.IntRange(-7200, 7200).Draw(t, "away")) * time.Second)
		}
		text := at.Format(time.DateTime)
		got, _, ok := plot.ParseTime(text, zone)
		if shown := got.In(zone).Format(time.DateTime); !ok || shown != text || got.After(at) {
			t.Fatalf("%s is read as %s, which is shown as %s", at, got, shown)
		}
	})
}

// saidIn is what a step logs in a time zone.
func saidIn(t *testing.T, zone, dir string, args Args) string {
	t.Helper()
	attempt, _ := enginetest.Attempt(t, plot.Type, dir, args)
	attempt.Timezone = zone
	var said bytes.Buffer
	runner := local.Runner{
		Types:   engine.NewRegistry(plot.Type),
		Handler: func(engine.Attempt) slog.Handler { return slog.NewTextHandler(&said, nil) },
	}
	if result := runner.Run(t.Context(), attempt); result.Error != nil {
		t.Fatal(result.Error)
	}
	return said.String()
}

// halfHours are those of the 25 hours of a day, as its clocks show them.
func halfHours(layout string) []string {
	zone, _ := time.LoadLocation("Europe/Berlin")
	start := time.Date(2024, 10, 27, 0, 0, 0, 0, zone)
	var times []string
	for i := range 50 {
		times = append(times, start.Add(time.Duration(i)*30*time.Minute).Format(layout))
	}
	return times
}

func TestRowsWhereTheClocksChangeAreCounted(t *testing.T) {
	dir := t.TempDir()
	file := func(name, layout string) string {
		return put(t, dir, name, "t,v\n"+strings.Join(halfHours(layout), ",1\n")+",1\n")
	}
	var insert strings.Builder
	insert.WriteString("CREATE TABLE day (t TIMESTAMP, v INT)")
	for _, text := range halfHours(time.DateTime) {
		fmt.Fprintf(&insert, "; INSERT INTO day VALUES ('%s', 1)", text)
	}
	fromDatabase := Args{"source": nil, "database": database(t, dir, insert.String()), "query": "FROM day"}
	const warning = "a repeated time was read as its first occurrence"
	tests := []struct {
		name, zone string
		args       Args
		want       string // "": no warning
	}{
		{"with seconds", "Europe/Berlin", Args{"source": file("a.csv", time.DateTime)}, "x=t rows=4 zone=Europe/Berlin"},
		{"without seconds", "Europe/Berlin", Args{"source": file("b.csv", "2006-01-02 15:04")}, "x=t rows=4 zone=Europe/Berlin"},
		{"in a format", "Europe/Berlin", Args{"source": file("c.csv", "02/01/2006 15:04"), "time_format": "%d/%m/%Y %H:%M"}, "x=t rows=4 zone=Europe/Berlin"},
		{"in a database", "Europe/Berlin", fromDatabase, "x=t rows=4 zone=Europe/Berlin"},
		{"skipped", "Europe/Berlin", Args{"source": put(t, dir, "d.csv", "t,v\n2024-03-31 01:30,1\n2024-03-31 02:30,2\n2024-03-31 03:00,3\n")}, "x=t rows=1 zone=Europe/Berlin"},
		{"with an offset", "Europe/Berlin", Args{"source": file("e.csv", time.RFC3339)}, ""},
		{"in a zone that has no change", "UTC", Args{"source": "a.csv"}, ""},
		{"dates", "America/Sao_Paulo", Args{"source": put(t, dir, "f.csv", "t,v\n2018-11-03,1\n2018-11-04,2\n")}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			said := saidIn(t, tt.zone, dir, enginetest.With(Args{"output": "out.svg", "x": "t", "y": "v"}, tt.args))
			if tt.want == "" && strings.Contains(said, warning) || tt.want != "" && (!strings.Contains(said, warning) || !strings.Contains(said, tt.want)) {
				t.Errorf("said %q, want %q", said, tt.want)
			}
		})
	}
}
