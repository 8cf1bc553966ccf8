package duckdbload

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

// misfit is a value that cannot become the type of its column. DuckDB tells
// only which column it is; where it stands is looked up afterwards.
type misfit struct {
	source *source
	column int // of the table
}

// Error names the source and the column that a value of it does not fit.
func (m *misfit) Error() string {
	return fmt.Sprintf("a value of %s does not fit column %d", m.source.path, m.column)
}

// misfitMarker begins the error that a load's statement raises for a misfit.
const misfitMarker = "dagrun: a value does not fit column number "

func marker(column int) string { return misfitMarker + strconv.Itoa(column) + "." }

var markedColumn = regexp.MustCompile(regexp.QuoteMeta(misfitMarker) + `([0-9]+)\.`)

func newMisfit(s *source, err error) error {
	m := markedColumn.FindStringSubmatch(err.Error())
	if m == nil {
		return loadFailed("load "+s.path, err)
	}
	column, err := strconv.Atoi(m[1])
	if err != nil {
		return fmt.Errorf("read the number of a column: %w", err)
	}
	return &misfit{source: s, column: column}
}

// explain finds the first value that does not fit, and the line that its row
// begins on.
func (p *plan) explain(ctx context.Context, m *misfit) error {
	s, t := m.source, p.columns[m.column]
	x := s.text(s.column(t.name))
	var row int64
	var value string
	// Numbering rows without an order keeps that of the file.
	err := p.db.conn.QueryRowContext(ctx, fmt.Sprintf(
		"SELECT n, x FROM (SELECT row_number() OVER () AS n, %s AS x FROM %s) WHERE x IS NOT NULL AND NOT %s ORDER BY n LIMIT 1",
		x, s.table(), fits("x", t.typ))).Scan(&row, &value)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, sql.ErrNoRows):
		err = errors.New("it has changed since it failed to load")
		fallthrough
	case err != nil:
		return loadFailed("find the value of "+s.path+" that does not fit", err)
	}
	where, err := s.where(ctx, row)
	if err != nil {
		return err
	}
	if t.over {
		return badValue(where, t.name, value, t.typ, "give the column another type in columns", "columns")
	}
	return badValue(where, t.name, value, t.typ, "change the type of the table's column", "source")
}

// where writes the place of a row, counted from 1, for people.
func (s *source) where(ctx context.Context, row int64) (string, error) {
	if s.format == parquetFormat {
		return fmt.Sprintf("%s, row %d", s.path, row), nil
	}
	found := int64(0)
	errFound := errors.New("found")
	visit := func(line int64) error {
		if row--; row == 0 {
			found = line
			return errFound
		}
		return nil
	}
	var err error
	if s.format == jsonFormat {
		err = s.scanJSON(ctx, func(_ []byte, line int64) error { return visit(line) })
	} else {
		err = s.scanCSV(ctx, func(_ *csvReader, line int64) error { return visit(line) })
	}
	if errors.Is(err, errFound) {
		return fmt.Sprintf("%s:%d", s.path, found), nil
	}
	return s.path, s.readFailure(err)
}
