package duckdbload

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"unicode"
)

// databasePath is the path of a database file. The driver reads options out of
// a path, so that some characters cannot stand in one.
type databasePath string

// TypeName is the name of the type in documents.
func (databasePath) TypeName() string { return "string" }

// UnmarshalText reads the written form.
func (p *databasePath) UnmarshalText(text []byte) error {
	*p = databasePath(text)
	return checkDatabasePath(string(text))
}

// longestDatabase lets the write-ahead log have a name of 255 bytes, which is
// what file systems take.
const longestDatabase = 255 - len(".wal")

func checkDatabasePath(path string) error {
	if strings.Contains(path, "?") || strings.ContainsFunc(path, unicode.IsControl) {
		return fmt.Errorf("%q cannot be the path of a database: the DuckDB driver takes no ? and no control character there", path)
	}
	if len(filepath.Base(path)) > longestDatabase {
		return fmt.Errorf("%q cannot be the path of a database: its name is longer than %d bytes, which leaves no room for the .wal of the file beside it", path, longestDatabase)
	}
	if _, err := url.PathUnescape(path); err != nil {
		return fmt.Errorf("%q cannot be the path of a database: the DuckDB driver takes a %% only before two hexadecimal digits", path)
	}
	return nil
}
