package duckdbload

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// checkKeys refuses incoming rows that lack a part of their key, and two that
// have the same.
func (p *plan) checkKeys(ctx context.Context) error {
	for _, name := range p.key {
		var lacking bool
		err := p.db.conn.QueryRowContext(ctx, fmt.Sprintf("SELECT count(*) > count(%s) FROM %s", identifier(name), incoming)).Scan(&lacking)
		if err != nil {
			return loadFailed("look for rows without a key", errors.Join(ctx.Err(), err))
		}
		if lacking {
			return p.keyLacks(ctx, name)
		}
	}
	texts := make([]string, len(p.key))
	for i, name := range p.key {
		texts[i] = "CAST(" + identifier(name) + " AS VARCHAR)"
	}
	var values []any
	err := p.db.conn.QueryRowContext(ctx, fmt.Sprintf("SELECT [%s] FROM %s GROUP BY %s HAVING count(*) > 1 LIMIT 1",
		strings.Join(texts, ", "), incoming, identifiers(p.key))).Scan(&values)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return loadFailed("look for rows with the same key", errors.Join(ctx.Err(), err))
	}
	return p.keyTwice(ctx, values)
}

// keyLacks finds the first row that has no value in a column of the key.
func (p *plan) keyLacks(ctx context.Context, name string) error {
	places, err := p.places(ctx, 1, func(s *source) string { return s.text(s.column(name)) + " IS NULL" })
	if err != nil {
		return err
	}
	return nullKey(places[0], name)
}

// keyTwice finds the first two rows that have the same key. The values are as
// text.
func (p *plan) keyTwice(ctx context.Context, values []any) error {
	places, err := p.places(ctx, 2, func(s *source) string {
		conditions := make([]string, len(p.key))
		for i, name := range p.key {
			at := p.position(name)
			conditions[i] = fmt.Sprintf("%s = CAST(%s AS %s)", s.expression(p.columns[at], at), literal(fmt.Sprint(values[i])), p.columns[at].typ)
		}
		return strings.Join(conditions, " AND ")
	})
	if err != nil {
		return err
	}
	parts := make([]string, len(p.key))
	for i, name := range p.key {
		parts[i] = fmt.Sprintf("%s = %s", name, shorten(fmt.Sprint(values[i]), 100))
	}
	return duplicateKey(places, strings.Join(parts, ", "))
}

// position is the number of a column of the table.
func (p *plan) position(name string) int {
	for i, c := range p.columns {
		if c.name == name {
			return i
		}
	}
	return -1
}

// places gives file and line of the first rows, this many, for which a
// condition holds.
func (p *plan) places(ctx context.Context, wanted int, condition func(*source) string) ([]string, error) {
	var places []string
	for _, s := range p.sources {
		rows, err := p.numbers(ctx, s, condition(s), wanted-len(places))
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			where, err := s.where(ctx, row)
			if err != nil {
				return nil, err
			}
			places = append(places, where)
		}
		if len(places) == wanted {
			return places, nil
		}
	}
	return nil, loadFailed("find the rows of "+p.sourcesText()+" whose key is wrong", errors.New("the source has changed meanwhile"))
}

// numbers gives the numbers, from 1, of the first rows of a source for which a
// condition holds. Numbering rows without an order keeps that of the file.
func (p *plan) numbers(ctx context.Context, s *source, condition string, limit int) ([]int64, error) {
	rows, err := p.db.conn.QueryContext(ctx, fmt.Sprintf(
		"SELECT n FROM (SELECT row_number() OVER () AS n, (%s) AS hit FROM %s) WHERE hit ORDER BY n LIMIT %d", condition, s.table(), limit))
	if err != nil {
		return nil, loadFailed("look for a row of "+s.path, errors.Join(ctx.Err(), err))
	}
	defer func() { _ = rows.Close() }()
	var found []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("read the number of a row: %w", err)
		}
		found = append(found, n)
	}
	return found, rows.Err()
}
