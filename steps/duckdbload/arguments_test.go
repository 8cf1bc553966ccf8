package duckdbload_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/duckdbload"
)

// TestArguments has a table with rows of two days, and a file with one of each.
func TestArguments(t *testing.T) {
	held := func(t testing.TB, dir string) enginetest.Args {
		a := twoDays(t, dir)
		_, release := other(t.(*testing.T), holdVariable, filepath.Join(dir, "db.duckdb"))
		t.Cleanup(release)
		return a
	}
	check := func(more enginetest.Args) enginetest.Args { return enginetest.Args{"check": checks(more)} }
	enginetest.Arguments(t, duckdbload.Type, enginetest.Effects{
		Setup:   twoDays,
		Observe: everything,
		Of: []enginetest.Effect{
			{Argument: "database", Shows: "the table is in that file", Without: "db.duckdb", With: "deep/er.duckdb", Want: "deep/er.duckdb t: 2,2024-06-15,B 3,2024-06-17,C"},
			{Argument: "source", Shows: "that file is loaded", Without: "new.csv", With: "other.csv", Want: "t: 9,2024-06-19,Z"},
			{Argument: "source", Shows: "all of several files are loaded", Without: "new.csv", With: []string{"other.csv", "n*.csv"}, Want: "t: 2,2024-06-15,B 3,2024-06-17,C 9,2024-06-19,Z"},
			{Argument: "table", Shows: "the rows are in the table of that name", Without: "t", With: "plant.t", Want: "plant.t: 2,2024-06-15,B 3,2024-06-17,C"},
			{Argument: "mode", Shows: "rows are added to those that are there", Without: nil, With: "append", Want: "t: 1,2024-06-15,a 2,2024-06-15,B 2,2024-06-15,b 3,2024-06-17,C 4,2024-06-16,d"},
			{Argument: "key", Shows: "the row with the same key is replaced", Given: enginetest.Args{"mode": "upsert"}, Without: "x", With: "id", Want: "t: 1,2024-06-15,a 2,2024-06-15,B 3,2024-06-17,C 4,2024-06-16,d"},
			{Argument: "partition_by", Shows: "all rows of the same day are replaced", Given: enginetest.Args{"mode": "delete_insert"}, Without: "x", With: "day", Want: "t: 2,2024-06-15,B 3,2024-06-17,C 4,2024-06-16,d"},
			{Argument: "columns", Shows: "the column gets that type", With: map[string]string{"id": "SMALLINT"}, Want: `{"name":"id","type":"SMALLINT"}`},
			{Argument: "lock_timeout", Shows: "another process's lock is waited for as long as that", Setup: held, Observe: failure, Without: "20ms", With: "30ms", Want: "longer than the lock_timeout of 30ms"},
			{Argument: "check.column", Shows: "that column is checked", Given: check(enginetest.Args{"min": "C"}), Without: "x", With: "day", Want: `"C" cannot be compared with column "day"`},
			{Argument: "check.not_null", Shows: "a NULL is found", Given: enginetest.Args{"source": "gaps.csv", "check": checks(enginetest.Args{"column": "x"})}, Without: false, With: true, Want: "check_failed"},
			{Argument: "check.unique", Shows: "a value that is there twice is found", Given: enginetest.Args{"source": "gaps.csv", "check": checks(enginetest.Args{"column": "id"})}, Without: false, With: true, Want: "check_failed"},
			{Argument: "check.min", Shows: "a smaller value is found", Given: check(enginetest.Args{"column": "id"}), Without: "2", With: "3", Want: "check_failed"},
			{Argument: "check.max", Shows: "a larger value is found", Given: check(enginetest.Args{"column": "id"}), Without: "3", With: "2", Want: "check_failed"},
			{Argument: "check.in", Shows: "another value is found", Given: check(enginetest.Args{"column": "x"}), Without: []string{"B", "C"}, With: []string{"B", "D"}, Want: "check_failed"},
			{Argument: "check.matches", Shows: "a value that does not match is found", Given: check(enginetest.Args{"column": "x"}), Without: "^[BC]$", With: "^B", Want: "check_failed"},
			{Argument: "check.sql", Shows: "the query's row undoes the load", Without: "SELECT id FROM t WHERE id > 3", With: "SELECT id FROM t WHERE id > 2", Want: `check_failed: check the table t as it would stand after the load: check[0].sql gives 1 row and must give none: {"id":3}`},
			{Argument: "check.severity", Shows: "the load stands although a check is broken", Given: check(enginetest.Args{"column": "id", "min": "3"}), Without: nil, With: "warn", Want: "t: 2,2024-06-15,B 3,2024-06-17,C"},
		},
	})
}

// twoDays makes a database and files that can be loaded into it.
func twoDays(t testing.TB, dir string) enginetest.Args {
	execute(t, filepath.Join(dir, "db.duckdb"), "CREATE TABLE t AS SELECT * FROM (VALUES "+
		"(1, DATE '2024-06-15', 'a'), (2, DATE '2024-06-15', 'b'), (4, DATE '2024-06-16', 'd')) AS v(id, day, x)")
	write(t, dir, "new.csv", "id,day,x\n2,2024-06-15,B\n3,2024-06-17,C\n")
	write(t, dir, "other.csv", "id,day,x\n9,2024-06-19,Z\n")
	write(t, dir, "gaps.csv", "id,day,x\n9,2024-06-19,\n9,2024-06-20,y\n")
	return args("new.csv")
}

// failure tells how an attempt failed.
func failure(_ testing.TB, _ string, r engine.Result, _ string) string {
	if r.Error == nil {
		return "none"
	}
	return r.Error.Code + ": " + r.Error.Message
}

// everything tells all that an attempt left: a line for each table, with its
// rows, the outputs, and the error.
func everything(t testing.TB, dir string, r engine.Result, log string) string {
	seen := []string{string(r.Outcome), failure(t, dir, r, log), string(r.Outputs), log}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".duckdb" {
			return err
		}
		full := filepath.Join(dir, path)
		for table := range strings.Lines(query(t, full, "SELECT schema_name || '.' || table_name FROM duckdb_tables()")) {
			table = strings.TrimSpace(table)
			rows := query(t, full, "SELECT concat_ws(',', *COLUMNS(*)) AS r FROM "+table+" ORDER BY r")
			seen = append(seen, fmt.Sprintf("%s %s: %s", path, strings.TrimPrefix(table, "main."), strings.Join(slices.Collect(strings.FieldsSeq(rows)), " ")))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(seen, "\n")
}
