package csvresample_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/local"
	"dagrun/steps/csvresample"
)

func TestSuite(t *testing.T) {
	for name, how := range map[string]enginetest.Args{
		"first": {"method": "first", "on_bad_row": "reject", "rejects": "out/rejects.csv"},
		"mean":  {"method": "mean", "duplicates": "keep_last"},
		"several": {
			"aggregate": map[string][]string{"temperatura": {"mean", "median", "last"}}, "fill": "linear", "group_by": "date", "output": "out/hourly.csv.gz",
		},
	} {
		given := enginetest.With(enginetest.Args{"output": "out/hourly.csv", "time": []string{"date", "time"}, "interval": "1h"}, how)
		if name == "several" {
			given["time"] = "moment"
		}
		t.Run(name, func(t *testing.T) {
			enginetest.Suite(t, enginetest.Case{
				Type: csvresample.Type,
				Setup: func(t testing.TB, dir string) enginetest.Args {
					text := week()
					if name == "several" {
						text = regexp.MustCompile(`,(\d{4}-\d\d-\d\d),`).ReplaceAllString(text, ",$1,$1 ")
						text = strings.Replace(text, ",time,", ",moment,", 1)
					}
					writeFiles(t, dir, map[string]string{"week.csv": text})
					return enginetest.With(given, enginetest.Args{"input": "week.csv", "period": "2024-06-15"})
				},
				State: func(t testing.TB, dir string) string {
					text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(given["output"].(string))))
					if err != nil {
						t.Fatal(err)
					}
					return string(text)
				},
				Slow: func(t testing.TB, dir string) (enginetest.Args, <-chan struct{}) {
					readings(t, filepath.Join(dir, "large.csv"), 1_500_000)
					slow := enginetest.With(given, enginetest.Args{"input": "large.csv", "time": []string{"date", "time"}, "interval": "1s"})
					delete(slow, "group_by")
					return slow, nil
				},
			})
		})
	}
}

func TestAttemptReplacesTheOldOutputAndCountsItsRows(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"week.csv": week(), "out.csv": "old"})
	got := enginetest.Succeed(t, csvresample.Type, dir, enginetest.Args{
		"input": "week.csv", "output": "out.csv", "time": []string{"date", "time"}, "interval": "1d", "method": "max",
	}, nil)
	text, err := os.ReadFile(filepath.Join(dir, "out.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(text), "record,date,time,temperatura\n96,2024-06-15,00:00:00,31.9\n") {
		t.Errorf("got %q", text)
	}
	want := engine.Volume{RowsIn: 672, RowsOut: 7, BytesIn: int64(len(week())), BytesOut: int64(len(text))}
	if diff := cmp.Diff(want, got.Volume); diff != "" {
		t.Errorf("volume (-want +got):\n%s", diff)
	}
}

func TestOutputsOfNothingAreNull(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"in.csv": "t,v\xff\n"})
	out, err := runDirectly(t, newDirect(t, dir), enginetest.Args{"input": "in.csv", "output": "out.csv", "time": "t", "interval": "1h", "min_rows": 0})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(results{Output: "out.csv", Columns: []string{"t", "v\ufffd"}}, resultsOf(t, out)); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
}

func TestFirstAndLastTime(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"in.csv": lines("t,v", "2024-06-15T09:50:00.5Z,1", "2024-06-15T08:10:00Z,2", "2024-06-15T09:40:00Z,3")})
	for method, want := range map[string][2]string{
		"first": {"2024-06-15T10:10:00+02:00", "2024-06-15T11:40:00+02:00"},
		"last":  {"2024-06-15T10:10:00+02:00", "2024-06-15T11:50:00.5+02:00"},
		"mean":  {"2024-06-15T10:00:00+02:00", "2024-06-15T11:00:00+02:00"},
	} {
		d := newDirect(t, dir)
		d.zone = in(t, "Europe/Rome")
		out, err := runDirectly(t, d, enginetest.Args{"input": "in.csv", "output": "out.csv", "time": "t", "interval": "1h", "method": method})
		if err != nil {
			t.Fatal(err)
		}
		r := resultsOf(t, out)
		if got := [2]string{*r.FirstTime, *r.LastTime}; got != want {
			t.Errorf("%s: got %v, want %v", method, got, want)
		}
	}
}

// The runner's way: the work is cancelled by the third block, of many.
func TestCancelledInTheMiddleOfReadingNothingIsLeft(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"out.csv": "old"})
	readings(t, filepath.Join(dir, "in.csv"), 300_000)
	attempt, _ := enginetest.Attempt(t, csvresample.Type, dir, enginetest.Args{
		"input": "in.csv", "output": "out.csv", "time": []string{"date", "time"}, "interval": "1h",
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	blocks := 0
	runner := &local.Runner{
		Types: engine.NewRegistry(csvresample.Type),
		Progress: func(_ engine.Attempt, done, total int64, unit string) {
			if blocks++; blocks == 3 {
				cancel()
			}
			if done >= total || unit != "bytes" {
				t.Errorf("progress %d of %d %s", done, total, unit)
			}
		},
	}
	got := runner.Run(ctx, attempt)
	if got.Outcome != engine.AttemptCancelled {
		t.Errorf("the attempt %s (%v), want cancelled", got.Outcome, got.Error)
	}
	if blocks != 3 {
		t.Errorf("%d blocks were read, want 3", blocks)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "out.csv")); string(text) != "old" {
		t.Errorf("the old output is now %q (%v)", text, err)
	}
	enginetest.NoLitter(t, dir)
}

func TestCancelledInTheMiddleOfWritingItStops(t *testing.T) {
	dir := t.TempDir()
	readings(t, filepath.Join(dir, "in.csv"), 100_000)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	d := newDirect(t, dir)
	d.ctx = ctx
	d.written = func(int) { cancel() }
	_, err := runDirectly(t, d, enginetest.Args{"input": "in.csv", "output": "out.csv", "time": []string{"date", "time"}, "interval": "1s"})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was cancelled", err)
	}
	if size := d.out.Len(); size == 0 || size > 300<<10 {
		t.Errorf("%d bytes were written, want one block", size)
	}
}

func TestCancelledBetweenFilesItStops(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"1.csv", "2.csv"} {
		readings(t, filepath.Join(dir, name), 10)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	d := newDirect(t, dir)
	d.ctx = ctx
	calls := 0
	d.report = func(int64, int64, string) {
		if calls++; calls == 2 { // the second file is read, and merged then
			cancel()
		}
	}
	_, err := runDirectly(t, d, enginetest.Args{"input": "*.csv", "output": "out/out.csv", "time": []string{"date", "time"}, "interval": "1h"})
	if !errors.Is(err, context.Canceled) || calls != 2 || d.created {
		t.Errorf("got %v after %d blocks, want that it was cancelled after 2", err, calls)
	}
}

func TestProgressEndsAtTheSizeOfAllFiles(t *testing.T) {
	for interval, passes := range map[string]int64{"1h": 1, "7h": 2} {
		dir := t.TempDir()
		size := readings(t, filepath.Join(dir, "1.csv"), 30_000) + readings(t, filepath.Join(dir, "2.csv"), 10)
		d := newDirect(t, dir)
		var last, lastTotal int64
		d.report = func(done, total int64, _ string) {
			if done < last {
				t.Errorf("progress went from %d back to %d", last, done)
			}
			last, lastTotal = done, total
		}
		if _, err := runDirectly(t, d, enginetest.Args{"input": "*.csv", "output": "out/out.csv", "time": []string{"date", "time"}, "interval": interval}); err != nil {
			t.Fatal(err)
		}
		if last != passes*size || lastTotal != passes*size {
			t.Errorf("interval %s: progress ended at %d of %d, want %d", interval, last, lastTotal, passes*size)
		}
	}
}

// Ten times the rows in the same buckets take the same memory, and no row
// takes any.
func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	dir := t.TempDir()
	readings(t, filepath.Join(dir, "small.csv"), 80_000)
	readings(t, filepath.Join(dir, "large.csv"), 800_000)
	allocated := func(input, method, period string) (bytes, objects uint64) {
		d := newDirect(t, dir)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := runDirectly(t, d, enginetest.Args{
			"input": input, "output": "out.csv", "time": []string{"date", "time"}, "interval": "1d", "method": method, "period": period,
		}); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs
	}
	for _, method := range []string{"first", "last", "mean", "min", "max", "sum", "count"} {
		for _, period := range []string{"all", "latest"} {
			smallBytes, smallObjects := allocated("small.csv", method, period)
			bytes, objects := allocated("large.csv", method, period)
			if bytes > smallBytes+1<<20 || objects > smallObjects+20_000 { // 8 bytes a row would be six times that
				t.Errorf("%s of %s: %d bytes in %d objects for 80,000 rows, %d in %d for 800,000", method, period, smallBytes, smallObjects, bytes, objects)
			}
		}
	}
}

// What happens to a file between two blocks is not bad data.
func TestFilesThatCannotBeReadAnyMore(t *testing.T) {
	for name, c := range map[string]struct {
		instead   func(path string) error
		retryable bool
	}{
		"gone":     {func(string) error { return nil }, false},
		"a folder": {func(path string) error { return os.Mkdir(path, 0o700) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			readings(t, filepath.Join(dir, "1.csv"), 10)
			readings(t, filepath.Join(dir, "2.csv"), 10)
			second := filepath.Join(dir, "2.csv")
			d := newDirect(t, dir)
			d.report = func(int64, int64, string) {
				if err := errors.Join(os.Remove(second), c.instead(second)); err != nil {
					t.Error(err)
				}
			}
			_, err := runDirectly(t, d, enginetest.Args{"input": "*.csv", "output": "out/out.csv", "time": []string{"date", "time"}, "interval": "1h"})
			var got *engine.StepError
			if !errors.As(err, &got) || got.Code != "input_unreadable" || got.Retryable != c.retryable || got.Message != "read "+second {
				t.Errorf("got %#v", err)
			}
		})
	}
}

func TestOutputThatCannotBeWrittenIsTold(t *testing.T) {
	full := errors.New("no space left on device")
	for _, rows := range []int{10, 20_000} {
		dir := t.TempDir()
		readings(t, filepath.Join(dir, "in.csv"), rows)
		d := newDirect(t, dir)
		d.fault = full
		_, err := runDirectly(t, d, enginetest.Args{"input": "in.csv", "output": "out.csv", "time": []string{"date", "time"}, "interval": "1s"})
		if !errors.Is(err, full) {
			t.Errorf("%d rows: got %v, want %v", rows, err, full)
		}
	}
}

func TestExampleNamesArgumentsThatAreThere(t *testing.T) {
	for _, line := range strings.Split(csvresample.Type.Example, "\n")[1:] {
		name, _, isArgument := strings.Cut(strings.TrimSpace(line), " ")
		if isArgument && engine.FindField(csvresample.Type.Args, name) == nil {
			t.Errorf("the example has an argument %q", name)
		}
	}
}

func TestResultsSurviveJSON(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"in.csv": lines("t,v", "2024-06-15,1")})
	var got results
	enginetest.Succeed(t, csvresample.Type, dir, enginetest.Args{"input": "in.csv", "output": "out.csv", "time": "t", "interval": "1h"}, &got)
	at := time.Date(2024, 6, 15, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)
	want := results{Output: "out.csv", RowsIn: 1, RowsOut: 1, FirstTime: &at, LastTime: &at, Columns: []string{"t", "v"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
}
