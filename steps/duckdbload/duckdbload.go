// Package duckdbload is the step type duckdb_load: it loads CSV, TSV, JSON and
// Parquet files into a table of a DuckDB database file, in one transaction.
//
// An attempt has four parts. The survey (source.go and what it calls) reads
// every source once in Go, without DuckDB: it finds columns and types, refuses
// rows that are not well formed with file and line, and counts. The plan
// (plan.go) settles the type of each column and reads the checks. The load
// (load.go, merge.go) has DuckDB read the sources again and compares what came
// in with what was counted. The checks (check.go) look at the result before it
// is committed.
//
// DuckDB's own guessing is switched off throughout. Its sniffer takes a header
// for data or data for a header, reads a whole file into memory without heeding
// cancellation, and its casts round 2.5 to 3 and drop the time of a date.
package duckdbload

import (
	"context"
	"time"

	"dagrun/engine"
)

// Type is the step type duckdb_load.
var Type = engine.Define("duckdb_load",
	"Loads CSV, TSV, JSON and Parquet files into a table of a DuckDB database, in one transaction.",
	run,
	engine.NeededWith("key", "mode", upsert),
	engine.OnlyWith("key", "mode", upsert),
	engine.NeededWith("partition_by", "mode", deleteInsert),
	engine.OnlyWith("partition_by", "mode", deleteInsert),
	engine.ExactlyOne("check.column", "check.sql"),
	engine.ExactlyOne("check.sql", "check.not_null", "check.unique", "check.min", "check.max", "check.in", "check.matches"),
	engine.WithAddition("mode", "append"),
	engine.WithExample(`
step "duckdb_load" "readings" {
  database     = "data/readings.duckdb"
  source       = "data/hourly/*.csv"
  table        = "plant.readings"
  mode         = "delete_insert"
  partition_by = "date"
  columns      = { probe = "VARCHAR", temperatura = "DECIMAL(5,1)" }

  check {
    column   = "temperatura"
    not_null = true
  }
  check {
    column   = "temperatura"
    max      = 60
    severity = "warn"
  }
  check {
    sql = "SELECT date FROM plant.readings GROUP BY date HAVING count(*) > 24"
  }
}`))

// The modes, beside replace and append.
const (
	replace      = "replace"
	upsert       = "upsert"
	deleteInsert = "delete_insert"
)

// Args are the arguments of a duckdb_load step.
type Args struct {
	Database    databasePath          `arg:"database,required" file:"exclusive" doc:"The DuckDB database file. It is made, with its folder, when it is not there."`
	Source      engine.Strings        `arg:"source,required" file:"read" doc:"Path, glob or list of files that have the same columns: .csv, .tsv, .json, .jsonl and .ndjson, each also with .gz or .zst, and .parquet. The first line of a .csv or .tsv file is its header; the separator of .csv is the one of comma, semicolon, tab and bar that its header has most of."`
	Table       tableName             `arg:"table,required" within:"database" doc:"The table: name or schema.name. A part in double quotes may contain dots. A schema that is missing is made."`
	Mode        string                `arg:"mode" default:"replace" enum:"replace|append|upsert|delete_insert" doc:"replace puts a new table in the place of the old one. The others add to the table, column by name: append each time that the step runs; upsert in the place of the rows that have the same key; delete_insert in the place of all rows of the partitions that the source has rows of. A table that is missing is made."`
	Key         engine.Strings        `arg:"key" doc:"For upsert: the column or columns that tell rows apart. A row of the source without a value there, or two with the same values, fail the step. The table needs no primary key."`
	PartitionBy engine.Strings        `arg:"partition_by" doc:"For delete_insert: the column or columns, such as a date, whose values make a partition. Rows without a value there are a partition too."`
	Columns     map[string]columnType `arg:"columns" doc:"DuckDB types for columns, by name, in the place of those found by reading the whole source. A value that cannot become its type without loss fails the step; FLOAT and DOUBLE round."`
	LockTimeout engine.Duration       `arg:"lock_timeout" default:"10s" doc:"How long to wait for another process that has the database open."`
	Checks      []Check               `block:"check" doc:"What must hold of the table as it will stand after the load: of all its rows, not only of those that are loaded. All checks are made, within the transaction of the load."`
}

// Check is a check block: a column with one thing that must hold of it, or a
// query that must give no row.
type Check struct {
	Column   string   `arg:"column" doc:"The column that is checked. A NULL passes every check but not_null."`
	NotNull  bool     `arg:"not_null" doc:"true: every row has a value."`
	Unique   bool     `arg:"unique" doc:"true: no two rows have the same value."`
	Min      bound    `arg:"min" doc:"The smallest value allowed: a number, or a text such as \"2024-06-15\" that is read as the column's type. A number is refused for a column of text, where 9 would be more than 10."`
	Max      bound    `arg:"max" doc:"The largest value allowed."`
	In       []string `arg:"in" doc:"The values that are allowed, as numbers or texts."`
	Matches  pattern  `arg:"matches" doc:"A regular expression (RE2) that is found in every value, as text. ^ and $ tie it to the value's ends."`
	SQL      query    `arg:"sql" doc:"One SELECT that gives the rows that are wrong, so that it must give none. It sees the database with the loaded table, changes nothing, and can read no file."`
	Severity string   `arg:"severity" default:"error" enum:"error|warn" doc:"error: rows that break the check undo the load. warn: they are only logged."`
}

// Outputs are the outputs of a duckdb_load step.
type Outputs struct {
	Database  string   `out:"database" doc:"The argument database."`
	Table     string   `out:"table" doc:"The argument table."`
	Rows      int64    `out:"rows" volume:"rows_in" doc:"Rows that came into the table. It is as many as were counted in the source; anything else fails the step."`
	RowsTotal int64    `out:"rows_total" doc:"Rows in the table afterwards."`
	Columns   []Column `out:"columns" doc:"The columns of the table, in order, each with name and type."`
	Tables    []string `out:"tables" doc:"All tables of the database, sorted; those outside the schema main as schema.name."`
}

// Column is a column of the table.
type Column struct {
	Name string `out:"name" doc:"Name of the column."`
	Type string `out:"type" doc:"DuckDB type of the column."`
}

func run(ctx context.Context, env *engine.Env, args Args) (Outputs, error) {
	if err := ctx.Err(); err != nil {
		return Outputs{}, err
	}
	path := env.Path(string(args.Database))
	if err := checkDatabasePath(path); err != nil {
		return Outputs{}, badDatabasePath(path, err)
	}
	sources, err := surveyAll(ctx, env, args.Source)
	if err != nil {
		return Outputs{}, err
	}
	db, err := openDatabase(ctx, env, path, time.Duration(args.LockTimeout))
	if err != nil {
		return Outputs{}, err
	}
	out, err := intoDatabase(ctx, env, db, sources, args)
	if closeErr := db.close(ctx); err == nil && closeErr != nil {
		err = closeFailed(path, closeErr)
	}
	return out, err
}

// intoDatabase plans and makes the load, and describes what is there then.
func intoDatabase(ctx context.Context, env *engine.Env, db *database, sources []*source, args Args) (Outputs, error) {
	p, err := planLoad(ctx, db, sources, args)
	if err != nil {
		return Outputs{}, err
	}
	out := Outputs{Database: string(args.Database), Table: args.Table.text}
	if err := p.load(ctx, env, &out); err != nil {
		return Outputs{}, err
	}
	return out, db.checkpoint(ctx)
}
