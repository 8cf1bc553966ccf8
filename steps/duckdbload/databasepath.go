package duckdbload

import (
	"fmt"
	"net/url"
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

func checkDatabasePath(path string) error {
	if strings.Contains(path, "?") || strings.ContainsFunc(path, unicode.IsControl) {
		return fmt.Errorf("%q cannot be the path of a database: the DuckDB driver takes no ? and no control character there", path)
	}
	if _, err := url.PathUnescape(path); err != nil {
		return fmt.Errorf("%q cannot be the path of a database: the DuckDB driver takes a %% only before two hexadecimal digits", path)
	}
	return nil
}
