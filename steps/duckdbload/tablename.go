package duckdbload

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// tableName is a table as a pipeline names it: name or schema.name, where a
// part may stand in double quotes to contain dots.
type tableName struct {
	text   string
	schema string // "main" when none is given
	name   string
}

// TypeName is the name of the type in documents.
func (tableName) TypeName() string { return "table name" }

// Canonical spells the name as DuckDB takes it: with its schema, and without
// regard to upper and lower case.
func (t tableName) Canonical() string {
	return strconv.Quote(fold(t.schema)) + "." + strconv.Quote(fold(t.name))
}

// UnmarshalText reads the written form.
func (t *tableName) UnmarshalText(text []byte) error {
	s := string(text)
	if strings.ContainsRune(s, 0) {
		return errors.New("the table name has a NUL byte")
	}
	first, rest, more, err := cutPart(s)
	if err != nil {
		return err
	}
	*t = tableName{text: s, schema: "main", name: first}
	if !more {
		return nil
	}
	t.schema = first
	if t.name, _, more, err = cutPart(rest); err != nil {
		return err
	}
	if f := fold(t.schema); f == "information_schema" || f == "pg_catalog" {
		return fmt.Errorf("the schema %s is DuckDB's own; choose another", t.schema)
	}
	if more {
		return fmt.Errorf("%q has more than two parts; write name or schema.name, and a part that contains a dot in double quotes: \"a.b\"", s)
	}
	return nil
}

// cutPart takes the part of a name before the first dot. more says that a dot
// followed it.
func cutPart(s string) (part, rest string, more bool, err error) {
	if strings.HasPrefix(s, `"`) {
		part, rest, err = cutQuoted(s)
	} else {
		part, rest = s, ""
		if i := strings.IndexByte(s, '.'); i >= 0 {
			part, rest = s[:i], s[i:]
		}
	}
	if err != nil {
		return "", "", false, err
	}
	if part == "" {
		return "", "", false, errors.New("the table name, or a part of it, is empty; write name or schema.name")
	}
	rest, more = strings.CutPrefix(rest, ".")
	return part, rest, more, nil
}

func cutQuoted(s string) (part, rest string, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != '"' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' { // a doubled quote is one
			b.WriteByte('"')
			i++
			continue
		}
		if rest = s[i+1:]; rest != "" && rest[0] != '.' {
			return "", "", fmt.Errorf("in the table name, %q follows a closing double quote; only a dot may", rest)
		}
		return b.String(), rest, nil
	}
	return "", "", errors.New("the table name has a double quote that is not closed")
}

// displayName is the shortest written form of a table, which UnmarshalText
// reads back.
func displayName(schema, name string) string {
	if schema == "main" {
		return displayPart(name)
	}
	return displayPart(schema) + "." + displayPart(name)
}

func displayPart(s string) string {
	if strings.ContainsRune(s, '.') || strings.HasPrefix(s, `"`) {
		return identifier(s)
	}
	return s
}

// identifier quotes a name for SQL.
func identifier(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// literal quotes a text for SQL.
func literal(text string) string {
	return `'` + strings.ReplaceAll(text, `'`, `''`) + `'`
}

// fold gives names that DuckDB holds for the same one form: it compares names
// without regard to the case of ASCII letters.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
}
