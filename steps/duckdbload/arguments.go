package duckdbload

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// columnType is a DuckDB type as a pipeline writes it. Which types there are
// only the database knows.
type columnType string

// TypeName is the name of the type in documents.
func (columnType) TypeName() string { return "DuckDB type" }

// UnmarshalText reads the written form.
func (c *columnType) UnmarshalText(text []byte) error {
	*c = columnType(text)
	return notBlank("type", string(text))
}

// bound is the end of a range, as text: the column's type tells how to read it.
type bound string

// TypeName is the name of the type in documents.
func (bound) TypeName() string { return "number or text" }

// UnmarshalText reads the written form.
func (b *bound) UnmarshalText(text []byte) error {
	*b = bound(text)
	return notBlank("bound", string(text))
}

// pattern is a regular expression that Go and DuckDB, which both have RE2's,
// read alike.
type pattern string

// TypeName is the name of the type in documents.
func (pattern) TypeName() string { return "regular expression" }

// UnmarshalText reads the written form.
func (p *pattern) UnmarshalText(text []byte) error {
	*p = pattern(text)
	if err := notBlank("regular expression", string(text)); err != nil {
		return err
	}
	if strings.Contains(string(text), "(?<") {
		return fmt.Errorf("%q names a group in a way that DuckDB does not know; write (?P<name>…)", text)
	}
	_, err := regexp.Compile(string(text))
	return err
}

// query is SQL that a check runs.
type query string

// TypeName is the name of the type in documents.
func (query) TypeName() string { return "SQL query" }

// UnmarshalText reads the written form.
func (q *query) UnmarshalText(text []byte) error {
	*q = query(text)
	return notBlank("query", string(text))
}

func notBlank(what, text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return fmt.Errorf("the %s is empty", what)
	case strings.ContainsRune(text, 0):
		return errors.New("there is a NUL byte in it")
	}
	return nil
}
