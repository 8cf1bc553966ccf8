package duckdbload

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"dagrun/steps/internal/compression"
)

// formats are the kinds of file; they are told by the ending of its name alone.
const (
	csvFormat     = "csv"
	tsvFormat     = "tsv"
	jsonFormat    = "json"
	parquetFormat = "parquet"
)

var formats = map[string]string{
	".csv": csvFormat, ".tsv": tsvFormat, ".parquet": parquetFormat,
	".json": jsonFormat, ".jsonl": jsonFormat, ".ndjson": jsonFormat,
}

// formatOf tells format and compression by the ending of path.
func formatOf(path string) (format string, packed compression.Format, err error) {
	name := strings.ToLower(filepath.Base(path))
	packed, inner := compression.Of(name)
	format, ok := formats[filepath.Ext(inner)]
	if !ok || (format == parquetFormat && packed != compression.None) {
		return "", "", unsupportedFormat(path, ending(name, inner))
	}
	return format, packed, nil
}

// ending is the part of a file's name that tells its format.
func ending(name, inner string) string {
	return filepath.Ext(inner) + strings.TrimPrefix(name, inner)
}

// globOf writes path as a glob of DuckDB that matches only this file: DuckDB
// has no way to take a path literally.
func globOf(path string) (string, error) {
	if !utf8.ValidString(path) {
		return "", fmt.Errorf("its name is not UTF-8")
	}
	escaped := strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]").Replace(path)
	if escaped != path && strings.Contains(path, `\`) {
		return "", fmt.Errorf("its name has a backslash together with one of * ? [")
	}
	return escaped, nil
}
