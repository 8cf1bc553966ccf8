package duckdbload

import (
	"context"
	"fmt"
)

// surveyParquet has DuckDB read the footer of a Parquet file. The number of
// rows that stands there is independent of the reading of the rows.
func (s *source) surveyParquet(ctx context.Context) error {
	db, err := openMemory(ctx)
	if err != nil {
		return fmt.Errorf("open DuckDB in memory: %w", err)
	}
	defer func() { _ = db.close(ctx) }()
	err = db.conn.QueryRowContext(ctx, "SELECT num_rows FROM parquet_file_metadata("+literal(s.glob)+")").Scan(&s.rows)
	if err == nil {
		var columns []Column
		columns, err = db.describe(ctx, "SELECT * FROM "+s.table())
		for _, c := range columns {
			s.columns = append(s.columns, sourceColumn{name: c.Name, typ: c.Type})
		}
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return badFile(s.path, essence(err))
}
