package duckdbload

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dagrun/engine"
)

func notATable(table, kind string) error {
	return &engine.StepError{
		Code: "not_a_table", Argument: "table",
		Message: fmt.Sprintf("load into %s: there is a %s of that name", table, kind),
		Remedy:  "Choose another table name, or drop what is there.",
	}
}

func tableInUse(table string, err error) error {
	return &engine.StepError{
		Code: "table_in_use", Argument: "table", Err: essence(err),
		Message: fmt.Sprintf("replace the table %s", table),
		Remedy:  "Drop what depends on the table, such as a foreign key, or use mode = \"append\".",
	}
}

func constraintViolated(table, what string, err error) error {
	return &engine.StepError{
		Code: "constraint_violated", Argument: "source", Err: essence(err),
		Message: fmt.Sprintf("load %s into %s", what, table),
		Remedy:  "Correct the source, or the table's constraint; the table was left as it was.",
	}
}

func badDatabasePath(path string, err error) error {
	return &engine.StepError{
		Code: "bad_database_path", Argument: "database", Err: err,
		Message: fmt.Sprintf("open the database %q", path),
		Remedy:  "Rename the database file or its folder.",
	}
}

func databaseLocked(path string, wait time.Duration, err error) error {
	return &engine.StepError{
		Code: "database_locked", Argument: "database", Retryable: true,
		Message: fmt.Sprintf("open the database %s: it is held open by %s, for longer than the lock_timeout of %s", path, holder(err), wait),
		Remedy:  "Close the database there, or raise lock_timeout.",
	}
}

func notADatabase(path string, err error) error {
	return &engine.StepError{
		Code: "not_a_database", Argument: "database", Err: err,
		Message: fmt.Sprintf("open the database %s", path),
		Remedy:  "Name another path; the file was left as it is.",
	}
}

func databaseVersion(path string, err error) error {
	return &engine.StepError{
		Code: "database_version", Argument: "database", Err: err,
		Message: fmt.Sprintf("open the database %s", path),
		Remedy:  "The file was written by another version of DuckDB. Export it there, or use a dagrun with that version; `dagrun version` tells which one this has.",
	}
}

func databaseCorrupt(path string, err error) error {
	return &engine.StepError{
		Code: "database_corrupt", Argument: "database", Err: err,
		Message: fmt.Sprintf("open the database %s", path),
		Remedy:  "Bring the file, with the .wal file beside it, back from a copy.",
	}
}

func unwritable(path string, err error) error {
	return &engine.StepError{
		Code: "database_unwritable", Argument: "database", Err: err,
		Message: fmt.Sprintf("write the database %s", path),
		Remedy:  "Check the permissions of the file and of its folder.",
	}
}

func checkpointFailed(path string, err error) error {
	return &engine.StepError{
		Code: "checkpoint_failed", Argument: "database", Err: essence(err),
		Message: fmt.Sprintf("bring the write-ahead log into the database %s", path),
		Remedy:  "The rows are in the database, part of it still in the .wal file beside it. Make room on the disk; do not append them once more.",
	}
}

func closeFailed(path string, err error) error {
	return &engine.StepError{
		Code: "checkpoint_failed", Argument: "database", Err: essence(err),
		Message: fmt.Sprintf("close the database %s", path),
		Remedy:  "The rows are in the database; do not append them once more.",
	}
}

// loadFailed is of an error of DuckDB that nothing more is known about. It may
// pass.
func loadFailed(what string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	se := &engine.StepError{
		Code: "load_failed", Err: essence(err), Retryable: true, Message: what,
		Remedy: "The table was left as it was. If it happens again, look at the disk, the memory and the file that the message names.",
	}
	if says(err, "No space left on device", "quota exceeded", "File too large") {
		se.Code, se.Remedy = "disk_full", "Make room on the disk; the table was left as it was."
	}
	return se
}
