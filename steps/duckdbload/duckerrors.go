package duckdbload

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

var (
	errIsFolder = errors.New("it is a folder")
	errIsSQLite = errors.New("it is not a DuckDB database file, but one of SQLite")
)

// essence keeps of an error of DuckDB the sentence that says what happened. What
// follows it shows the statement and speaks of options that a step lacks.
func essence(err error) error {
	var de *duckdb.Error
	text := err.Error()
	if errors.As(err, &de) {
		text = de.Msg
	}
	text = strings.TrimPrefix(text, "database/sql/driver: could not connect to database: ")
	if lines := strings.Split(text, "\n"); class(err) == duckdb.ErrorTypeDependency && len(lines) > 1 {
		text = lines[0] + " " + lines[1] // which names what depends
	} else {
		text = lines[0]
	}
	text = errorKind.ReplaceAllString(text, "")
	return errors.New(strings.TrimSpace(shorten(text, 500)))
}

// errorKind is the class that a message of DuckDB begins with.
var errorKind = regexp.MustCompile(`^[A-Za-z ]+ Error: `)

// class is the class of an error of DuckDB.
func class(err error) duckdb.ErrorType {
	var de *duckdb.Error
	if errors.As(err, &de) {
		return de.Type
	}
	return duckdb.ErrorTypeInvalid
}

// begins reports whether the essence of an error begins with one of the texts.
func begins(err error, texts ...string) bool {
	text := essence(err).Error()
	return slices.ContainsFunc(texts, func(t string) bool { return strings.HasPrefix(text, t) })
}

// says reports whether an error of DuckDB has one of the texts in it. DuckDB
// has classes of errors, but hardly codes within them.
func says(err error, texts ...string) bool {
	for _, t := range texts {
		if strings.Contains(err.Error(), t) {
			return true
		}
	}
	return false
}

// isLocked reports whether the database is open elsewhere: in another process,
// or for reading by another step of this one.
func isLocked(err error) bool {
	return begins(err, "Could not set lock on file", otherConfiguration) || says(err, "being used by another process")
}

// otherConfiguration begins the error for a database that is open in this
// process already, for reading only.
const otherConfiguration = "Can't open a connection to same database file with a different configuration"

var lockHolder = regexp.MustCompile(`Conflicting lock is held in (.*)\. See also`)

// holder names who has the database open, as far as is known.
func holder(err error) string {
	switch m := lockHolder.FindStringSubmatch(err.Error()); {
	case m != nil:
		return m[1]
	case begins(err, otherConfiguration):
		return "another step of this run"
	}
	return "another process"
}

// openFailure turns the error of an open that was not for a lock into one for
// people.
func openFailure(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errIsFolder), errors.Is(err, errIsSQLite):
		return notADatabase(path, err)
	}
	switch bare := withoutPath(err, path); {
	case says(bare, "is not a valid DuckDB database file", "sqlite"):
		return notADatabase(path, errors.New("it is not a DuckDB database file"))
	case says(bare, "with version number", "newer version of DuckDB", "storage version"):
		return databaseVersion(path, essence(err))
	case says(bare, "Corrupt", "corrupt", "checksum", "replaying WAL", "Serialization Error", "read enough bytes"):
		return databaseCorrupt(path, essence(err))
	case says(bare, "Permission denied", "Read-only file system", "Operation not permitted"):
		return unwritable(path, essence(err))
	}
	return loadFailed(fmt.Sprintf("open the database %s", path), err)
}

// withoutPath takes the path out of an error, so that its words are not taken
// for DuckDB's.
func withoutPath(err error, path string) error {
	return errors.New(strings.ReplaceAll(err.Error(), path, ""))
}
