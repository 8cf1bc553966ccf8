package plot

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// queryRows runs a query and reads its rows. They come from the driver itself:
// what database/sql does to every value, for any driver and any target, takes
// longer than all else. failed makes an error of DuckDB's one for people.
func (g *gatherer) queryRows(ctx context.Context, conn *sql.Conn, query string, failed func(error) error) error {
	g.env.Progress(0, 0, "rows")
	return conn.Raw(func(raw any) error {
		rows, err := raw.(driver.QueryerContext).QueryContext(ctx, query, nil)
		if err != nil {
			return failed(err)
		}
		defer func() { _ = rows.Close() }()
		return g.driverRows(ctx, rows, failed)
	})
}

func (g *gatherer) driverRows(ctx context.Context, rows driver.Rows, failed func(error) error) error {
	at, err := g.find(rows.Columns())
	if err != nil {
		return err
	}
	g.where = func(int) string { return fmt.Sprintf("row %d of %s", g.rows, g.origin) }
	row := cellRow{gatherer: g, at: at, ys: make([]float64, len(at.y))}
	if at.x >= 0 {
		row.xType = rows.(driver.RowsColumnTypeDatabaseTypeName).ColumnTypeDatabaseTypeName(at.x)
	}
	cells := make([]driver.Value, len(rows.Columns()))
	for {
		err := rows.Next(cells)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return failed(err)
		}
		if err := row.take(ctx, cells); err != nil {
			return err
		}
	}
}

// cellRow turns what DuckDB gives into the values of a row.
type cellRow struct {
	*gatherer
	at    columns
	xType string
	ys    []float64
	group []byte
}

func (r *cellRow) take(ctx context.Context, cells []driver.Value) error {
	r.rows++
	for i, column := range r.at.y {
		y, ok := numberOf(cells[column])
		if !ok {
			return r.badReading(r.where(column), i, textOf(cells[column]))
		}
		r.ys[i] = y
	}
	x := 0.0
	if r.at.x >= 0 {
		var err error
		if x, err = r.x(cells[r.at.x]); err != nil {
			return err
		}
	}
	if r.at.group >= 0 {
		r.group = append(r.group[:0], groupOf(cells[r.at.group])...)
	}
	return r.row(ctx, x, r.ys, r.group)
}

func (r *cellRow) x(cell driver.Value) (float64, error) {
	if cell == nil {
		return 0, r.missingX()
	}
	v, err := r.xOf(cell, r.xType)
	if err != nil {
		return 0, err
	}
	return r.place(v)
}
