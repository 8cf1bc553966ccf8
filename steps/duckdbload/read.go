package duckdbload

import (
	"fmt"
	"strings"
)

// table is an SQL table function that reads the source: every column of a text
// file as text, with nothing left for DuckDB to guess.
func (s *source) table() string {
	switch s.format {
	case parquetFormat:
		return fmt.Sprintf("read_parquet(%s, hive_partitioning = false)", literal(s.glob))
	case jsonFormat:
		return s.jsonTable()
	}
	return s.csvTable()
}

func (s *source) csvTable() string {
	columns := make([]string, len(s.columns))
	for i := range s.columns {
		columns[i] = fmt.Sprintf("'c%d': 'VARCHAR'", i)
	}
	// DuckDB's strict parser knows no file whose lines end in different ways.
	// The survey was strict already.
	return fmt.Sprintf(`read_csv(%s, auto_detect = false, header = true, skip = 0, delim = %s, quote = '"', escape = '"',`+
		` comment = '', nullstr = '', null_padding = false, ignore_errors = false, strict_mode = %t, compression = '%s',`+
		` hive_partitioning = false, columns = {%s})`,
		literal(s.glob), literal(string(s.delimiter)), !s.mixedEnds, s.compression, strings.Join(columns, ", "))
}

func (s *source) jsonTable() string {
	layout := "unstructured"
	switch {
	case s.array:
		layout = "array"
	case s.lines:
		layout = "newline_delimited"
	}
	columns := make([]string, len(s.columns))
	for i, c := range s.columns {
		columns[i] = literal(c.name) + ": 'VARCHAR'"
	}
	return fmt.Sprintf("read_json(%s, format = '%s', ignore_errors = false, compression = '%s', hive_partitioning = false, columns = {%s})",
		literal(s.glob), layout, s.compression, strings.Join(columns, ", "))
}

// reference names a column of table in SQL.
func (s *source) reference(column int) string {
	if s.format == csvFormat || s.format == tsvFormat {
		return fmt.Sprintf("c%d", column)
	}
	return identifier(s.columns[column].name)
}

// text is an SQL expression for the text of a column.
func (s *source) text(column int) string {
	if s.format == parquetFormat {
		return "CAST(" + s.reference(column) + " AS VARCHAR)"
	}
	return s.reference(column)
}

// expression is an SQL expression for the value of the column number i of the
// table.
func (s *source) expression(t target, i int) string {
	column := s.column(t.name)
	x := s.text(column)
	switch {
	case s.columns[column].typ == t.typ:
		return s.reference(column)
	case t.given:
		return checkedCast(x, t.typ, marker(i))
	case t.typ == "VARCHAR":
		return x
	case !t.clean:
		x = "trim(" + x + ")"
	}
	return fmt.Sprintf("CAST(%s AS %s)", x, t.typ) // every value was looked at in the survey
}
