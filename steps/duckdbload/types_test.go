package duckdbload_test

import (
	"path/filepath"
	"strings"
	"testing"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/local"
	"dagrun/steps/duckdbload"
)

func TestTypesAreThoseOfAllValues(t *testing.T) {
	tests := []struct {
		name   string
		values []string
		want   string // type
		rows   string // as text, in the order of the file; the values when empty
	}{
		{"whole numbers", []string{"1", "-2", "9223372036854775807"}, "BIGINT", ""},
		{"beyond 64 bits", []string{"9223372036854775808", "1"}, "HUGEINT", ""},
		{"beyond 128 bits", []string{strings.Repeat("9", 39)}, "VARCHAR", ""},
		{"a fraction among whole numbers", []string{"1", "2.5"}, "DOUBLE", "1.0 2.5"},
		{"a fraction of zero stays one", []string{"27.0", "28.0"}, "DOUBLE", ""},
		{"exponents", []string{"1e3", "1.5e-5", "-2E+2"}, "DOUBLE", "1000.0 1.5e-05 -200.0"},
		{"minus zero", []string{"-0"}, "DOUBLE", "-0.0"},
		{"parts of a number", []string{".5", "5.", "-.25"}, "DOUBLE", "0.5 5.0 -0.25"},
		{"not a number and infinity", []string{"nan", "-inf", "1.5"}, "DOUBLE", ""},
		{"too large for a DOUBLE", []string{"1e999"}, "VARCHAR", ""},
		{"too small for a DOUBLE", []string{"1e-999"}, "VARCHAR", ""},
		{"a whole number that a DOUBLE would round", []string{"9007199254740993", "1.5"}, "VARCHAR", ""},
		{"leading zeros are a code", []string{"007", "1"}, "VARCHAR", ""},
		{"a plus sign is text", []string{"+1"}, "VARCHAR", ""},
		{"underscores are text", []string{"1_000"}, "VARCHAR", ""},
		{"hexadecimal is text", []string{"0x10"}, "VARCHAR", ""},
		{"decimal commas are text", []string{`"1,5"`}, "VARCHAR", "1,5"},
		{"spaces around numbers", []string{" 1", "2 "}, "BIGINT", "1 2"},
		{"quoted numbers", []string{`"1"`, `"2"`}, "BIGINT", "1 2"},
		{"true and false", []string{"true", "FALSE"}, "BOOLEAN", "true false"},
		{"yes and no are text", []string{"yes", "no"}, "VARCHAR", ""},
		{"dates", []string{"2024-06-15", "0001-01-01"}, "DATE", ""},
		{"no such day", []string{"2024-06-15", "2023-02-29"}, "VARCHAR", ""},
		{"days before months are text", []string{"13/02/2024"}, "VARCHAR", ""},
		{"dates among times of a day", []string{"2024-06-15", "2024-06-15 10:30"}, "TIMESTAMP", "2024-06-15 00:00:00 2024-06-15 10:30:00"},
		{"times", []string{"00:00:00", "23:59:59.123456", "10:30"}, "TIME", "00:00:00 23:59:59.123456 10:30:00"},
		{"no such time", []string{"24:00:00"}, "VARCHAR", ""},
		{"microseconds", []string{"2024-06-15T10:00:00.123456"}, "TIMESTAMP", "2024-06-15 10:00:00.123456"},
		{"nanoseconds", []string{"2024-06-15 10:00:00.123456789", "2024-06-15"}, "TIMESTAMP_NS", "2024-06-15 10:00:00.123456789 2024-06-15 00:00:00"},
		{"picoseconds", []string{"2024-06-15T10:00:00.1234567891"}, "VARCHAR", ""},
		{"zeros behind microseconds", []string{"2024-06-15T10:00:00.123456000"}, "TIMESTAMP", "2024-06-15 10:00:00.123456"},
		{"offsets", []string{"2024-06-15T10:00:00+02:00", "2024-06-15T10:00:00Z"}, "TIMESTAMP WITH TIME ZONE", "2024-06-15 08:00:00+00 2024-06-15 10:00:00+00"},
		{"offsets on some only", []string{"2024-06-15T10:00:00", "2024-06-15T10:00:00Z"}, "VARCHAR", ""},
		{"dates and numbers", []string{"2024-06-15", "1"}, "VARCHAR", ""},
		{"only empty", []string{"", `""`}, "VARCHAR", "NULL NULL"},
		{"empty among numbers", []string{"1", "", "2"}, "BIGINT", "1 NULL 2"},
		{"only spaces", []string{"1", "  "}, "VARCHAR", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "a.csv", "k,v\nk,"+strings.Join(test.values, "\nk,")+"\n")
			out := succeed(t, dir, args("a.csv"))
			if got := out.Columns[1].Type; got != test.want {
				t.Errorf("got type %s, want %s", got, test.want)
			}
			want := test.rows
			if want == "" {
				want = strings.Join(test.values, " ")
			}
			got := query(t, filepath.Join(dir, "db.duckdb"), "SET TimeZone = 'UTC'; SELECT v::VARCHAR FROM t ORDER BY rowid")
			if got = strings.ReplaceAll(strings.TrimSuffix(got, "\n"), "\n", " "); got != want {
				t.Errorf("got rows %q, want %q", got, want)
			}
		})
	}
}

// TestOneLateTextMakesTheColumnText has the only text far behind what a sample
// would see.
func TestOneLateTextMakesTheColumnText(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.csv", "a\n"+strings.Repeat("1\n", 100_000)+"x\n")
	if got, want := succeed(t, dir, args("a.csv")).types(), "a VARCHAR"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestGivenTypes(t *testing.T) {
	tests := []struct{ typ, text, want string }{
		{"int", "27.0", "27"},
		{"INTEGER", "007", "7"},
		{"UTINYINT", "255", "255"},
		{"numeric(5,1)", "27.10", "27.1"},
		{"DOUBLE", "1e3", "1000.0"},
		{"REAL", "27.1", "27.1"},
		{"DOUBLE", "Infinity", "inf"},
		{"VARCHAR", " 007 ", " 007 "},
		{"DATE", "2024-06-15 00:00:00", "2024-06-15"},
		{"DATE", "2024-6-5", "2024-06-05"},
		{"TIME", "9:05", "09:05:00"},
		{"TIMESTAMP", "2024-06-15T10:00:00Z", "2024-06-15 10:00:00"},
		{"TIMESTAMP_S", "2024-06-15 10:00:00.000", "2024-06-15 10:00:00"},
		{"TIMESTAMP_MS", "2024-06-15 10:00:00.123", "2024-06-15 10:00:00.123"},
		{"TIMESTAMPTZ", "2024-06-15 10:00:00+02", "2024-06-15 08:00:00+00"},
		{"BOOLEAN", "yes", "true"},
		{"UUID", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
		{"ENUM('it''s', 'no')", "it's", "it's"},
		{"INTEGER[]", `"[1, 2]"`, "[1, 2]"},
		{`STRUCT("a b" INTEGER)`, `"{""a b"": 1}"`, "{'a b': 1}"},
	}
	for _, test := range tests {
		t.Run(test.typ+" "+test.text, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "a.csv", "k,v\nk,"+test.text+"\nk,\n")
			succeed(t, dir, args("a.csv", "columns", map[string]string{"V": test.typ}))
			got := query(t, filepath.Join(dir, "db.duckdb"), "SET TimeZone = 'UTC'; SELECT v::VARCHAR FROM t ORDER BY rowid")
			if want := test.want + "\nNULL\n"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestLossIsRefused has values that DuckDB's casts would change silently.
func TestLossIsRefused(t *testing.T) {
	tests := []struct{ typ, text string }{
		{"BIGINT", "2.5"},
		{"BIGINT", "15e-1"},
		{"TINYINT", "128"},
		{"DECIMAL(5,1)", "27.04"},
		{"DECIMAL(3,1)", "270.1"},
		{"DOUBLE", "1e999"},
		{"DATE", "2024-06-15 10:00:00"},
		{"DATE", "2024-06-15 and more"},
		{"TIME", "2024-06-15 10:00:00"},
		{"TIME", "10:00:00+02"},
		{"TIMESTAMP", "2024-06-15T10:00:00+02:00"},
		{"TIMESTAMP", "2024-06-15 10:00:00.1234567"},
		{"TIMESTAMP_S", "2024-06-15 10:00:00.5"},
		{"TIMESTAMP WITH TIME ZONE", "2024-06-15 10:00:00.1234567Z"},
		{"ENUM('a')", "b"},
	}
	for _, test := range tests {
		t.Run(test.typ+" "+test.text, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "a.csv", "k,v\n\"two\nlines\",\n\nk,"+test.text+"\n")
			e := enginetest.Fail(t, duckdbload.Type, dir, args("a.csv", "columns", map[string]string{"v": test.typ}), "bad_value")
			want := filepath.Join(dir, "a.csv") + `:5: "` + test.text + `" in column "v" cannot become ` + test.typ
			if !strings.Contains(e.Message, want) || e.Argument != "columns" || e.Retryable {
				t.Errorf("got %+v, want in its message %q", e, want)
			}
		})
	}
}

func TestTimesWithoutZoneAreOfThePipelinesZone(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.csv", "k,v\nk,2024-06-15 10:00:00\n")
	attempt, _ := enginetest.Attempt(t, duckdbload.Type, dir, args("a.csv", "columns", map[string]string{"v": "TIMESTAMPTZ"}))
	attempt.Timezone = "Asia/Tokyo"
	runner := &local.Runner{Types: engine.NewRegistry(duckdbload.Type)}
	if result := runner.Run(t.Context(), attempt); result.Outcome != engine.AttemptSucceeded {
		t.Fatalf("the attempt %s: %+v", result.Outcome, result.Error)
	}
	got := query(t, filepath.Join(dir, "db.duckdb"), "SELECT epoch(v)::BIGINT FROM t")
	if want := "1718413200\n"; got != want { // 01:00 in UTC
		t.Errorf("got %q, want %q", got, want)
	}
}
