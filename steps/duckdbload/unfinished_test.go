package duckdbload_test

import (
	"os"
	"path/filepath"
	"testing"

	"dagrun/engine/enginetest"
	"dagrun/steps/duckdbload"
)

// A process that is killed while it makes a database leaves some of the file's
// headers. They hold nothing, and must not be in the way for ever.
func TestADatabaseThatWasOnlyBegunIsMadeAnew(t *testing.T) {
	dir := t.TempDir()
	csv := filepath.Join(dir, "a.csv")
	if err := os.WriteFile(csv, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := enginetest.Args{"database": "w.duckdb", "source": "a.csv", "table": "t"}
	enginetest.Succeed(t, duckdbload.Type, dir, args, nil)
	database := filepath.Join(dir, "w.duckdb")
	whole, err := os.ReadFile(database)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 4096, 4097, 8192, 12287} {
		if err := os.WriteFile(database, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		enginetest.Succeed(t, duckdbload.Type, dir, args, nil)
	}
	for _, content := range []string{"not a database", "12345678DUCK", string(make([]byte, 4096)), string(whole[:12288])} {
		if err := os.WriteFile(database, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		result := enginetest.Run(t.Context(), t, duckdbload.Type, dir, args)
		left, err := os.ReadFile(database)
		if err != nil || result.Error == nil || string(left) != content {
			t.Errorf("a file of %d bytes that is none: %v, %v, %d bytes are left", len(content), result.Outcome, err, len(left))
		}
	}
}
