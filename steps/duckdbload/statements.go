package duckdbload

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
)

// exec runs a statement and gives the number of rows that it changed. When ctx
// has ended, that is the error.
func (d *database) exec(ctx context.Context, statement string) (int64, error) {
	result, err := d.conn.ExecContext(ctx, statement)
	if err != nil {
		return 0, errors.Join(ctx.Err(), err)
	}
	return result.RowsAffected()
}

// describe gives the columns of a table or query.
func (d *database) describe(ctx context.Context, what string) ([]Column, error) {
	rows, err := d.conn.QueryContext(ctx, "SELECT column_name, column_type FROM (DESCRIBE "+what+")") //nolint:gosec // identifiers and literals in it are quoted
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var columns []Column
	for rows.Next() {
		var c Column
		if err := rows.Scan(&c.Name, &c.Type); err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	return columns, rows.Err()
}

// fullType has DuckDB read a type and gives its full name, which is safe to put
// into a statement: "numeric(5,1)" is "DECIMAL(5,1)".
func (d *database) fullType(ctx context.Context, text string) (string, error) {
	structure, err := json.Marshal(map[string]string{"c": text})
	if err != nil {
		return "", err
	}
	var typ string
	err = d.conn.QueryRowContext(ctx, "SELECT typeof(from_json('{}', "+literal(string(structure))+"))").Scan(&typ)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(strings.TrimPrefix(typ, "STRUCT(c "), ")"), nil
}
