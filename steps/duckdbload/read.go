package duckdbload

import (
	"cmp"
	"fmt"
	"strings"
)

// table is an SQL table function that reads the source with nothing left for
// DuckDB to guess: a column of a text file as text, or as the type that the
// survey has proved for it.
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
	for i, c := range s.columns {
		columns[i] = fmt.Sprintf("'c%d': '%s'", i, cmp.Or(c.direct, "VARCHAR"))
	}
	// DuckDB's strict parser knows no file whose lines end in different ways.
	// The survey was strict already.
	return fmt.Sprintf(`read_csv(%s, auto_detect = false, header = true, skip = 0, delim = %s, quote = '"', escape = '"',`+
		` comment = '', nullstr = '', null_padding = false, ignore_errors = false, strict_mode = %t, compression = '%s',`+
		` buffer_size = %d, hive_partitioning = false, columns = {%s})`,
		literal(s.glob), literal(string(s.delimiter)), !s.mixedEnds, s.compression, csvBuffer, strings.Join(columns, ", "))
}

// csvBuffer is half of what DuckDB takes for a buffer by default. It takes less
// memory, and a little less time.
const csvBuffer = 16_000_000

// directTypes are those that DuckDB's CSV reader makes of a text without a
// detour, and the same as a cast makes.
var directTypes = map[string]bool{"BIGINT": true, "DOUBLE": true, "DATE": true, "TIME": true, "TIMESTAMP": true}

// readAs has the column that becomes t read as its type where the survey has
// proved that every value is of it.
func (s *source) readAs(t target) {
	c := &s.columns[s.column(t.name)]
	if s.format != parquetFormat && s.format != jsonFormat && directTypes[t.typ] && c.kinds.prove(t.typ) && !c.kinds.padded {
		c.direct = t.typ
	}
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
	x, c := s.text(column), s.columns[column]
	switch {
	case c.typ == t.typ, c.direct == t.typ:
		return s.reference(column)
	case t.typ == "VARCHAR":
		return x
	case !c.kinds.prove(t.typ):
		return checkedCast(x, t.typ, marker(i))
	case c.kinds.padded:
		x = "trim(" + x + ")"
	}
	return fmt.Sprintf("CAST(%s AS %s)", x, t.typ)
}
