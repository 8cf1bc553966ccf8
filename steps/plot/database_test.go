package plot_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/local"
	"dagrun/steps/plot"
)

func folder(t testing.TB, dir, name string) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(dir, name), 0o750); err != nil {
		t.Fatal(err)
	}
}

// database makes a DuckDB file of a name that is also a connection string.
func database(t testing.TB, dir string, statements ...string) string {
	t.Helper()
	const name = "it's 100%?a=b.duckdb"
	made := filepath.Join(dir, "made.duckdb")
	db, err := sql.Open("duckdb", made)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(made, filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
	return name
}

func readings() string {
	return `CREATE TABLE readings AS SELECT TIMESTAMP '2024-06-15 00:00:00' + INTERVAL (i) HOUR AS ts,
		(20 + i / 2)::DECIMAL(4,1) AS v, 'P' || i % 2 AS probe FROM range(24) t(i)`
}

func TestAQueryIsDrawn(t *testing.T) {
	dir := t.TempDir()
	var got outputs
	enginetest.Succeed(t, plot.Type, dir, Args{
		"database": database(t, dir, readings()), "query": "SELECT ts, v, probe FROM readings ORDER BY v DESC",
		"output": "out.svg", "x": "ts", "y": "v", "group_by": "probe", "threshold": []Args{{"value": 31, "kind": "max"}},
	}, &got)
	if want := (outputs{"out.svg", 24, 20, 31.5, 25.75, 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	says(t, svgTexts(t, get(t, dir, "out.svg")), "00:00", "15 Jun 2024", "P0", "P1", "ts", "v")
}

func TestWhatXIsInADatabase(t *testing.T) {
	tests := []struct{ name, x, wants string }{
		{"DATE", "DATE '2024-06-15' + (i * 2)::INT", "15 Jun|2024"},
		{"TIME", "TIME '00:00:00' + INTERVAL (i * 5) HOUR", "02:00|18:00"},
		{"TIMESTAMP", "TIMESTAMP '2024-06-15 00:00:00' + INTERVAL (i * 5) HOUR", "00:00|15 Jun 2024|20:00"},
		{"TIMESTAMP_S", "(TIMESTAMP '2024-06-15 00:00:00' + INTERVAL (i * 5) HOUR)::TIMESTAMP_S", "00:00|15 Jun 2024|20:00"},
		{"TIMESTAMP_NS", "(TIMESTAMP '2024-06-15 00:00:00' + INTERVAL (i * 5) HOUR)::TIMESTAMP_NS", "00:00|15 Jun 2024|20:00"},
		{"TIMESTAMPTZ, shown in the pipeline's zone", "make_timestamptz(1718402400000000 + i * 18000000000)", "00:00|15 Jun 2024|20:00"},
		{"INTEGER", "i * 10", "0|40"},
		{"HUGEINT", "(i * 10)::HUGEINT", "0|40"},
		{"DECIMAL", "(i * 10)::DECIMAL(9,2)", "0|40"},
		{"FLOAT", "(i * 10)::FLOAT", "0|40"},
		{"VARCHAR, even of times", "'2024-06-1' || i", "2024-06-10|2024-06-14"},
		{"BOOLEAN", "i > 2", "false|true"},
		{"ENUM", "(['red', 'blue', 'red', 'blue', 'red'][i + 1])::ENUM('red', 'blue')", "red|blue"},
		{"UUID", "'00000000-0000-0000-0000-00000000000a'::UUID", "00000000-0000-0000-0000-00000000000a"},
	}
	dir := t.TempDir()
	name := database(t, dir, "CREATE TABLE t AS SELECT i::INT AS i FROM range(5) t(i)")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			result := runIn(t.Context(), t, "Europe/Berlin", dir, Args{
				"database": name, "query": "SELECT " + tt.x + " AS x, i AS y FROM t ORDER BY i", "output": "out.svg", "x": "x", "y": "y",
			}, func() {})
			if result.Error != nil {
				t.Fatal(result.Error)
			}
			says(t, svgTexts(t, get(t, dir, "out.svg")), strings.Split(tt.wants, "|")...)
		})
	}
}

func TestWhatReadingsAreInADatabase(t *testing.T) {
	dir := t.TempDir()
	name := database(t, dir, "CREATE TABLE t (x INT)")
	for _, y := range []string{"27.3::DECIMAL(4,1)", "27.3::FLOAT", "27.3::DOUBLE", "'27.3'", "' 27.3 '"} {
		var got outputs
		enginetest.Succeed(t, plot.Type, dir, Args{
			"database": name, "query": "SELECT 1 AS x, " + y + " AS y UNION ALL SELECT 2, NULL", "output": "out.svg", "x": "x", "y": "y",
		}, &got)
		if want := (outputs{"out.svg", 1, 27.3, 27.3, 27.3, 0}); got != want {
			t.Errorf("%s: got %+v, want %+v", y, got, want)
		}
	}
}

func TestErrorsOfADatabase(t *testing.T) {
	tests := []struct {
		name           string
		args           Args
		code, argument string
		wants          []string
	}{
		{"no file", Args{"database": "none.duckdb"}, "input_missing", "database", []string{`"none.duckdb"`}},
		{"not a database", Args{"database": "text.duckdb"}, "not_a_database", "database", []string{"open text.duckdb", "not a valid DuckDB database file"}},
		{"a table that is not there", Args{"query": "SELECT * FROM raedings"}, "query_failed", "query",
			[]string{"Catalog Error", "raedings does not exist", `Did you mean "readings`}},
		{"a query that is none", Args{"query": "SELEC 1"}, "query_failed", "query", []string{"Parser Error", "SELEC"}},
		{"a query that fails on the way", Args{"query": "SELECT ts, ('x' || i)::INT AS v FROM (SELECT ts, row_number() OVER () i FROM readings)"}, "query_failed", "query", []string{"Conversion Error"}},
		{"no query", Args{"query": " "}, "query_failed", "query", nil},
		{"no rows", Args{"query": "SELECT * FROM readings WHERE v > 1000"}, "no_rows", "query", []string{"the query's result has no rows"}},
		{"a column that is misspelt", Args{"y": "w"}, "unknown_column", "y", []string{`the query's result has no column "w"`, `"ts", "v", "probe"`}},
		{"two columns of one name", Args{"query": "SELECT ts, v, v FROM readings"}, "bad_column", "y", []string{`two columns "v"`}},
		{"a reading that is no number", Args{"query": "SELECT ts, CASE WHEN v = 21 THEN 'cold' ELSE '1' END AS v FROM readings ORDER BY ts"}, "bad_value", "y",
			[]string{"row 3 of the query's result", `column "v" is "cold"`}},
		{"a reading that is a truth", Args{"query": "SELECT ts, true AS v FROM readings"}, "bad_value", "y", []string{"row 1 of the query's result", "is true"}},
		{"an infinite reading", Args{"query": "SELECT ts, 'inf'::DOUBLE AS v FROM readings"}, "bad_value", "y", []string{"+Inf"}},
		{"no x", Args{"query": "SELECT NULL AS ts, v FROM readings"}, "bad_value", "x", []string{"row 1 of the query's result", `column "ts" is empty`}},
		{"an x without a place", Args{"query": "SELECT [1, 2] AS ts, v FROM readings"}, "bad_column", "x", []string{`column "ts" is of type`, "INTEGER[]"}},
		{"an infinite time", Args{"query": "SELECT 'infinity'::TIMESTAMP AS ts, v FROM readings"}, "bad_value", "x", []string{"row 1 of the query's result", "a time in the year"}},
		{"writing", Args{"query": "DELETE FROM readings"}, "query_failed", "query", []string{"read-only"}},
		{"reading another file", Args{"query": "SELECT * FROM read_csv('DIR/text.duckdb')"}, "query_failed", "query", []string{"disabled"}},
		{"writing another file", Args{"query": "COPY readings TO 'DIR/stolen.csv'"}, "query_failed", "query", []string{"disabled"}},
		{"attaching another file", Args{"query": "ATTACH 'DIR/stolen.duckdb'"}, "query_failed", "query", []string{"disabled"}},
		{"opening up again", Args{"query": "SET enable_external_access = true"}, "query_failed", "query", []string{"locked"}},
		{"an extension", Args{"query": "INSTALL httpfs"}, "query_failed", "query", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, "text.duckdb", strings.Repeat("this is no database\n", 1000))
			args := enginetest.With(Args{"database": database(t, dir, readings()), "query": "SELECT * FROM readings", "output": "out.png", "x": "ts", "y": "v"}, tt.args)
			args["query"] = strings.ReplaceAll(args["query"].(string), "DIR", dir)
			err := enginetest.Fail(t, plot.Type, dir, args, tt.code)
			checkError(t, err, tt.argument, tt.wants)
			if strings.Contains(err.Message, "\n") {
				t.Errorf("the message is not one line: %s", err.Message)
			}
			for _, stolen := range []string{"stolen.csv", "stolen.duckdb"} {
				if _, err := os.Stat(filepath.Join(dir, stolen)); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("%s: %v", stolen, err)
				}
			}
		})
	}
}

func TestAQueryFindsEveryDoorClosed(t *testing.T) {
	dir := t.TempDir()
	query := "SELECT 1 AS x, 0"
	for _, setting := range []string{"autoinstall_known_extensions", "autoload_known_extensions", "enable_external_access"} {
		query += " + current_setting('" + setting + "')::INT"
	}
	var got outputs
	enginetest.Succeed(t, plot.Type, dir, Args{"database": database(t, dir), "query": query + " AS y", "output": "out.svg", "x": "x", "y": "y"}, &got)
	if got.Max != 0 {
		t.Errorf("%v of the settings are on", got.Max)
	}
}

func TestTheDatabaseStaysAsItWas(t *testing.T) {
	dir := t.TempDir()
	name := database(t, dir, readings())
	before := get(t, dir, name)
	enginetest.Succeed(t, plot.Type, dir, Args{"database": name, "query": "SELECT * FROM readings", "output": "out.png", "x": "ts", "y": "v"}, nil)
	if string(get(t, dir, name)) != string(before) {
		t.Error("the database has changed")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2 {
		t.Errorf("files beside the database and the picture: %v", entries)
	}
}

func TestADatabaseOfAReservedNameIsOpened(t *testing.T) {
	dir := t.TempDir()
	if err := os.Rename(filepath.Join(dir, database(t, dir, readings())), filepath.Join(dir, "memory.db")); err != nil {
		t.Fatal(err)
	}
	enginetest.Succeed(t, plot.Type, dir, Args{"database": "memory.db", "query": "SELECT * FROM readings", "output": "out.png", "x": "ts", "y": "v"}, nil)
}

func TestCancelledWhileAQueryRuns(t *testing.T) {
	dir := t.TempDir()
	name := database(t, dir, readings())
	tests := map[string]string{
		"before its first row": "SELECT count(*) AS ts, sum(sqrt(a.range * b.range)) AS v FROM range(1000000) a, range(1000000) b",
		"between rows":         "SELECT range AS ts, range AS v FROM range(1000000000000)",
	}
	for when, query := range tests {
		t.Run(when, func(t *testing.T) {
			attempt, _ := enginetest.Attempt(t, plot.Type, dir, Args{"database": name, "query": query, "output": "out.png", "x": "ts", "y": "v"})
			attempt.Timeout = 200 * time.Millisecond
			runner := local.Runner{Types: engine.NewRegistry(plot.Type)}
			start := time.Now()
			result := runner.Run(t.Context(), attempt)
			if result.Outcome != engine.AttemptTimedOut {
				t.Errorf("the attempt %s (%v), want timed_out", result.Outcome, result.Error)
			}
			if took := time.Since(start); took > 2200*time.Millisecond { // the timeout, a second to stop, and one for a busy machine
				t.Errorf("it took %s to stop", took)
			}
			enginetest.NoLitter(t, dir)
		})
	}
}
