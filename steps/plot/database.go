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

// readDatabase runs the query over a database file and reads its rows.
func (g *gatherer) readDatabase(ctx context.Context, path string) error {
	name := g.origin
	g.origin = "the query's result"
	return inMemory(ctx, func(conn *sql.Conn, spill string) error {
		if err := attach(ctx, conn, path, spill); err != nil {
			return unreadable(name, err)
		}
		return g.queryRows(ctx, conn, g.args.Query, func(err error) error { return queryFailed(name, err) })
	}, func(err error) error { return unreadable(name, err) })
}

// inMemory opens a DuckDB that holds nothing and gets nothing from elsewhere,
// and closes it after use. spill is a folder that DuckDB makes when a query
// needs more than its memory, and only then. What goes wrong with DuckDB itself
// is told by broken.
func inMemory(ctx context.Context, use func(conn *sql.Conn, spill string) error, broken func(error) error) error {
	connector, err := duckdb.NewConnector(":memory:?autoinstall_known_extensions=false&autoload_known_extensions=false", nil)
	if err != nil {
		return broken(err)
	}
	defer func() { _ = connector.Close() }()
	db := sql.OpenDB(connector)
	defer func() { _ = db.Close() }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return orCancelled(ctx, broken(err))
	}
	defer func() { _ = conn.Close() }()
	spill := filepath.Join(os.TempDir(), "dagrun-plot-"+rand.Text())
	defer func() { _ = os.RemoveAll(spill) }()
	return orCancelled(ctx, use(conn, spill))
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
