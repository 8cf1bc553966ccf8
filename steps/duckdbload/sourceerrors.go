package duckdbload

import (
	"fmt"
	"strings"

	"dagrun/engine"
)

func unsupportedFormat(path, ending string) error {
	if ending == "" {
		ending = "no ending"
	}
	return &engine.StepError{
		Code: "unsupported_format", Argument: "source",
		Message: fmt.Sprintf("load %s: a file with %s is none that can be loaded", path, ending),
		Remedy:  "Use .csv, .tsv, .json, .jsonl or .ndjson, or one of these with .gz or .zst, or .parquet; rename the file if it is one of them.",
	}
}

func badFileName(path string, err error) error {
	return &engine.StepError{
		Code: "bad_file_name", Argument: "source", Err: err,
		Message: fmt.Sprintf("load %q", path),
		Remedy:  "Rename the file or its folder; DuckDB has no way to write this name.",
	}
}

func badFile(path string, err error) error {
	return &engine.StepError{
		Code: "bad_file", Argument: "source", Err: err,
		Message: fmt.Sprintf("read %s", path),
		Remedy:  "Check that the file can be read, is whole, and is what its ending says.",
	}
}

func badHeader(path string, err error) error {
	return &engine.StepError{
		Code: "bad_header", Argument: "source", Err: err,
		Message: fmt.Sprintf("read the header of %s", path),
		Remedy:  "Let the first line of the file be the names of its columns.",
	}
}

func duplicateColumn(path, one, other string) error {
	return &engine.StepError{
		Code: "duplicate_column", Argument: "source",
		Message: fmt.Sprintf("load %s: DuckDB takes its columns %q and %q for the same", path, one, other),
		Remedy:  "Rename one of the columns; upper and lower case do not tell columns apart.",
	}
}

func badRow(path string, line int64, err error) error {
	return &engine.StepError{
		Code: "bad_row", Argument: "source", Err: err,
		Message: fmt.Sprintf("read %s:%d", path, line),
		Remedy:  "Correct that line; nothing was loaded.",
	}
}

// badContent is of a row that DuckDB refuses though the survey took it. DuckDB
// counts rows where it speaks of lines.
func badContent(path string, err error) error {
	return &engine.StepError{
		Code: "bad_row", Argument: "source", Err: err,
		Message: fmt.Sprintf("load %s: DuckDB cannot read it", path),
		Remedy:  "Correct the file; the table was left as it was.",
	}
}

func notUTF8(path string, line int64) error {
	return &engine.StepError{
		Code: "not_utf8", Argument: "source", Err: errNotUTF8,
		Message: fmt.Sprintf("read %s:%d", path, line),
		Remedy:  "Convert the file to UTF-8, with iconv for example; nothing was loaded.",
	}
}

func badValue(where, column, value, typ, why string, argument string) error {
	value = shorten(value, 100)
	return &engine.StepError{
		Code: "bad_value", Argument: argument,
		Message: fmt.Sprintf("read %s: %q in column %q cannot become %s without loss", where, value, column, typ),
		Remedy:  "Correct the value, or " + why + "; nothing was loaded.",
	}
}

// shorten cuts what nobody wants to read the whole of.
func shorten(text string, longest int) string {
	if r := []rune(text); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return text
}

func nullKey(where, column string) error {
	return &engine.StepError{
		Code: "null_key", Argument: "source",
		Message: fmt.Sprintf("read %s: the row has no value in %q, which is part of the key", where, column),
		Remedy:  "Correct the row, or name other columns in key; the table was left as it was.",
	}
}

func duplicateKey(places []string, key string) error {
	return &engine.StepError{
		Code: "duplicate_key", Argument: "source",
		Message: fmt.Sprintf("read %s: the row has the same key as that of %s, which is %s", places[1], places[0], key),
		Remedy:  "Take one of the rows out, or name in key all the columns that tell rows apart; the table was left as it was.",
	}
}

func noRows(paths []string) error {
	what := paths[0]
	if len(paths) > 1 {
		what = fmt.Sprintf("%d files, the first of them %s", len(paths), what)
	}
	return &engine.StepError{
		Code: "no_rows", Argument: "source",
		Message: fmt.Sprintf("load %s: there is no row", what),
		Remedy:  "Look at the step that makes the file. The table was left as it was.",
	}
}

// columnsDiffer is of a file whose columns are not those of something else.
func columnsDiffer(what, other string, lacks, extra []string, remedy string) error {
	var parts []string
	if len(lacks) > 0 {
		parts = append(parts, "lacks "+quoteAll(lacks))
	}
	if len(extra) > 0 {
		parts = append(parts, "has "+quoteAll(extra)+", which the "+other+" lacks")
	}
	return &engine.StepError{
		Code: "columns_differ", Argument: "source", Remedy: remedy,
		Message: fmt.Sprintf("%s: the columns differ; the file %s", what, strings.Join(parts, " and ")),
	}
}

func typesDiffer(argument, what, remedy string) error {
	return &engine.StepError{Code: "columns_differ", Argument: argument, Message: what, Remedy: remedy}
}

// unknownColumn is of an argument that names a column which the source, or the
// table, does not have.
func unknownColumn(argument, name, owner string, there []string) error {
	remedy := fmt.Sprintf("The %s has %s.", owner, quoteAll(there))
	if near := engine.Nearest(name, there); near != "" {
		remedy = fmt.Sprintf("Did you mean %q? ", near) + remedy
	}
	return &engine.StepError{
		Code: "unknown_column", Argument: argument, Remedy: remedy,
		Message: fmt.Sprintf("find column %q, which %s names: the %s has no such column", name, argument, owner),
	}
}

// noColumns is of a list that names no column.
func noColumns(argument string) error {
	return &engine.StepError{
		Code: "no_columns", Argument: argument,
		Message: "find the columns that " + argument + " names: the list is empty",
		Remedy:  "Name at least one column.",
	}
}

func badColumnType(name, typ string, err error) error {
	return &engine.StepError{
		Code: "bad_column_type", Argument: "columns", Err: err,
		Message: fmt.Sprintf("give column %q the type %q", name, typ),
		Remedy:  "Use a DuckDB type such as BIGINT, DOUBLE, DECIMAL(10,2), VARCHAR, BOOLEAN, DATE, TIME or TIMESTAMP.",
	}
}

func rowsMismatch(what string, counted, came int64) error {
	return &engine.StepError{
		Code: "rows_mismatch", Argument: "source", Retryable: true,
		Message: fmt.Sprintf("load %s: %d rows were counted, but %d came into the table", what, counted, came),
		Remedy:  "Look for something that writes to the file while it is loaded. The table was left as it was.",
	}
}

// sourceChanged is of a file that has as many rows as were counted, but perhaps
// not those that were looked at.
func sourceChanged(path string) error {
	return &engine.StepError{
		Code: "source_changed", Argument: "source", Retryable: true,
		Message: fmt.Sprintf("load %s: the file was written to meanwhile", path),
		Remedy:  "Load it when it is complete. The table was left as it was.",
	}
}
