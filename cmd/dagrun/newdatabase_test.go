package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

const newDatabase = `
pipeline "new" {}
step "duckdb_load" "store" {
  database = "db/new.duckdb"
  source   = "readings.csv"
  table    = "t"
}
`

// A database that is made by a process that is killed meanwhile is there, or is
// not; it is never a file that nothing can open.
func TestKilledWhileItMakesADatabaseTheNextRunMakesIt(t *testing.T) {
	random := randomly(t)
	for range kills() / 8 {
		dir := t.TempDir()
		pipeline := writeFile(t, filepath.Join(dir, "new.hcl"), newDatabase)
		writeFile(t, filepath.Join(dir, "readings.csv"), "n\n1\n")
		p := launchProcess(t, nil, "run", pipeline)
		folder := filepath.Join(dir, "db")
		eventually(t, "something is in the folder", func() bool {
			entries, _ := os.ReadDir(folder)
			return len(entries) > 0
		})
		<-time.After(time.Duration(random.Int64N(int64(5 * time.Millisecond))))
		p.kill()
		<-p.exited
		runProcess(t, exitOK, nil, "run", pipeline)
		noLitter(t, dir)
		if rows := rowsOf(t, filepath.Join(folder, "new.duckdb"), "SELECT n::VARCHAR FROM t"); len(rows) != 1 || rows[0] != "1" {
			t.Errorf("the table has %v", rows)
		}
		if t.Failed() {
			return
		}
	}
}
