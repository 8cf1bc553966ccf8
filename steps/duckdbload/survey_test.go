package duckdbload_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dagrun/engine/enginetest"
	"dagrun/steps/duckdbload"
)

// TestQuickReadingIsTheFullOne holds for texts that look like numbers and times.
func TestQuickReadingIsTheFullOne(t *testing.T) {
	answered := 0
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`[0-9.\-]{1,10}`), rapid.StringMatching(`[0-9]{1,9}`), rapid.StringMatching(`[0-9]{1,4}\.[0-9]{0,4}`),
			rapid.StringMatching(`[0-2][0-9]:[0-6][0-9]:[0-6][0-9]`),
			rapid.StringMatching(`[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]([T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9])?`),
			rapid.StringMatching(`[0-9:;/.\- TZ+é]{1,20}`),
		).Draw(t, "text")
		sep := rapid.SampledFrom([]byte{',', ';', '\t', '|', '\n', '\r'}).Draw(t, "sep")
		if strings.IndexByte(text, sep) >= 0 || len(text) > 20 {
			return
		}
		got, quick := duckdbload.QuickKinds(text, sep)
		if !quick {
			return
		}
		answered++
		if want := duckdbload.KindsOf(text); got != want {
			t.Errorf("%q: got %b, want %b", text, got, want)
		}
	})
	if answered == 0 {
		t.Error("the quick reading had no answer for any")
	}
}

func TestTheCommonestFormsAreReadQuickly(t *testing.T) {
	for _, text := range []string{"0", "7", "12345678", "27.0", "0.5", "99999.99", "00:00:00", "23:59:59", "2024-06-15", "2024-06-15 10:00:00", "2024-06-15T10:00:00"} {
		got, quick := duckdbload.QuickKinds(text, ',')
		if want := duckdbload.KindsOf(text); !quick || got != want || got == 0 {
			t.Errorf("%q: got %b (%t), want %b", text, got, quick, want)
		}
	}
}

// TestRowsAcrossBlocks has files of many blocks whose borders fall anywhere.
func TestRowsAcrossBlocks(t *testing.T) {
	const rows = 60_000
	tests := []struct {
		name  string
		ends  string
		value func(i int) string
		types string
	}{
		{"plain", "\n", func(i int) string { return fmt.Sprint(i) }, "k BIGINT, v BIGINT"},
		{"CRLF", "\r\n", func(i int) string { return fmt.Sprintf("%d.5", i) }, "k BIGINT, v DOUBLE"},
		{"CR", "\r", func(i int) string { return fmt.Sprintf("%d.5", i) }, "k BIGINT, v DOUBLE"},
		{"line ends within quotes", "\n", func(i int) string { return fmt.Sprintf("\"%d\n,\"\"\n%d\"", i, i) }, "k BIGINT, v VARCHAR"},
		{"a line end within quotes now and then", "\n", func(i int) string { return []string{"x", "\"\n\"", "\"1\n2\""}[i%1000%3] }, "k BIGINT, v VARCHAR"},
		{"long texts", "\n", func(i int) string { return strings.Repeat("é", i%200) }, "k BIGINT, v VARCHAR"},
		{"spaces", "\n", func(i int) string { return fmt.Sprintf(" %d ", i) }, "k BIGINT, v BIGINT"},
		{"quoted numbers with spaces outside", "\n", func(i int) string { return fmt.Sprintf(" \"%d\"  ", i) }, "k BIGINT, v BIGINT"},
		{"quoted nothing among dates", "\n", func(i int) string { return []string{`""`, "2024-06-15", ""}[i%3] }, "k BIGINT, v DATE"},
		{"quoted nothing among numbers", "\n", func(i int) string { return []string{`""`, "1.5", ""}[i%3] }, "k BIGINT, v DOUBLE"},
		{"separators at the end", "\n", func(int) string { return "12:30:00," }, "k BIGINT, v TIME"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			var b strings.Builder
			b.WriteString("k,v" + test.ends)
			for i := range rows {
				fmt.Fprintf(&b, "%d,%s%s", i, test.value(i), test.ends)
			}
			write(t, dir, "a.csv", b.String())
			out := succeed(t, dir, args("a.csv"))
			if out.Rows != rows || out.types() != test.types {
				t.Errorf("got %d rows of %s, want %d of %s", out.Rows, out.types(), rows, test.types)
			}
			if got, want := query(t, filepath.Join(dir, "db.duckdb"), "SELECT sum(k)::BIGINT, count(DISTINCT k) FROM t"), "1799970000|60000\n"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			line := strings.Count(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(b.String()), "\n") + 1
			b.WriteString("1,2,3,4" + test.ends + strings.Repeat("1,2"+test.ends, rows))
			write(t, dir, "bad.csv", b.String())
			e := enginetest.Fail(t, duckdbload.Type, dir, args("bad.csv"), "bad_row")
			if want := fmt.Sprintf("bad.csv:%d: the row has 4 fields", line); !strings.Contains(e.Message, want) {
				t.Errorf("got %+v, want in its message %q", e, want)
			}
			write(t, dir, "open.csv", b.String()[:strings.LastIndex(b.String(), "1,2,3,4")]+"1,\"2"+test.ends+strings.Repeat("1,2"+test.ends, 100))
			e = enginetest.Fail(t, duckdbload.Type, dir, args("open.csv"), "bad_row")
			if want := fmt.Sprintf("open.csv:%d: a double quote is not closed", line); !strings.Contains(e.Message, want) {
				t.Errorf("got %+v, want in its message %q", e, want)
			}
		})
	}
}
