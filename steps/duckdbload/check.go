package duckdbload

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"dagrun/engine"
)

// check is a check block, ready to be made.
type check struct {
	place  string // such as check[0].min
	must   string // what must hold, in words
	column bool   // it is about a column, not a query of its own
	broken string // a query for the rows that break it
	warn   bool
}

// verdict is what a check found.
type verdict struct {
	check
	rows int64
	some []string // of them, as JSON
}

// examples is how many rows that break a check are shown.
const examples = 3

// check makes every check. Those that only warn are logged; the others fail
// the load together.
func (p *plan) check(ctx context.Context, env *engine.Env, total int64) error {
	if err := p.confine(ctx); err != nil {
		return err
	}
	var broken []verdict
	for _, c := range p.checks {
		v, err := p.judge(ctx, c)
		switch {
		case err != nil:
			return err
		case v.rows == 0:
		case c.warn:
			env.Log.Warn(v.text(total), "table", p.table.text, "check", c.place, "rows", v.rows)
		default:
			broken = append(broken, v)
		}
	}
	if len(broken) == 0 {
		return nil
	}
	return checkFailed(p.table.text, broken, total)
}

// confine takes from DuckDB the right to touch any file but the database, for
// the queries that the pipeline has written. It cannot be given back.
func (p *plan) confine(ctx context.Context) error {
	if len(p.checks) == 0 {
		return nil
	}
	if _, err := p.db.exec(ctx, "SET enable_external_access = false"); err != nil {
		return loadFailed("keep the checks from other files", err)
	}
	return nil
}

// judge finds the rows that break a check.
func (p *plan) judge(ctx context.Context, c check) (verdict, error) {
	v := verdict{check: c}
	err := p.db.conn.QueryRowContext(ctx, "SELECT count(*) FROM (\n"+c.broken+"\n)").Scan(&v.rows)
	if err == nil && v.rows > 0 {
		v.some, err = p.db.someRows(ctx, c.broken)
	}
	switch {
	case ctx.Err() != nil:
		return v, ctx.Err()
	case err != nil:
		return v, badCheck(c.place, "make the check", essence(err))
	}
	return v, nil
}

// someRows gives the first rows of a query as JSON.
func (d *database) someRows(ctx context.Context, query string) (some []string, err error) {
	rows, err := d.conn.QueryContext(ctx, fmt.Sprintf("SELECT CAST(to_json(broken) AS VARCHAR) FROM (\n%s\n) AS broken LIMIT %d", query, examples))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var row string
		if err := rows.Scan(&row); err != nil {
			return nil, err
		}
		some = append(some, shorten(row, 300))
	}
	return some, rows.Err()
}

// text says what was found.
func (v verdict) text(total int64) string {
	some := strings.Join(v.some, ", ")
	if v.rows > int64(len(v.some)) {
		some += ", …"
	}
	if !v.column {
		return fmt.Sprintf("%s gives %s and must give none: %s", v.place, count(int(v.rows), "row"), some)
	}
	return fmt.Sprintf("%d of %s break %s, %s: %s", v.rows, count(int(total), "row"), v.place, v.must, some)
}

func checkFailed(table string, broken []verdict, total int64) error {
	texts := make([]string, len(broken))
	for i, v := range broken {
		texts[i] = v.text(total)
	}
	return &engine.StepError{
		Code: "check_failed", Argument: broken[0].place,
		Message: fmt.Sprintf("check the table %s as it would stand after the load: %s", table, strings.Join(texts, "; ")),
		Remedy:  "Correct the source, or the check, or give it severity = \"warn\"; the table was left as it was.",
	}
}

func badCheck(place, what string, err error) error {
	remedy := "Correct the check; the table was left as it was."
	if strings.HasSuffix(place, ".sql") {
		remedy = "Write one SELECT, which can read the tables of this database and nothing else; the table was left as it was."
	}
	return &engine.StepError{Code: "bad_check", Argument: place, Err: err, Message: what + " " + place, Remedy: remedy}
}
