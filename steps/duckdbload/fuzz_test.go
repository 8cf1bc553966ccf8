package duckdbload_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/duckdbload"
)

// told are the codes with which a source may be refused.
var told = []string{"no_rows", "bad_header", "duplicate_column", "bad_row", "not_utf8"}

// mustBeTold loads a file that may be anything, and reports whether it went in.
// The survey and DuckDB must agree on every row: whatever the survey takes,
// DuckDB must take, with as many rows and of the types that were found.
func mustBeTold(t *testing.T, dir string, a enginetest.Args) (outputs, bool) {
	t.Helper()
	result := enginetest.Run(context.Background(), t, duckdbload.Type, dir, a)
	if result.Outcome == engine.AttemptSucceeded {
		return succeed(t, dir, a), true
	}
	if !slices.Contains(told, result.Error.Code) || strings.Contains(result.Error.Message, "DuckDB cannot read it") {
		t.Errorf("got %+v", result.Error)
	}
	return outputs{}, false
}

// csvSeeds are what fuzzing begins with.
var csvSeeds = []string{
	readings, "a,b\n1,2", "a;b\r\n1;\"x\r\ny\"\r\n", "a\n\n1\n\n", "a,b\n\n1,2\n\n", "a\tb\n1\t2\n", "\xef\xbb\xbfa,b\n1,2\n",
	"a,b\n1,\"x\"\"y\"\n", "a,b\n 1 , \"x\" \n", "a,b\n1,5\"x\n", "a,b\r1,2\r", "a,b\r\n1,2\n3,4\r\n", "a,b\n1,\"\"\n", "a,b,\n1,2,3\n",
	"a,b\n1,2,\n", "a,b\n1,\x00\n", "a,b\n1,2,\"\"\n", "a\n\"\"\n", "a\n \n", "a|b\n1|2024-06-15T10:00:00.1+02\n", "a\n1e5\n-0\n.5\n",
	"k,v\n,2024-02-29 23:59:59.999999999\n", "k,v\n,9223372036854775808\n,-170141183460469231731687303715884105728\n", "a,b\r\n\"1\n2\r3\",4\r5,6\n",
}

func FuzzCSV(f *testing.F) {
	for _, seed := range csvSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		write(t, dir, "a.csv", string(data))
		out, ok := mustBeTold(t, dir, args("a.csv"))
		if !ok {
			return
		}
		// As text, every field must be what the standard library reads, as far
		// as that takes the file.
		types := map[string]string{}
		for _, c := range out.Columns {
			types[c.Name] = "VARCHAR"
		}
		records, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))).ReadAll()
		if err != nil || bytes.ContainsAny(data, ";|\t\r\x00") || len(out.Columns) == 1 {
			return
		}
		succeed(t, dir, args("a.csv", "columns", types))
		if got, want := dump(t, dir), lines(records[1:]); got != want {
			t.Errorf("got rows\n%swant\n%s", got, want)
		}
	})
}

// lines writes records as dump does.
func lines(records [][]string) string {
	slices.SortFunc(records, func(a, b []string) int {
		for i := range a { // NULL comes last
			if (a[i] == "") != (b[i] == "") {
				return strings.Compare(b[i], a[i])
			}
			if c := strings.Compare(a[i], b[i]); c != 0 {
				return c
			}
		}
		return 0
	})
	var b strings.Builder
	for _, r := range records {
		r = slices.Clone(r)
		for i := range r {
			if r[i] == "" {
				r[i] = "NULL"
			}
		}
		b.WriteString(strings.Join(r, "|") + "\n")
	}
	return b.String()
}

// FuzzBlocks reads a file in blocks of a few bytes, whose borders fall anywhere,
// and in one: the survey must find the same.
func FuzzBlocks(f *testing.F) {
	for i, seed := range csvSeeds {
		f.Add([]byte(seed), byte(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, size byte) {
		dir := t.TempDir()
		write(t, dir, "a.csv", string(data))
		path := filepath.Join(dir, "a.csv")
		got, want := duckdbload.SurveyCSV(t.Context(), path, 1+int(size)), duckdbload.SurveyCSV(t.Context(), path, 1<<20)
		if got != want {
			t.Errorf("in blocks of %d bytes it is %s\nin one %s", 1+int(size), got, want)
		}
	})
}

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":1}`, "{\"a\":1}\n{\"a\":\"x\"}\n", `[{"a":1},{"a":null}]`, `[{"a":1.50,"b":[{}]},{"b":{"a":"}"}}]`, "\xef\xbb\xbf{\"a\":1}",
		"{\"a\":\n1}{\"a\":true}", `{"a":"2024-06-15T10:00:00Z"}`, `{"a":1,"a":2}`, `{"\u0061":-0}`, `{"a":12345678901234567890}`, `[{"a":1e400}]`, ` [ ] `,
		`[{"a":1},]`, `{"a":"\ud83d\ude00"}`, "{\"a\":1}\r\n\r\n{\"a\":2}\r\n", `{"a":" 1"}`, `{"a":1}{}`, `{"a":"\\ud83d\ud83d"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		write(t, dir, "a.json", string(data))
		mustBeTold(t, dir, args("a.json"))
	})
}

// FuzzTableName checks that a name that passes is a table of its own, which the
// outputs name in a form that passes too.
func FuzzTableName(f *testing.F) {
	for _, seed := range []string{"t", "s.t", `"a.b"."c"`, `s."a""b"`, `a"b`, " ", "main.x", "temp.y", "pg_catalog.z", "é.😀", "x\n.y"} {
		f.Add(seed)
	}
	field := engine.FindField(duckdbload.Type.Args, "table")
	f.Fuzz(func(t *testing.T, name string) {
		if _, err := field.Convert(cty.StringVal(name)); err != nil {
			return
		}
		dir := t.TempDir()
		write(t, dir, "a.csv", "a\n1\n")
		result := enginetest.Run(context.Background(), t, duckdbload.Type, dir, args("a.csv", "table", name))
		if result.Outcome != engine.AttemptSucceeded {
			t.Fatalf("%q: %+v", name, result.Error)
		}
		tables := succeed(t, dir, args("a.csv", "table", name)).Tables
		if again := succeed(t, dir, args("a.csv", "table", tables[0])).Tables; len(again) != 1 || !sort.StringsAreSorted(again) {
			t.Errorf("%q is listed as %q", name, again)
		}
		if files, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(files) != 2 {
			t.Errorf("%q: got files %q (%v), want two", name, files, err)
		}
	})
}
