package duckdbload_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"dagrun/engine/enginetest"
	"dagrun/steps/duckdbload"
)

// TestDatabaseWithoutPermission runs as a user that may not write. A test that
// is run as root lets its thread touch files as nobody.
func TestDatabaseWithoutPermission(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "readings.csv", readings)
	succeed(t, dir, args("readings.csv"))
	path := filepath.Join(dir, "db.duckdb")
	for name, mode := range map[string]os.FileMode{filepath.Dir(dir): 0o755, dir: 0o555, filepath.Join(dir, "readings.csv"): 0o444, path: 0o444} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	if os.Geteuid() == 0 {
		runtime.LockOSThread() // and never unlocked: the thread ends with the test
		if err := syscall.Setfsuid(65534); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = syscall.Setfsuid(0) }()
	}
	for _, database := range []string{"db.duckdb", "new.duckdb", "new/db.duckdb", "sqlite Corrupt.duckdb"} {
		e := enginetest.Fail(t, duckdbload.Type, dir, args("readings.csv", "database", database), "database_unwritable")
		if e.Retryable || !strings.Contains(strings.ToLower(e.Message), "permission denied") {
			t.Errorf("%s: got %+v", database, e)
		}
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the database has changed (%v)", err)
	}
}
