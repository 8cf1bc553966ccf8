package plot_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dagrun/engine/enginetest"
	"dagrun/steps/plot"
)

// holdVariable names a database that this program, started by a test, holds
// open for writing until its input ends.
const holdVariable = "PLOT_TEST_HOLD"

func TestMain(m *testing.M) {
	if path := os.Getenv(holdVariable); path != "" {
		if err := hold(path); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func hold(path string) error {
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return err
	}
	if err := db.PingContext(context.Background()); err != nil {
		return err
	}
	fmt.Println("open")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	return db.Close()
}

func TestADatabaseThatIsBeingWrittenIsWorthAnotherAttempt(t *testing.T) {
	dir := t.TempDir()
	if err := os.Rename(filepath.Join(dir, database(t, dir, readings())), filepath.Join(dir, "a.duckdb")); err != nil {
		t.Fatal(err)
	}
	holder := exec.CommandContext(t.Context(), os.Args[0])
	holder.Env = append(os.Environ(), holdVariable+"="+filepath.Join(dir, "a.duckdb"))
	release, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(said).ReadString('\n'); err != nil || line != "open\n" {
		t.Fatalf("the other process says %q, %v", line, err)
	}
	args := Args{"database": "a.duckdb", "query": "SELECT * FROM readings", "output": "out.png", "x": "ts", "y": "v"}
	failure := enginetest.Fail(t, plot.Type, dir, args, "database_locked")
	if !failure.Retryable || !strings.Contains(failure.Message, "a.duckdb") {
		t.Errorf("retryable %v: %s", failure.Retryable, failure.Message)
	}
	if err := release.Close(); err != nil {
		t.Fatal(err)
	}
	if err := holder.Wait(); err != nil {
		t.Fatal(err)
	}
	enginetest.Succeed(t, plot.Type, dir, args, nil)
}
