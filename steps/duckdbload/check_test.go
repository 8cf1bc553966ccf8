package duckdbload_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/duckdbload"
)

// probes has values of many types, good and bad.
const probes = `id,name,temp,day,at,whole
1,alpha,27.5,2024-06-15,2024-06-15 10:00:00,1
2,beta,-99.9,2024-06-16,2024-06-15 11:00:00,2
2,gamma,,2024-06-17,2024-06-16 00:00:00,3
4,,61,,2024-06-17 12:00:00,
`

func checks(blocks ...enginetest.Args) []enginetest.Args { return blocks }

func TestChecksThatHoldLetTheLoadStand(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.csv", probes)
	succeed(t, dir, args("a.csv", "columns", map[string]string{"whole": "FLOAT"}, "check", checks(
		enginetest.Args{"column": "id", "not_null": true},
		enginetest.Args{"column": "NAME", "unique": true},
		enginetest.Args{"column": "id", "not_null": false},
		enginetest.Args{"column": "id", "unique": false},
		enginetest.Args{"column": "temp", "min": -99.9},
		enginetest.Args{"column": "temp", "max": "61"},
		enginetest.Args{"column": "temp", "max": 1e30},
		enginetest.Args{"column": "whole", "in": []string{"1", "2.0", "3"}},
		enginetest.Args{"column": "id", "max": "4.5"},
		enginetest.Args{"column": "day", "min": "2024-06-15"},
		enginetest.Args{"column": "at", "max": "2024-06-17T12:00"},
		enginetest.Args{"column": "name", "min": "alpha"},
		enginetest.Args{"column": "name", "in": []string{"alpha", "beta", "gamma", "it's"}},
		enginetest.Args{"column": "name", "matches": "a$"},
		enginetest.Args{"column": "day", "matches": `^\d{4}-06-\d\d$`},
		enginetest.Args{"sql": "SELECT * FROM t WHERE temp > 100 -- never;\n;"},
		enginetest.Args{"sql": "WITH n AS (SELECT count(*) AS n FROM main.t) SELECT n FROM n WHERE n <> 4"},
	)))
	if got, want := query(t, filepath.Join(dir, "db.duckdb"), "SELECT count(*) FROM t"), "4\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestChecksThatAreBrokenUndoTheLoad(t *testing.T) {
	tests := []struct {
		name  string
		check enginetest.Args
		place string
		want  string
	}{
		{"not_null", enginetest.Args{"column": "temp", "not_null": true}, "check[0].not_null",
			`1 of 4 rows break check[0].not_null, by which the values of column "temp" must have a value: {"id":2,"name":"gamma","temp":null,`},
		{"unique", enginetest.Args{"column": "id", "unique": true}, "check[0].unique",
			`2 of 4 rows break check[0].unique, by which the values of column "id" must have a value of their own: {"id":2,"name":"beta",`},
		{"min", enginetest.Args{"column": "temp", "min": -40}, "check[0].min", `1 of 4 rows break check[0].min, by which the values of column "temp" must be at least -40: {"id":2,"name":"beta","temp":-99.9,`},
		{"max", enginetest.Args{"column": "temp", "max": 60.9}, "check[0].max", `must be at most 60.9: {"id":4,"name":null,"temp":61.0,`},
		{"a fraction between whole numbers", enginetest.Args{"column": "id", "min": "1.5"}, "check[0].min", `1 of 4 rows break`},
		{"a negative bound", enginetest.Args{"column": "id", "max": "-1"}, "check[0].max", `4 of 4 rows break`},
		{"min of a date", enginetest.Args{"column": "day", "min": "2024-06-16"}, "check[0].min", `1 of 4 rows break`},
		{"max of a timestamp", enginetest.Args{"column": "at", "max": "2024-06-16"}, "check[0].max", `1 of 4 rows break`},
		{"in", enginetest.Args{"column": "name", "in": []string{"alpha", "it's"}}, "check[0].in", `2 of 4 rows break check[0].in, by which the values of column "name" must be one of "alpha", "it's": `},
		{"in of numbers", enginetest.Args{"column": "temp", "in": []any{27.5, "61"}}, "check[0].in", `1 of 4 rows break`},
		{"in of whole numbers", enginetest.Args{"column": "id", "in": []string{"1", "2"}}, "check[0].in", `1 of 4 rows break`},
		{"matches", enginetest.Args{"column": "name", "matches": "^[a-f]"}, "check[0].matches", `1 of 4 rows break check[0].matches, by which the values of column "name" must match ^[a-f]: {"id":2,"name":"gamma"`},
		{"sql", enginetest.Args{"sql": "SELECT name, temp FROM t WHERE temp > 0 ORDER BY id"}, "check[0].sql",
			`check[0].sql gives 2 rows and must give none: {"name":"alpha","temp":27.5}, {"name":null,"temp":61.0}`},
		{"sql with equal names", enginetest.Args{"sql": "SELECT 1 AS a, 2 AS a"}, "check[0].sql", `gives 1 row and must give none`},
		{"sql over more rows than are shown", enginetest.Args{"sql": "SELECT 1 AS a FROM t"}, "check[0].sql", `gives 4 rows and must give none: {"a":1}, {"a":1}, {"a":1}, …`},
	}
	for _, mode := range [][]any{{"mode", "replace"}, {"mode", "append"}, {"mode", "upsert", "key", "at"}, {"mode", "delete_insert", "partition_by", "day"}} {
		for _, test := range tests {
			t.Run(mode[1].(string)+" "+test.name, func(t *testing.T) {
				dir := t.TempDir()
				path := filepath.Join(dir, "db.duckdb")
				execute(t, path, "CREATE TABLE t (id BIGINT, name VARCHAR, temp DOUBLE, day DATE, \"at\" TIMESTAMP, whole BIGINT)")
				write(t, dir, "a.csv", probes)
				e := enginetest.Fail(t, duckdbload.Type, dir, args("a.csv", append([]any{"check", checks(test.check)}, mode...)...), "check_failed")
				if !strings.Contains(e.Message, test.want) || e.Argument != test.place || e.Retryable {
					t.Errorf("got %+v, want in its message %q", e, test.want)
				}
				if got, want := query(t, path, "SELECT count(*) FROM t"), "0\n"; got != want {
					t.Errorf("got %q rows, want %q", got, want)
				}
			})
		}
	}
}

func TestANumberThatIsNoneBreaksBothBounds(t *testing.T) {
	for argument, value := range map[string]string{"min": "-1e300", "max": "1e300"} {
		dir := t.TempDir()
		write(t, dir, "a.csv", "a\nnan\n1.5\n")
		e := enginetest.Fail(t, duckdbload.Type, dir, args("a.csv", "check", checks(enginetest.Args{"column": "a", argument: value})), "check_failed")
		if !strings.Contains(e.Message, "1 of 2 rows break") {
			t.Errorf("got %+v", e)
		}
	}
}

// TestChecksSeeTheWholeTable has the bad row in the table already.
func TestChecksSeeTheWholeTable(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.csv", "id\n1\n")
	succeed(t, dir, args("a.csv"))
	e := enginetest.Fail(t, duckdbload.Type, dir, args("a.csv", "mode", "append", "check", checks(enginetest.Args{"column": "id", "unique": true})), "check_failed")
	if !strings.Contains(e.Message, "2 of 2 rows break") {
		t.Errorf("got %+v", e)
	}
	succeed(t, dir, args("a.csv", "mode", "upsert", "key", "id", "check", checks(enginetest.Args{"column": "id", "unique": true})))
}

func TestEveryBrokenCheckIsTold(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.csv", probes)
	a := args("a.csv", "check", checks(
		enginetest.Args{"column": "id", "max": 3, "severity": "warn"},
		enginetest.Args{"column": "id", "min": 2},
		enginetest.Args{"column": "id", "not_null": true},
		enginetest.Args{"sql": "FROM t"},
	))
	result, log := enginetest.RunLogged(t.Context(), t, duckdbload.Type, dir, a)
	if result.Error == nil || result.Error.Argument != "check[1].min" || !strings.Contains(result.Error.Message, "at least 2: ") || !strings.Contains(result.Error.Message, "; check[3].sql gives 4 rows") {
		t.Errorf("got %+v", result.Error)
	}
	if !strings.Contains(log, "1 of 4 rows break check[0].max") {
		t.Errorf("got log %s", log)
	}
}

func TestWarningsLetTheLoadStand(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.csv", probes)
	result, log := enginetest.RunLogged(t.Context(), t, duckdbload.Type, dir, args("a.csv", "check", checks(
		enginetest.Args{"sql": "SELECT id FROM t WHERE id = 4", "severity": "warn"})))
	if result.Outcome != engine.AttemptSucceeded || !strings.Contains(log, "level=WARN") || !strings.Contains(log, "check[0].sql gives 1 row and must give none") {
		t.Errorf("the attempt %s and said %s", result.Outcome, log)
	}
	if got := strings.Count(dump(t, dir), "\n"); got != 4 {
		t.Errorf("got %d rows, want 4", got)
	}
}

func TestChecksThatCannotBeMadeAreTold(t *testing.T) {
	tests := []struct {
		name  string
		check enginetest.Args
		code  string
		place string
		want  string
	}{
		{"no such column", enginetest.Args{"column": "tmep", "not_null": true}, "unknown_column", "check[0].column", `Did you mean "temp"?`},
		{"a number for a text", enginetest.Args{"column": "name", "min": 10}, "bad_check", "check[0].min", `10 is a number and column "name" is VARCHAR`},
		{"a text for a number", enginetest.Args{"column": "temp", "min": "cold"}, "bad_check", "check[0].min", `"cold" cannot be compared with column "temp", which is DOUBLE`},
		{"SQL for a number", enginetest.Args{"column": "id", "max": "1); DROP TABLE t; --"}, "bad_check", "check[0].max", "cannot be compared"},
		{"a time for a date", enginetest.Args{"column": "day", "min": "2024-06-15 10:00:00"}, "bad_check", "check[0].min", "which is DATE"},
		{"one of several that is no number", enginetest.Args{"column": "id", "in": []string{"1", "x"}}, "bad_check", "check[0].in", `"x" cannot`},
		{"no value allowed", enginetest.Args{"column": "id", "in": []string{}}, "bad_check", "check[0].in", "no value is allowed by an empty list"},
		{"sql that is none", enginetest.Args{"sql": "SELEC 1"}, "bad_check", "check[0].sql", "syntax error"},
		{"sql of a table that is not there", enginetest.Args{"sql": "SELECT * FROM absent"}, "bad_check", "check[0].sql", "absent does not exist"},
		{"two queries", enginetest.Args{"sql": "SELECT 1; SELECT 2"}, "bad_check", "check[0].sql", "it has to be one SELECT"},
		{"a statement behind a query", enginetest.Args{"sql": "SELECT 1; DROP TABLE keep"}, "bad_check", "check[0].sql", "it has to be one SELECT"},
		{"a bracket out of the query", enginetest.Args{"sql": "SELECT 1); DROP TABLE keep; SELECT (1"}, "bad_check", "check[0].sql", "syntax error"},
		{"a deletion", enginetest.Args{"sql": "DELETE FROM keep RETURNING *"}, "bad_check", "check[0].sql", "it has to be one SELECT"},
		{"a commit", enginetest.Args{"sql": "COMMIT"}, "bad_check", "check[0].sql", "it has to be one SELECT"},
		{"a setting", enginetest.Args{"sql": "SET enable_external_access = true"}, "bad_check", "check[0].sql", "it has to be one SELECT"},
		{"a copy", enginetest.Args{"sql": "COPY keep TO 'out.csv'"}, "bad_check", "check[0].sql", "it has to be one SELECT"},
		{"an attachment", enginetest.Args{"sql": "ATTACH 'x.duckdb'"}, "bad_check", "check[0].sql", "it has to be one SELECT"},
		{"an extension", enginetest.Args{"sql": "INSTALL httpfs"}, "bad_check", "check[0].sql", "it has to be one SELECT"},
		{"a sequence", enginetest.Args{"sql": "SELECT NEXTVAL('counter')"}, "bad_check", "check[0].sql", "must not change anything"},
		{"a query in a text", enginetest.Args{"sql": "FROM query('SELECT nextval(''counter'')')"}, "bad_check", "check[0].sql", "must not change anything"},
		{"a checkpoint", enginetest.Args{"sql": "FROM force_checkpoint()"}, "bad_check", "check[0].sql", "must not change anything"},
		{"a file", enginetest.Args{"sql": "SELECT * FROM read_text('a.csv')"}, "bad_check", "check[0].sql", "disabled"},
		{"a file by its name", enginetest.Args{"sql": "SELECT * FROM 'a.csv'"}, "bad_check", "check[0].sql", "disabled"},
		{"a list of files", enginetest.Args{"sql": "SELECT * FROM glob('*')"}, "bad_check", "check[0].sql", "disabled"},
		{"the network", enginetest.Args{"sql": "SELECT * FROM read_csv('http://127.0.0.1:1/a.csv')"}, "bad_check", "check[0].sql", "disabled"},
		{"a view of a file", enginetest.Args{"sql": "SELECT * FROM files"}, "bad_check", "check[0].sql", "disabled"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "db.duckdb")
			write(t, dir, "a.csv", probes)
			execute(t, path, "CREATE TABLE keep AS SELECT 1 AS x", "CREATE SEQUENCE counter", "CREATE VIEW files AS SELECT * FROM read_csv('"+filepath.Join(dir, "a.csv")+"')")
			t.Chdir(dir)
			e := enginetest.Fail(t, duckdbload.Type, dir, args("a.csv", "check", checks(enginetest.With(test.check, enginetest.Args{"severity": "warn"}))), test.code)
			if !strings.Contains(e.Message+e.Remedy, test.want) || e.Argument != test.place || e.Retryable {
				t.Errorf("got %+v, want in it %q", e, test.want)
			}
			if got, want := query(t, path, "SELECT table_name, (SELECT x FROM keep), (SELECT last_value FROM duckdb_sequences()) FROM duckdb_tables()"), "keep|1|NULL\n"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if files, err := filepath.Glob("*"); err != nil || len(files) != 2 {
				t.Errorf("got files %q (%v), want two", files, err)
			}
		})
	}
}

func TestNamesInChecksAreData(t *testing.T) {
	for _, name := range oddNames {
		dir := t.TempDir()
		quoted := `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		write(t, dir, "a.csv", quoted+",k\n"+quoted+",1\n")
		more := []any{"table", quoted + "." + quoted, "mode", "upsert", "key", name, "check", checks(
			enginetest.Args{"column": name, "unique": true}, enginetest.Args{"column": name, "in": []string{name}}, enginetest.Args{"column": name, "max": name},
		)}
		succeed(t, dir, args("a.csv", more...))
		out := succeed(t, dir, args("a.csv", more...))
		if out.RowsTotal != 1 || out.Columns[0].Name != name {
			t.Errorf("%q: got %+v", name, out)
		}
		succeed(t, dir, args("a.csv", "table", quoted+"."+quoted, "mode", "delete_insert", "partition_by", []string{name, "k"}))
		write(t, dir, "b.csv", quoted+",k\n"+quoted+",1\n"+quoted+",2\n")
		e := enginetest.Fail(t, duckdbload.Type, dir, args("b.csv", more...), "duplicate_key")
		if !strings.Contains(e.Message, "b.csv:") {
			t.Errorf("got %+v", e)
		}
	}
}

func TestValuesThatCanBeKnownBeforehandAreChecked(t *testing.T) {
	block := engine.FindField(duckdbload.Type.Args, "check").Block
	for _, test := range []struct{ argument, value, want string }{
		{"matches", "a(b", "missing closing )"},
		{"matches", "", "is empty"},
		{"matches", "(?<n>a)", "write (?P<name>"},
		{"min", " ", "is empty"},
		{"max", "\x00", "NUL"},
		{"sql", "\n", "is empty"},
	} {
		if _, err := engine.FindField(block, test.argument).Convert(cty.StringVal(test.value)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s = %q: got %v, want %q in it", test.argument, test.value, err, test.want)
		}
	}
	columns := engine.FindField(duckdbload.Type.Args, "columns")
	if _, err := columns.Convert(cty.MapVal(map[string]cty.Value{"a": cty.StringVal("")})); err == nil || !strings.Contains(err.Error(), `key "a": the type is empty`) {
		t.Errorf("got %v", err)
	}
}
