package duckdbload_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"dagrun/engine/enginetest"
	"dagrun/steps/duckdbload"
)

func TestUpsertReplacesRowsOfTheSameKey(t *testing.T) {
	tests := []struct {
		name   string
		table  string // how it is made; empty for none
		key    any
		source string
		want   string
		total  int64
	}{
		{"of a table without a primary key", "CREATE TABLE t AS SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(id, x)", "id", "id,x\n2,B\n3,C\n", "1|a\n2|B\n3|C\n", 3},
		{"of a table with a primary key", "CREATE TABLE t (id INTEGER PRIMARY KEY, x VARCHAR); INSERT INTO t VALUES (1, 'a'), (2, 'b')", "ID", "x,ID\nB,2\nC,3\n", "1|a\n2|B\n3|C\n", 3},
		{"all that the table has of it", "CREATE TABLE t AS SELECT * FROM (VALUES (1, 'a'), (1, 'b'), (NULL, 'n')) AS v(id, x)", "id", "id,x\n1,C\n", "1|C\nNULL|n\n", 2},
		{"of two columns", "CREATE TABLE t AS SELECT * FROM (VALUES (DATE '2024-06-15', 1, 'a'), (DATE '2024-06-16', 1, 'b')) AS v(d, p, x)", []string{"d", "p"},
			"d,p,x\n2024-06-16,1,B\n2024-06-16,2,C\n", "2024-06-15|1|a\n2024-06-16|1|B\n2024-06-16|2|C\n", 3},
		{"and makes a table that is missing", "", "id", "id,x\n2,B\n1,A\n", "1|A\n2|B\n", 2},
		{"with a unique column beside the key", "CREATE TABLE t (id INTEGER, x VARCHAR UNIQUE); INSERT INTO t VALUES (1, 'a'), (2, 'b')", "id", "id,x\n1,b\n2,a\n", "1|b\n2|a\n", 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if test.table != "" {
				execute(t, filepath.Join(dir, "db.duckdb"), test.table)
			}
			write(t, dir, "a.csv", test.source)
			for range 2 { // the second time changes nothing
				out := succeed(t, dir, args("a.csv", "mode", "upsert", "key", test.key))
				if got := dump(t, dir); got != test.want {
					t.Errorf("got rows\n%swant\n%s", got, test.want)
				}
				if want := int64(strings.Count(test.source, "\n") - 1); out.Rows != want || out.RowsTotal != test.total {
					t.Errorf("got rows %d and rows_total %d, want %d and %d", out.Rows, out.RowsTotal, want, test.total)
				}
			}
		})
	}
}

func TestDeleteInsertReplacesWholePartitions(t *testing.T) {
	tests := []struct {
		name   string
		table  string
		by     any
		source string
		want   string
	}{
		{"of a date", "CREATE TABLE t AS SELECT * FROM (VALUES (DATE '2024-06-15', 1), (DATE '2024-06-15', 2), (DATE '2024-06-16', 3)) AS v(d, x)", "D",
			"d,x\n2024-06-15,9\n", "2024-06-15|9\n2024-06-16|3\n"},
		{"of rows without a value", "CREATE TABLE t AS SELECT * FROM (VALUES ('a', 1), (NULL, 2), (NULL, 3)) AS v(d, x)", "d",
			"d,x\n,9\n,9\n", "a|1\nNULL|9\nNULL|9\n"},
		{"of two columns", "CREATE TABLE t AS SELECT * FROM (VALUES ('a', 1, 1), ('a', NULL, 2), ('b', 1, 3)) AS v(d, p, x)", []string{"d", "p"},
			"d,p,x\na,,9\nb,2,8\n", "a|1|1\na|NULL|9\nb|1|3\nb|2|8\n"},
		{"and makes a table that is missing", "", "d", "d,x\na,1\na,1\n", "a|1\na|1\n"},
		{"of a table with a primary key", "CREATE TABLE t (d VARCHAR, x INTEGER PRIMARY KEY); INSERT INTO t VALUES ('a', 1), ('a', 2), ('b', 3)", "d",
			"d,x\na,2\na,4\n", "a|2\na|4\nb|3\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if test.table != "" {
				execute(t, filepath.Join(dir, "db.duckdb"), test.table)
			}
			write(t, dir, "a.csv", test.source)
			for range 2 { // a day loaded twice is there once
				out := succeed(t, dir, args("a.csv", "mode", "delete_insert", "partition_by", test.by))
				if got := dump(t, dir); got != test.want {
					t.Errorf("got rows\n%swant\n%s", got, test.want)
				}
				if want := int64(strings.Count(test.want, "\n")); out.RowsTotal != want {
					t.Errorf("got rows_total %d, want %d", out.RowsTotal, want)
				}
			}
		})
	}
}

// TestTheTablesTypesHoldInEveryMode adds to a table whose types and columns are
// settled already.
func TestTheTablesTypesHoldInEveryMode(t *testing.T) {
	for _, more := range [][]any{
		{"mode", "append"}, {"mode", "upsert", "key", "n"}, {"mode", "delete_insert", "partition_by", "n"},
	} {
		t.Run(more[1].(string), func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "db.duckdb")
			execute(t, path, "CREATE TABLE t (n SMALLINT, d DECIMAL(6,2), s VARCHAR)", "INSERT INTO t VALUES (1, 1, 'x')")
			write(t, dir, "good.csv", "s,n,d\n007,7,1.50\n")
			write(t, dir, "lossy.csv", "s,n,d\n007,8,1.505\n")
			write(t, dir, "lacks.csv", "s,n\n007,8\n")
			write(t, dir, "extra.csv", "s,n,d,e\n007,8,1,1\n")
			if got, want := succeed(t, dir, args("good.csv", more...)).types(), "n SMALLINT, d DECIMAL(6,2), s VARCHAR"; got != want {
				t.Errorf("got columns %s, want %s", got, want)
			}
			want := "1|1.00|x\n7|1.50|007\n"
			for file, code := range map[string]string{"lossy.csv": "bad_value", "lacks.csv": "columns_differ", "extra.csv": "columns_differ"} {
				enginetest.Fail(t, duckdbload.Type, dir, args(file, more...), code)
				if got := dump(t, dir); got != want {
					t.Errorf("after %s: got rows\n%swant\n%s", file, got, want)
				}
			}
		})
	}
}

func TestKeysThatTellNoRowsApartAreTold(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		key   any
		code  string
		want  string // %s is the folder
	}{
		{"twice in a file", map[string]string{"a.csv": "id,x\n1,a\n\n2,b\n1,c\n"}, "id", "duplicate_key",
			"read %[1]s/a.csv:5: the row has the same key as that of %[1]s/a.csv:2, which is id = 1"},
		{"twice in two files", map[string]string{"a.csv": "id,x\n1,a\n", "b.csv": "id,x\n2,b\n1,c\n"}, "id", "duplicate_key",
			"read %[1]s/b.csv:3: the row has the same key as that of %[1]s/a.csv:2, which is id = 1"},
		{"of two columns", map[string]string{"a.csv": "d,p,x\n2024-06-15,it's,a\n2024-06-15,it's,b\n2024-06-16,it's,b\n"}, []string{"d", "p"}, "duplicate_key",
			"which is d = 2024-06-15, p = it's"},
		{"equal when read as numbers", map[string]string{"a.csv": "id,x\n1.0,a\n1.50,b\n1.5,b\n"}, "id", "duplicate_key",
			"read %[1]s/a.csv:4: the row has the same key as that of %[1]s/a.csv:3, which is id = 1.5"},
		{"zero with and without a sign", map[string]string{"a.csv": "id,x\n0.0,a\n-0.0,b\n"}, "id", "duplicate_key",
			"read %[1]s/a.csv:3: the row has the same key as that of %[1]s/a.csv:2, which is id = "},
		{"times with offsets", map[string]string{"a.csv": "id,x\n2024-06-15T10:00:00Z,a\n2024-06-15T12:00:00+02:00,b\n"}, "id", "duplicate_key",
			"read %[1]s/a.csv:3: the row has the same key as that of %[1]s/a.csv:2, which is id = 2024-06-15 10:00:00+00"},
		{"JSON", map[string]string{"a.jsonl": "{\"id\":[1,\"it's\"]}\n{\"id\":[1,\"it's\"]}\n"}, "id", "duplicate_key",
			"read %[1]s/a.jsonl:2: the row has the same key as that of %[1]s/a.jsonl:1"},
		{"no value", map[string]string{"a.csv": "id,x\n1,a\n\"two\nlines\",b\n,c\n"}, "id", "null_key",
			"read %[1]s/a.csv:5: the row has no value in \"id\""},
		{"no value in the second column", map[string]string{"a.csv": "d,p,x\n1,2,a\n1,,b\n"}, []string{"d", "p"}, "null_key",
			"read %[1]s/a.csv:3: the row has no value in \"p\""},
		{"an absent member", map[string]string{"a.jsonl": "{\"id\":1}\n{\"x\":1}\n"}, "id", "null_key",
			"read %[1]s/a.jsonl:2: the row has no value in \"id\""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range test.files {
				write(t, dir, name, content)
			}
			execute(t, filepath.Join(dir, "db.duckdb"), "CREATE TABLE other AS SELECT 1 AS x")
			e := enginetest.Fail(t, duckdbload.Type, dir, args("a.*", "source", []string{"a.*", "[b].csv"}[:len(test.files)], "mode", "upsert", "key", test.key), test.code)
			want := test.want
			if strings.Contains(want, "%[1]s") {
				want = fmt.Sprintf(want, dir)
			}
			if !strings.Contains(e.Message, want) || e.Retryable || e.Argument != "source" {
				t.Errorf("got %+v, want in its message %q", e, want)
			}
			if got, want := query(t, filepath.Join(dir, "db.duckdb"), "SELECT table_name FROM duckdb_tables()"), "other\n"; got != want {
				t.Errorf("got tables %q, want %q", got, want)
			}
		})
	}
}

func TestFilesThatReplaceRowsAreNeededWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "db.duckdb")
	execute(t, path, "CREATE TABLE parent (id INTEGER PRIMARY KEY, x VARCHAR)", "CREATE TABLE child (id INTEGER REFERENCES parent(id))",
		"INSERT INTO parent VALUES (1, 'a'), (2, 'b')", "INSERT INTO child VALUES (1)", "CREATE TABLE t (d VARCHAR, x INTEGER PRIMARY KEY)", "INSERT INTO t VALUES ('a', 1), ('b', 2)")
	write(t, dir, "parent.csv", "id,x\n1,A\n")
	write(t, dir, "t.csv", "d,x\na,2\n")
	e := enginetest.Fail(t, duckdbload.Type, dir, args("parent.csv", "table", "parent", "mode", "upsert", "key", "id"), "constraint_violated")
	if !strings.Contains(e.Message, "oreign key") {
		t.Errorf("got %+v", e)
	}
	e = enginetest.Fail(t, duckdbload.Type, dir, args("t.csv", "mode", "delete_insert", "partition_by", "d"), "constraint_violated")
	if want := filepath.Join(dir, "t.csv") + " into t"; !strings.Contains(e.Message, want) {
		t.Errorf("got %+v, want in its message %q", e, want)
	}
	if got, want := query(t, path, "SELECT id::VARCHAR || x FROM parent UNION ALL SELECT d || x FROM t ORDER BY ALL"), "1a\n2b\na1\nb2\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestColumnsThatAreNotThereAreNoKey(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "readings.csv", readings)
	for argument, mode := range map[string]string{"key": "upsert", "partition_by": "delete_insert"} {
		e := enginetest.Fail(t, duckdbload.Type, dir, args("readings.csv", "mode", mode, argument, []string{"date", "tiem"}), "unknown_column")
		if e.Argument != argument || !strings.Contains(e.Remedy, `Did you mean "time"?`) {
			t.Errorf("got %+v", e)
		}
		e = enginetest.Fail(t, duckdbload.Type, dir, args("readings.csv", "mode", mode, argument, []string{}), "no_columns")
		if e.Argument != argument || e.Retryable {
			t.Errorf("got %+v", e)
		}
	}
}
