package duckdbload_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // reads back what was loaded
	"github.com/google/go-cmp/cmp"

	"dagrun/engine/enginetest"
	"dagrun/steps/duckdbload"
)

// outputs are the outputs of a successful attempt.
type outputs struct {
	Database  string              `json:"database"`
	Table     string              `json:"table"`
	Rows      int64               `json:"rows"`
	RowsTotal int64               `json:"rows_total"`
	Columns   []duckdbload.Column `json:"columns"`
	Tables    []string            `json:"tables"`
}

// types writes the columns as "name TYPE, …".
func (o outputs) types() string {
	parts := make([]string, len(o.Columns))
	for i, c := range o.Columns {
		parts[i] = c.Name + " " + c.Type
	}
	return strings.Join(parts, ", ")
}

const readings = `record,date,time,temperatura
1,2024-06-15,00:00:00,27.0
2,2024-06-15,00:15:00,26.8
3,2024-06-15,00:30:00,27.2
`

// write makes a file under dir.
func write(t testing.TB, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// args are the arguments to load a source into the table "t" of db.duckdb,
// with more of them as pairs of name and value.
func args(source string, more ...any) enginetest.Args {
	a := enginetest.Args{"database": "db.duckdb", "source": source, "table": "t"}
	for i := 0; i < len(more); i += 2 {
		a[more[i].(string)] = more[i+1]
	}
	return a
}

func succeed(t testing.TB, dir string, a enginetest.Args) outputs {
	t.Helper()
	var out outputs
	enginetest.Succeed(t, duckdbload.Type, dir, a, &out)
	return out
}

// query gives the rows of a query on a database file, a line each, with | in
// between and NULL for null.
func query(t testing.TB, path, statement string) string {
	t.Helper()
	db, err := sql.Open("duckdb", path+"?access_mode=read_only")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(t.Context(), statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for rows.Next() {
		values := make([]sql.NullString, len(names))
		into := make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			if i > 0 {
				lines.WriteByte('|')
			}
			if lines.WriteString(v.String); !v.Valid {
				lines.WriteString("NULL")
			}
		}
		lines.WriteByte('\n')
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines.String()
}

// dump gives all rows of the table t in db.duckdb, as text and in order.
func dump(t testing.TB, dir string) string {
	t.Helper()
	return query(t, filepath.Join(dir, "db.duckdb"), "SELECT COLUMNS(*)::VARCHAR FROM t ORDER BY ALL")
}

// execute changes a database file.
func execute(t testing.TB, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("duckdb", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestSuite(t *testing.T) {
	for mode, more := range map[string][]any{
		"replace": nil, "upsert": {"key", []string{"date", "time"}}, "delete_insert": {"partition_by", "date"},
	} {
		t.Run(mode, func(t *testing.T) {
			enginetest.Suite(t, enginetest.Case{
				Type: duckdbload.Type,
				Setup: func(t testing.TB, dir string) enginetest.Args {
					write(t, dir, "readings.csv", readings)
					return args("readings.csv", append([]any{"mode", mode, "check", checks(enginetest.Args{"column": "time", "unique": true})}, more...)...)
				},
				State: dump,
				Slow: func(t testing.TB, dir string) (enginetest.Args, <-chan struct{}) {
					writeReadings(t, filepath.Join(dir, "many.csv"), 1_500_000)
					return args("many.csv", append([]any{"mode", mode}, more...)...), nil
				},
			})
		})
	}
}

func TestReadingsGetTheirTypes(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "readings.csv", readings)
	got := succeed(t, dir, args("readings.csv", "database", "deep/er/db.duckdb", "table", "plant.temperature_2024-06-15"))
	want := outputs{
		Database: "deep/er/db.duckdb", Table: "plant.temperature_2024-06-15", Rows: 3, RowsTotal: 3,
		Columns: []duckdbload.Column{
			{Name: "record", Type: "BIGINT"}, {Name: "date", Type: "DATE"},
			{Name: "time", Type: "TIME"}, {Name: "temperatura", Type: "DOUBLE"},
		},
		Tables: []string{"plant.temperature_2024-06-15"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	rows := query(t, filepath.Join(dir, "deep/er/db.duckdb"),
		`SELECT COLUMNS(*)::VARCHAR FROM plant."temperature_2024-06-15" ORDER BY record`)
	if want := "1|2024-06-15|00:00:00|27.0\n2|2024-06-15|00:15:00|26.8\n3|2024-06-15|00:30:00|27.2\n"; rows != want {
		t.Errorf("got rows\n%swant\n%s", rows, want)
	}
	files, err := filepath.Glob(filepath.Join(dir, "deep/er/*"))
	if err != nil || len(files) != 1 {
		t.Errorf("beside the database stand other files: %v %v", files, err)
	}
}

func TestReplaceLeavesTheRestOfTheDatabase(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "db.duckdb")
	execute(t, path,
		"CREATE TABLE t (old INTEGER)", "INSERT INTO t VALUES (1)",
		"CREATE TABLE other AS SELECT 7 AS x", "CREATE SCHEMA s", `CREATE TABLE s."a.b" AS SELECT 8 AS y`,
		"CREATE VIEW v AS SELECT * FROM other")
	write(t, dir, "readings.csv", readings)
	out := succeed(t, dir, args("readings.csv"))
	if diff := cmp.Diff([]string{"other", `s."a.b"`, "t"}, out.Tables); diff != "" {
		t.Errorf("tables (-want +got):\n%s", diff)
	}
	if got, want := query(t, path, `SELECT x, y, (SELECT count(*) FROM t) FROM v, s."a.b"`), "7|8|3\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAppendAddsByName(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "one.csv", "a,b\n1,x\n")
	write(t, dir, "two.csv", "B,A\ny,2\nz,\n")
	first := succeed(t, dir, args("one.csv", "mode", "append"))
	second := succeed(t, dir, args("two.csv", "mode", "append"))
	if first.Rows != 1 || first.RowsTotal != 1 || second.Rows != 2 || second.RowsTotal != 3 {
		t.Errorf("got rows %d of %d and %d of %d", first.Rows, first.RowsTotal, second.Rows, second.RowsTotal)
	}
	if got, want := second.types(), "a BIGINT, b VARCHAR"; got != want {
		t.Errorf("got columns %s, want %s", got, want)
	}
	if got, want := dump(t, dir), "1|x\n2|y\nNULL|z\n"; got != want {
		t.Errorf("got rows\n%swant\n%s", got, want)
	}
}

func TestAppendConvertsToTheTablesTypes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "db.duckdb")
	execute(t, path, "CREATE TYPE mood AS ENUM ('good', 'bad')",
		`CREATE TABLE t (n SMALLINT, d DECIMAL(6,2), "at" TIMESTAMP, m mood, s VARCHAR)`)
	write(t, dir, "a.csv", "n,d,at,m,s\n 7 ,1.50,2024-06-15,good,007\n8.0,2.5000,2024-06-15T10:00:00Z,,+1\n")
	succeed(t, dir, args("a.csv", "mode", "append"))
	want := "7|1.50|2024-06-15 00:00:00|good|007\n8|2.50|2024-06-15 10:00:00|NULL|+1\n"
	if got := dump(t, dir); got != want {
		t.Errorf("got rows\n%swant\n%s", got, want)
	}
}

// TestFailureLeavesTheTable has a value that does not fit in the middle of the
// source, so that rows before it have been read.
func TestFailureLeavesTheTable(t *testing.T) {
	var bad strings.Builder
	bad.WriteString("a\n")
	for i := range 300_000 {
		if i == 200_000 {
			bad.WriteString("x\n")
			continue
		}
		fmt.Fprintf(&bad, "%d\n", i)
	}
	for _, mode := range []string{"replace", "append"} {
		t.Run(mode, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "good.csv", "a\n1\n2\n")
			write(t, dir, "bad.csv", bad.String())
			succeed(t, dir, args("good.csv", "columns", map[string]string{"a": "INTEGER"}))
			before := dump(t, dir)
			e := enginetest.Fail(t, duckdbload.Type, dir,
				args("bad.csv", "mode", mode, "columns", map[string]string{"a": "INTEGER"}), "bad_value")
			if want := filepath.Join(dir, "bad.csv") + `:200002: "x" in column "a"`; !strings.Contains(e.Message, want) {
				t.Errorf("got %q, want in it %q", e.Message, want)
			}
			if after := dump(t, dir); after != before {
				t.Errorf("before:\n%safter:\n%s", before, after)
			}
		})
	}
}

func TestFailureLeavesNoNewDatabase(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.csv", "a\nx\n")
	enginetest.Fail(t, duckdbload.Type, dir, args("a.csv", "table", "s.t", "columns", map[string]string{"a": "INTEGER"}), "bad_value")
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if want := []string{filepath.Join(dir, "a.csv")}; err != nil || !cmp.Equal(files, want) {
		t.Errorf("got files %v (%v), want %v", files, err, want)
	}
}
