package duckdbload_test

import (
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/duckdbload"
)

// oddNames are names of tables, columns and files that would do harm in a
// statement or a glob.
var oddNames = []string{
	"with space", "it's", `dou"ble`, "semi;colon", "new\nline", "tab\tname", "back\\slash", "Ünï¢ödé", "😀", "$HOME", "`id`", "%41%zz",
	"x'; DROP TABLE keep; --", `x"; DROP TABLE keep; --`, "select", "main", "temp", "../up", "a,b", "{a,b}", "year=2024", "-rf", "~", "c0", "filename",
	strings.Repeat("n", 251), strings.Repeat("é", 120),
}

func TestNamesAreData(t *testing.T) {
	for i, name := range oddNames {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "db.duckdb")
			execute(t, path, "CREATE TABLE keep AS SELECT 1 AS x")
			file := strings.ReplaceAll(name, "/", "_") + ".csv"
			quoted := strings.ReplaceAll(name, `"`, `""`)
			write(t, dir, file, "k,\""+quoted+"\"\n1,2\n")
			table := `"` + quoted + `"."` + quoted + `"`
			out := succeed(t, dir, args(file, "table", table, "columns", map[string]string{name: "SMALLINT"}))
			if got := out.Columns[1]; got.Name != name || got.Type != "SMALLINT" {
				t.Errorf("got column %q of %s", got.Name, got.Type)
			}
			if got, want := query(t, path, `SELECT "`+quoted+`" FROM db.`+table), "2\n"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if got, want := query(t, path, "SELECT x FROM keep"), "1\n"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			// What the outputs call the table can be given as an argument.
			again := succeed(t, dir, args(file, "table", out.Tables[len(out.Tables)-1]))
			if len(again.Tables) != len(out.Tables) {
				t.Errorf("the table was loaded as another one: %q, then %q", out.Tables, again.Tables)
			}
		})
	}
}

func TestJSONNamesAreData(t *testing.T) {
	for i, name := range oddNames {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			dir := t.TempDir()
			escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(name)
			write(t, dir, "a.json", `[{"`+escaped+`": 1}, {"`+escaped+`": 2}]`)
			if out := succeed(t, dir, args("a.json")); out.Columns[0].Name != name || dump(t, dir) != "1\n2\n" {
				t.Errorf("got %+v and\n%s", out, dump(t, dir))
			}
		})
	}
}

// TestFileNamesAreNoGlobs loads a file whose name, as a glob, matches another.
func TestFileNamesAreNoGlobs(t *testing.T) {
	tests := []struct{ name, other string }{
		{"a[1].csv", "a1.csv"}, {"a*.csv", "ab.csv"}, {"a?.csv", "ab.csv"}, {"**.csv", "a.csv"}, {"[!a].csv", "b.csv"},
		{"d[1]/a.csv", "d1/a.csv"}, {"year=2024/a.csv", "year=2025/a.csv"}, {"a[1].json", "a1.json"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			content, other := "a\n1\n", "a\n2\n"
			if filepath.Ext(test.name) == ".json" {
				content, other = `{"a":1}`, `{"a":2}`
			}
			write(t, dir, test.other, other)
			write(t, dir, test.name, content)
			if got, want := succeed(t, dir, args(test.name)).types(), "a BIGINT"; got != want {
				t.Errorf("got columns %s, want %s", got, want)
			}
			if got, want := dump(t, dir), "1\n"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestFileNamesThatDuckDBCannotTakeAreRefused(t *testing.T) {
	names := []string{`back\slash[1].csv`}
	if runtime.GOOS == "linux" {
		names = append(names, "caf\xe9.csv") // a file system that takes any bytes
	}
	for _, name := range names {
		dir := t.TempDir()
		write(t, dir, name, "a\n1\n")
		enginetest.Fail(t, duckdbload.Type, dir, args("*.csv"), "bad_file_name")
	}
}

func TestDatabaseNamesAreData(t *testing.T) {
	for _, name := range []string{"it's", `dou"ble`, "with space", "semi;colon", "hash#1", "😀", "100%25", "temp", "system", "main", "memory", "a.b.c", "sqlite:x", strings.Repeat("n", 244)} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "a.csv", "a\n1\n")
			file := name + ".duckdb"
			succeed(t, dir, args("a.csv", "database", file, "table", "temp.t"))
			succeed(t, dir, args("a.csv", "database", file, "table", "temp.t", "mode", "append"))
			if files, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(files) != 2 {
				t.Errorf("got files %q (%v), want two", files, err)
			}
			if got, want := query(t, filepath.Join(dir, file), `SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'temp' AND NOT temporary`), "1\n"; got != want {
				t.Errorf("got %q tables, want %q", got, want)
			}
		})
	}
}

func TestDatabasePathsThatTheDriverCannotTakeAreRefused(t *testing.T) {
	for _, name := range []string{"a?b.duckdb", "100%.duckdb", "new\nline.duckdb"} {
		if _, err := engine.FindField(duckdbload.Type.Args, "database").Convert(cty.StringVal(name)); err == nil {
			t.Errorf("%q passes validation", name)
		}
		dir := filepath.Join(t.TempDir(), filepath.Base(name))
		write(t, dir, "a.csv", "a\n1\n")
		e := enginetest.Fail(t, duckdbload.Type, dir, args("a.csv"), "bad_database_path")
		if e.Retryable || e.Argument != "database" {
			t.Errorf("got %+v", e)
		}
	}
}

func TestADatabaseNameThatLeavesNoRoomForTheLogIsRefused(t *testing.T) {
	_, err := engine.FindField(duckdbload.Type.Args, "database").Convert(cty.StringVal(strings.Repeat("n", 252)))
	if err == nil || !strings.Contains(err.Error(), "longer than 251 bytes") {
		t.Errorf("got %v", err)
	}
}

func TestTableNames(t *testing.T) {
	field := engine.FindField(duckdbload.Type.Args, "table")
	for _, good := range []string{"t", "s.t", `"a.b"`, `"a.b".c`, `s."a.b"`, `"a""b"`, `a"b`, " ", "1", "é.😀"} {
		if _, err := field.Convert(cty.StringVal(good)); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for bad, want := range map[string]string{
		"":          "is empty",
		".t":        "is empty",
		"s.":        "is empty",
		`""`:        "is empty",
		"a.b.c":     "more than two parts",
		`"a`:        "not closed",
		`s."a`:      "not closed",
		`"a"b`:      `"b" follows a closing double quote`,
		`s."a".b`:   "more than two parts",
		"a\x00b":    "NUL",
		`"s" . "t"`: `" . \"t\"" follows`,
	} {
		if _, err := field.Convert(cty.StringVal(bad)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want in it %q", bad, err, want)
		}
	}
}
