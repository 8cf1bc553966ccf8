package duckdbload_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/local"
	"dagrun/steps/duckdbload"
)

// holdVariable names the database file that this test binary, started by
// itself as another process, holds open until its standard input ends.
const holdVariable = "DUCKDBLOAD_TEST_HOLD"

// crashVariable does the same for one that it changes, and then dies.
const crashVariable = "DUCKDBLOAD_TEST_CRASH"

func TestMain(m *testing.M) {
	path, crash := os.Getenv(holdVariable), false
	if path == "" {
		path, crash = os.Getenv(crashVariable), true
	}
	if path == "" {
		os.Exit(m.Run())
	}
	db, err := sql.Open("duckdb", path)
	if err == nil && crash {
		_, err = db.ExecContext(context.Background(), "CREATE TABLE t AS SELECT 1 AS a; CREATE TABLE other AS SELECT 2 AS b")
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ready")
	_, err = io.Copy(io.Discard, os.Stdin)
	if crash {
		os.Exit(1) // DuckDB has no chance to tidy up
	}
	if errors.Join(err, db.Close()) != nil {
		os.Exit(1)
	}
}

// other starts another process that opens path, and waits until it has. release
// ends it.
func other(t *testing.T, variable, path string) (pid int, release func()) {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary)
	cmd.Env = append(os.Environ(), variable+"="+path)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the other process says %q (%v)", line, err)
	}
	return cmd.Process.Pid, func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
}

// listener is a log handler that calls heard with each message.
type listener struct {
	slog.Handler
	heard func(message string)
}

func (l listener) Handle(ctx context.Context, r slog.Record) error {
	l.heard(r.Message)
	return l.Handler.Handle(ctx, r)
}

// runHearing makes an attempt and calls heard with what it logs.
func runHearing(ctx context.Context, t *testing.T, dir string, a enginetest.Args, heard func(message string)) engine.Result {
	t.Helper()
	attempt, _ := enginetest.Attempt(t, duckdbload.Type, dir, a)
	runner := &local.Runner{
		Types: engine.NewRegistry(duckdbload.Type),
		Handler: func(engine.Attempt) slog.Handler {
			return listener{slog.NewTextHandler(io.Discard, nil), heard}
		},
	}
	return runner.Run(ctx, attempt)
}

func TestLockOfAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "readings.csv", readings)
	succeed(t, dir, args("readings.csv"))
	path := filepath.Join(dir, "db.duckdb")

	t.Run("that lasts longer than lock_timeout fails", func(t *testing.T) {
		pid, release := other(t, holdVariable, path)
		defer release()
		e := enginetest.Fail(t, duckdbload.Type, dir, args("readings.csv", "lock_timeout", "50ms"), "database_locked")
		if want := fmt.Sprintf("(PID %d)", pid); !e.Retryable || !strings.Contains(e.Message, want) {
			t.Errorf("got %+v, want it retryable and in its message %q", e, want)
		}
	})
	t.Run("that ends in time is waited for", func(t *testing.T) {
		_, release := other(t, holdVariable, path)
		waited := false
		result := runHearing(t.Context(), t, dir, args("readings.csv", "lock_timeout", "1h"), func(message string) {
			if strings.Contains(message, "waiting for the lock") {
				waited = true
				release()
			}
		})
		if result.Outcome != engine.AttemptSucceeded || !waited {
			t.Errorf("the attempt %s: %+v; waited: %t", result.Outcome, result.Error, waited)
		}
	})
	t.Run("ends waiting when the attempt is cancelled", func(t *testing.T) {
		_, release := other(t, holdVariable, path)
		defer release()
		ctx, cancel := context.WithCancel(t.Context())
		var cancelled time.Time
		result := runHearing(ctx, t, dir, args("readings.csv", "lock_timeout", "1h"), func(string) {
			cancelled = time.Now()
			cancel()
		})
		if took := time.Since(cancelled); result.Outcome != engine.AttemptCancelled || took > time.Second {
			t.Errorf("the attempt %s %s after cancellation", result.Outcome, took)
		}
	})
}

// TestReaderInThisProcess has another step of the run read the database: the
// kernel's locks do not stand between them.
func TestReaderInThisProcess(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "readings.csv", readings)
	succeed(t, dir, args("readings.csv"))
	reader, err := sql.Open("duckdb", filepath.Join(dir, "db.duckdb")+"?access_mode=read_only")
	if err != nil {
		t.Fatal(err)
	}
	e := enginetest.Fail(t, duckdbload.Type, dir, args("readings.csv", "lock_timeout", "0s"), "database_locked")
	if !e.Retryable || !strings.Contains(e.Message, "another step of this run") {
		t.Errorf("got %+v", e)
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	succeed(t, dir, args("readings.csv", "lock_timeout", "0s"))
}

func TestWriteAheadLogOfACrashIsTakenUp(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.csv", "a\n5\n")
	path := filepath.Join(dir, "db.duckdb")
	_, release := other(t, crashVariable, path)
	release()
	if _, err := os.Stat(path + ".wal"); err != nil {
		t.Fatalf("the crash left no log: %v", err)
	}
	succeed(t, dir, args("a.csv", "mode", "append"))
	if got, want := query(t, path, "SELECT a, b FROM t, other ORDER BY a"), "1|2\n5|2\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := os.Stat(path + ".wal"); err == nil {
		t.Error("the log is still there")
	}
}

// sealHeader gives the first header of a database the checksum that its
// content has, as src/storage/checksum.cpp of DuckDB computes it.
func sealHeader(file []byte) {
	sum := uint64(5381)
	for at := 8; at < 4096; at += 8 {
		sum ^= binary.LittleEndian.Uint64(file[at:]) * 0xbf58476d1ce4e5b9
	}
	binary.LittleEndian.PutUint64(file, sum)
}

func TestFilesThatAreNoDatabaseStay(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "readings.csv", readings)
	succeed(t, dir, args("readings.csv"))
	good, err := os.ReadFile(filepath.Join(dir, "db.duckdb"))
	if err != nil {
		t.Fatal(err)
	}
	newer := []byte(string(good))
	newer[12] = 0xff // the version, behind checksum and "DUCK"
	sealHeader(newer)
	broken := []byte(string(good))
	for i := 4096; i < 12288; i++ { // both of the headers that point to the content
		broken[i] ^= 0x55
	}
	tests := []struct{ name, content, code, want string }{
		{"text", "hello, this is no database", "not_a_database", "it is not a DuckDB database file"},
		{"zeros", strings.Repeat("\x00", 100_000), "not_a_database", "it is not a DuckDB database file"},
		{"SQLite", "SQLite format 3\x00" + strings.Repeat("\x00", 5000), "not_a_database", "it is not a DuckDB database file"},
		{"a newer format", string(newer), "database_version", "version number"},
		{"a damaged file", string(broken), "database_corrupt", "orrupt"},
		{"half a file", string(good[:len(good)/2]), "database_corrupt", "Could not read enough bytes"},
	}
	for _, test := range tests {
		for _, file := range []string{"no.duckdb", "no#1.duckdb", "sqlite Corrupt checksum with version number.duckdb"} {
			t.Run(test.name+" "+file, func(t *testing.T) {
				write(t, dir, file, test.content)
				e := enginetest.Fail(t, duckdbload.Type, dir, args("readings.csv", "database", file), test.code)
				if e.Retryable || !strings.Contains(e.Message, test.want) || e.Argument != "database" {
					t.Errorf("got %+v, want in its message %q", e, test.want)
				}
				if now, err := os.ReadFile(filepath.Join(dir, file)); err != nil || string(now) != test.content {
					t.Errorf("the file has changed (%v)", err)
				}
			})
		}
	}
	t.Run("a folder", func(t *testing.T) {
		e := enginetest.Fail(t, duckdbload.Type, dir, args("readings.csv", "database", "."), "not_a_database")
		if e.Retryable || !strings.Contains(e.Message, "it is a folder") {
			t.Errorf("got %+v", e)
		}
	})
	t.Run("a file for a folder", func(t *testing.T) {
		enginetest.Fail(t, duckdbload.Type, dir, args("readings.csv", "database", "readings.csv/db.duckdb"), "database_unwritable")
	})
}
