package duckdbload

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sort"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"dagrun/engine"
)

// load makes the load, in one transaction: others see the table as it was
// until everything is in and counted, and keep it so when anything fails. A
// new table takes the old one's place within the transaction.
func (p *plan) load(ctx context.Context, env *engine.Env, out *Outputs) error {
	// The transaction is not bound to ctx, but every statement within it is: a
	// rollback must not be cancelled.
	tx, err := p.db.conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return loadFailed("begin a transaction", err)
	}
	if err := p.fill(ctx, env, out); err != nil {
		return p.rollback(ctx, tx, err)
	}
	if err := ctx.Err(); err != nil {
		return p.rollback(ctx, tx, err)
	}
	if err := tx.Commit(); err != nil {
		return loadFailed("commit the load of "+p.table.text, err)
	}
	return nil
}

// rollback undoes the load, and then finds the value that it failed for.
func (p *plan) rollback(ctx context.Context, tx *sql.Tx, err error) error {
	if undo := tx.Rollback(); undo != nil {
		err = errors.Join(err, undo)
	}
	var bad *misfit
	if errors.As(err, &bad) {
		return p.explain(ctx, bad)
	}
	return err
}

// fill puts the rows into the table, counts them, checks and describes the
// result.
func (p *plan) fill(ctx context.Context, env *engine.Env, out *Outputs) error {
	before, err := p.prepare(ctx)
	if err != nil {
		return err
	}
	gone, err := p.add(ctx, env, out)
	if err != nil {
		return err
	}
	if out.RowsTotal, err = p.countRows(ctx); err != nil {
		return err
	}
	if came := out.RowsTotal - before + gone; came != out.Rows {
		return rowsMismatch(p.table.text, out.Rows, came)
	}
	if err := p.check(ctx, env, out.RowsTotal); err != nil {
		return err
	}
	return p.outcome(ctx, out)
}

// prepare makes the table, or counts the rows of the one that is added to.
func (p *plan) prepare(ctx context.Context) (before int64, err error) {
	if p.exists && p.mode != replace {
		return p.countRows(ctx)
	}
	schema := p.db.catalog + "." + identifier(p.table.schema)
	if _, err := p.db.exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+schema); err != nil {
		return 0, loadFailed("make the schema "+p.table.schema, err)
	}
	_, err = p.db.exec(ctx, fmt.Sprintf("CREATE OR REPLACE TABLE %s (%s)", p.target, p.definitions()))
	switch {
	case err == nil:
		return 0, nil
	case ctx.Err() == nil && class(err) == duckdb.ErrorTypeDependency:
		return 0, tableInUse(p.table.text, err)
	}
	return 0, loadFailed("make the table "+p.table.text, err)
}

// definitions writes the columns for the making of a table.
func (p *plan) definitions() string {
	columns := make([]string, len(p.columns))
	for i, c := range p.columns {
		columns[i] = identifier(c.name) + " " + c.typ
	}
	return strings.Join(columns, ", ")
}

// names writes the names of the columns.
func (p *plan) names() string {
	names := make([]string, len(p.columns))
	for i, c := range p.columns {
		names[i] = identifier(c.name)
	}
	return strings.Join(names, ", ")
}

// add brings the rows of all sources into the table. gone is how many rows of
// the table they took the place of.
func (p *plan) add(ctx context.Context, env *engine.Env, out *Outputs) (gone int64, err error) {
	if p.mode != upsert && p.mode != deleteInsert {
		return 0, p.insertAll(ctx, env, p.target, out)
	}
	if _, err := p.db.exec(ctx, fmt.Sprintf("CREATE TEMP TABLE %s (%s)", incoming, p.definitions())); err != nil {
		return 0, loadFailed("make a temporary table", err)
	}
	if err := p.insertAll(ctx, env, incoming, out); err != nil {
		return 0, err
	}
	return p.merge(ctx)
}

// insertAll has DuckDB read every source into a table.
func (p *plan) insertAll(ctx context.Context, env *engine.Env, into string, out *Outputs) error {
	var total int64
	for _, s := range p.sources {
		total += s.rows
	}
	for _, s := range p.sources {
		came, err := p.insert(ctx, into, s)
		if err != nil {
			return err
		}
		if came != s.rows {
			return rowsMismatch(s.path, s.rows, came)
		}
		if s.changed() {
			return sourceChanged(s.path)
		}
		out.Rows += came
		env.Progress(out.Rows, total, "rows")
	}
	return nil
}

// insert has DuckDB read one source into a table.
func (p *plan) insert(ctx context.Context, into string, s *source) (int64, error) {
	values := make([]string, len(p.columns))
	for i, c := range p.columns {
		values[i] = s.expression(c, i)
	}
	rows, err := p.db.exec(ctx, fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s",
		into, p.names(), strings.Join(values, ", "), s.table()))
	switch {
	case err == nil:
		return rows, nil
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case begins(err, misfitMarker):
		return 0, newMisfit(s, err)
	case begins(err, "CSV Error", "The CSV Parser", "Malformed JSON", "JSON transform error"):
		return 0, badContent(s.path, essence(err))
	case class(err) == duckdb.ErrorTypeConstraint:
		return 0, constraintViolated(p.table.text, s.path, err)
	}
	return 0, loadFailed("load "+s.path, err)
}

func (p *plan) countRows(ctx context.Context) (n int64, err error) {
	if err = p.db.conn.QueryRowContext(ctx, "SELECT count(*) FROM "+p.target).Scan(&n); err != nil {
		err = loadFailed("count the rows of "+p.table.text, errors.Join(ctx.Err(), err))
	}
	return n, err
}

// outcome describes the table and lists the tables of the database.
func (p *plan) outcome(ctx context.Context, out *Outputs) error {
	var err error
	if out.Columns, err = p.db.describe(ctx, p.target); err != nil {
		return loadFailed("describe the table "+p.table.text, errors.Join(ctx.Err(), err))
	}
	rows, err := p.db.conn.QueryContext(ctx, `SELECT schema_name, table_name FROM duckdb_tables()
		WHERE database_name = current_database() AND NOT internal AND NOT temporary`)
	if err != nil {
		return loadFailed("list the tables of "+p.db.path, errors.Join(ctx.Err(), err))
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var schema, name string
		if err := rows.Scan(&schema, &name); err != nil {
			return fmt.Errorf("list the tables: %w", err)
		}
		out.Tables = append(out.Tables, displayName(schema, name))
	}
	sort.Strings(out.Tables)
	return rows.Err()
}
