package duckdbload_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/local"
	"dagrun/steps/duckdbload"
)

// writeReadings makes a CSV file of n readings, 15 minutes apart.
func writeReadings(t testing.TB, path string, n int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	_, err = w.WriteString("record,date,time,temperatura\n")
	line := make([]byte, 0, 64)
	at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := 0; i < n && err == nil; i++ {
		line = append(strconv.AppendInt(line[:0], int64(i+1), 10), ',')
		line = at.AppendFormat(line, "2006-01-02,15:04:05,")
		line = append(strconv.AppendInt(line, int64(15+i*7%25), 10), '.', byte('0'+i*31%10), '\n')
		at = at.Add(15 * time.Minute)
		_, err = w.Write(line)
	}
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// runWatched makes an attempt and calls progress with what it reports.
func runWatched(ctx context.Context, t *testing.T, dir string, a enginetest.Args, progress func(done, total int64)) engine.Result {
	t.Helper()
	attempt, _ := enginetest.Attempt(t, duckdbload.Type, dir, a)
	runner := &local.Runner{
		Types:    engine.NewRegistry(duckdbload.Type),
		Progress: func(_ engine.Attempt, done, total int64, _ string) { progress(done, total) },
	}
	return runner.Run(ctx, attempt)
}

// TestCancelledInTheMiddleOfALoad cancels when the database file shows that
// DuckDB has written rows of the new table.
func TestCancelledInTheMiddleOfALoad(t *testing.T) {
	for _, mode := range []string{"replace", "append"} {
		t.Run(mode, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "db.duckdb")
			writeReadings(t, filepath.Join(dir, "many.csv"), 2_000_000)
			write(t, dir, "few.csv", readings)
			succeed(t, dir, args("few.csv"))
			before := dump(t, dir)
			size := func() int64 {
				info, err := os.Stat(path)
				if err != nil {
					t.Error(err)
					return 1 << 60
				}
				return info.Size()
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			var cancelled time.Time
			begun := size()
			watching := make(chan struct{})
			result := runWatched(ctx, t, dir, args("many.csv", "mode", mode), func(done, _ int64) {
				if done > 0 {
					return
				}
				go func() {
					defer close(watching)
					for size() < begun+1<<20 {
						select {
						case <-ended:
							return
						default:
							runtime.Gosched()
						}
					}
					cancelled = time.Now()
					cancel()
				}()
			})
			returned := time.Now()
			close(ended)
			<-watching
			if cancelled.IsZero() {
				t.Fatalf("the load was over before it was seen to write: %s", result.Outcome)
			}
			if took := returned.Sub(cancelled); result.Outcome != engine.AttemptCancelled || took > time.Second {
				t.Errorf("the attempt %s %s after cancellation: %+v", result.Outcome, took, result.Error)
			}
			if after := dump(t, dir); after != before {
				t.Errorf("before:\n%safter:\n%s", before, after)
			}
		})
	}
}

// TestCancelledWhileRowsAreReplaced cancels when all rows were read and those
// that they take the place of are about to go.
func TestCancelledWhileRowsAreReplaced(t *testing.T) {
	for _, more := range [][]any{{"mode", "upsert", "key", "record"}, {"mode", "delete_insert", "partition_by", "date"}} {
		t.Run(more[1].(string), func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "db.duckdb")
			writeReadings(t, filepath.Join(dir, "many.csv"), 1_000_000)
			succeed(t, dir, args("many.csv"))
			execute(t, path, "UPDATE t SET temperatura = -1")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var cancelled time.Time
			result := runWatched(ctx, t, dir, args("many.csv", more...), func(done, total int64) {
				if done == total {
					cancelled = time.Now()
					cancel()
				}
			})
			if took := time.Since(cancelled); result.Outcome != engine.AttemptCancelled || took > time.Second {
				t.Errorf("the attempt %s %s after cancellation: %+v", result.Outcome, took, result.Error)
			}
			if got, want := query(t, path, "SELECT count(*), max(temperatura) FROM t"), "1000000|-1\n"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// dueContext is cancelled when it has been asked for its error a number of
// times.
type dueContext struct {
	context.Context
	left atomic.Int64
}

func (c *dueContext) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

func TestCancelledInTheMiddleOfASurvey(t *testing.T) {
	dir := t.TempDir()
	writeReadings(t, filepath.Join(dir, "many.csv"), 400_000)
	write(t, dir, "many.json", "["+strings.Repeat("{\"a\": 1},\n", 1_000_000)+"{\"a\": 1}]")
	for _, file := range []string{"many.csv", "many.json"} {
		ctx := &dueContext{Context: t.Context()}
		ctx.left.Store(5) // each of the files is more than five windows long
		result := enginetest.Run(ctx, t, duckdbload.Type, dir, args(file))
		if result.Outcome != engine.AttemptCancelled {
			t.Errorf("%s: the attempt %s: %+v", file, result.Outcome, result.Error)
		}
		if _, err := os.Stat(filepath.Join(dir, "db.duckdb")); err == nil {
			t.Errorf("%s: a database was made", file)
		}
	}
}

// TestRowsThatComeInBetweenAreSeen changes the source between the count and the
// load.
func TestRowsThatComeInBetweenAreSeen(t *testing.T) {
	for _, source := range []string{"a.csv", "a.jsonl"} {
		dir := t.TempDir()
		write(t, dir, "old.csv", "a\n7\n")
		write(t, dir, "a.csv", "a\n1\n2\n")
		write(t, dir, "a.jsonl", "{\"a\":1}\n{\"a\":2}\n")
		succeed(t, dir, args("old.csv"))
		result := runWatched(t.Context(), t, dir, args(source), func(done, _ int64) {
			if done == 0 {
				write(t, dir, "a.csv", "a\n1\n2\n3\n")
				write(t, dir, "a.jsonl", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n")
			}
		})
		if e := result.Error; e == nil || e.Code != "rows_mismatch" || !strings.Contains(e.Message, "2 rows were counted, but 3 came into the table") {
			t.Errorf("%s: got %s %+v", source, result.Outcome, e)
		}
		if got, want := dump(t, dir), "7\n"; got != want {
			t.Errorf("%s: got rows %q, want %q", source, got, want)
		}
	}
}

// TestAFileThatIsWrittenToIsNotLoaded has as many rows afterwards, one of which
// is no whole number any more.
func TestAFileThatIsWrittenToIsNotLoaded(t *testing.T) {
	for _, columns := range []map[string]string{nil, {"a": "BIGINT"}} {
		dir := t.TempDir()
		write(t, dir, "old.csv", "a\n7\n")
		write(t, dir, "a.csv", "a\n1\n2\n")
		succeed(t, dir, args("old.csv"))
		a := args("a.csv")
		if columns != nil {
			a["columns"] = columns
		}
		result := runWatched(t.Context(), t, dir, a, func(done, _ int64) {
			if done == 0 {
				write(t, dir, "a.csv", "a\n1\n2.5\n")
			}
		})
		if e := result.Error; e == nil || e.Code != "source_changed" {
			t.Errorf("got %s %+v", result.Outcome, e)
		}
		if got, want := dump(t, dir), "7\n"; got != want {
			t.Errorf("got rows %q, want %q", got, want)
		}
	}
}

func TestProgressGoesFromNoneToAll(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "1.csv", "a\n1\n2\n")
	write(t, dir, "2.csv", "a\n3\n")
	var got []string
	runWatched(t.Context(), t, dir, args("*.csv"), func(done, total int64) { got = append(got, fmt.Sprintf("%d/%d", done, total)) })
	if got, want := strings.Join(got, " "), "0/3 2/3 3/3"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
