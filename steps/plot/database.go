package plot

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"dagrun/engine"
)

// readDatabase runs the query and reads its rows. The name for messages is the
// query's.
func (g *gatherer) readDatabase(ctx context.Context) (string, error) {
	const origin = "the query's result"
	path, err := oneFile(g.env, "database", g.args.Database)
	if err != nil {
		return origin, err
	}
	name := shown(g.env, path)
	connector, err := duckdb.NewConnector(":memory:?autoinstall_known_extensions=false&autoload_known_extensions=false", nil)
	if err != nil {
		return origin, unreadable(name, err)
	}
	defer func() { _ = connector.Close() }()
	db := sql.OpenDB(connector)
	defer func() { _ = db.Close() }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return origin, orCancelled(ctx, unreadable(name, err))
	}
	defer func() { _ = conn.Close() }()
	// DuckDB makes this folder when a query needs more than its memory, and only
	// then.
	spill := filepath.Join(os.TempDir(), "dagrun-plot-"+rand.Text())
	defer func() { _ = os.RemoveAll(spill) }()
	if err := attach(ctx, conn, path, spill); err != nil {
		return origin, orCancelled(ctx, unreadable(name, err))
	}
	return origin, orCancelled(ctx, g.queryRows(ctx, conn, name))
}

// attach opens the database file for reading and then takes from the
// connection every right to touch another file or to change its settings. The
// file is attached, not opened, since a path in DuckDB's connection string
// would be read as a URL.
func attach(ctx context.Context, conn *sql.Conn, path, spill string) error {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	switch strings.ToLower(name) {
	case "", "memory", "system", "temp": // names that DuckDB uses itself
		name += "_db"
	}
	for _, statement := range []string{
		fmt.Sprintf("ATTACH %s AS %s (TYPE duckdb, READ_ONLY)", quote(path, `'`), quote(name, `"`)),
		"USE " + quote(name, `"`),
		"SET temp_directory = " + quote(spill, `'`),
		"SET enable_external_access = false",
		"SET lock_configuration = true",
	} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func quote(s, mark string) string { return mark + strings.ReplaceAll(s, mark, mark+mark) + mark }

func (g *gatherer) queryRows(ctx context.Context, conn *sql.Conn, name string) error {
	rows, err := conn.QueryContext(ctx, g.args.Query)
	if err != nil {
		return queryFailed(name, err)
	}
	defer func() { _ = rows.Close() }()
	types, err := rows.ColumnTypes()
	if err != nil {
		return queryFailed(name, err)
	}
	names := make([]string, len(types))
	cells := make([]any, len(types))
	into := make([]any, len(types))
	for i, t := range types {
		names[i], into[i] = t.Name(), &cells[i]
	}
	at, err := g.args.find("the query's result", names)
	if err != nil {
		return err
	}
	ys := make([]float64, len(at.y))
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return queryFailed(name, err)
		}
		if err := g.queryRow(ctx, at, types[at.x].DatabaseTypeName(), cells, ys); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return queryFailed(name, err)
	}
	return nil
}

func (g *gatherer) queryRow(ctx context.Context, at columns, xType string, cells []any, ys []float64) error {
	where := func() string { return fmt.Sprintf("row %d of the query's result", max(g.rows, 1)) }
	for i, column := range at.y {
		y, ok := numberOf(cells[column])
		if !ok {
			g.rows++
			return badReading(where(), g.args.Y[i], textOf(cells[column]))
		}
		ys[i] = y
	}
	if cells[at.x] == nil {
		g.rows++
		return missingX(where(), g.args.X)
	}
	x, err := g.xOf(cells[at.x], xType)
	if err != nil {
		return err
	}
	group := ""
	if at.group >= 0 {
		if group = groupOf(cells[at.group]); group == "" {
			group = ungrouped
		}
	}
	return g.row(ctx, x, ys, group, where)
}

// orCancelled is the context's error if it has one: what DuckDB says when it is
// interrupted says nothing more.
func orCancelled(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func unreadable(name string, err error) error {
	e := &engine.StepError{
		Code: "database_unreadable", Argument: "database",
		Message: fmt.Sprintf("open %s: %s", name, sentence(err)),
		Remedy:  "Check the file and its permissions.",
	}
	switch text := err.Error(); {
	case strings.Contains(text, "not a valid DuckDB database file"):
		e.Code, e.Remedy = "not_a_database", "Give a file that DuckDB wrote; a CSV file goes into source."
	case strings.Contains(text, "Could not set lock"):
		e.Code, e.Retryable = "database_locked", true
		e.Remedy = "Another process has the database open for writing; try again when it is done."
	}
	return e
}

func queryFailed(name string, err error) error {
	return &engine.StepError{
		Code: "query_failed", Argument: "query",
		Message: fmt.Sprintf("query over %s: %s", name, sentence(err)),
		Remedy:  "Correct the query. It may read the tables of this database and nothing else.",
	}
}

// sentence is what DuckDB says, without the lines that point into the query
// and without stack traces.
func sentence(err error) string {
	text := err.Error()
	var failure *duckdb.Error
	if errors.As(err, &failure) {
		text = failure.Msg
	}
	text, _, _ = strings.Cut(text, "\nStack Trace")
	text, _, _ = strings.Cut(text, "\nLINE ")
	return strings.Join(strings.Fields(text), " ")
}
