package local_test

import (
	"os"
	"path/filepath"
	"testing"

	"dagrun/engine/local"
)

// Whatever links lead to a file, it has one name: also one that is not there yet.
func TestLinksLeadToOneName(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(dir, "sub", "db.duckdb")
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"folder": "sub", "absolute": want, "relative": "sub/db.duckdb", "again": "relative", "through": "folder/db.duckdb", "circle": "circle"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, there := range []bool{false, true} {
		if there {
			if err := os.WriteFile(want, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, path := range []string{"sub/db.duckdb", "folder/db.duckdb", "absolute", "relative", "again", "through"} {
			if got := local.RealPath(filepath.Join(dir, path)); got != want {
				t.Errorf("%s (the file is there: %v): got %s, want %s", path, there, got, want)
			}
		}
	}
	if got := local.RealPath(filepath.Join(dir, "circle")); got != filepath.Join(dir, "circle") {
		t.Errorf("got %s", got)
	}
}
