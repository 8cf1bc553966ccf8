package duckdbload_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dagrun/engine/enginetest"
	"dagrun/steps/duckdbload"
)

// BenchmarkLoad loads ten million readings, 330 MB of CSV, and beside it has
// DuckDB left to itself: a table made of read_csv, which guesses types from a
// sample, checks no loss and counts nothing. Both make a new database, one
// after the other in each round. "ratio" is the time of the one by the other's.
func BenchmarkLoad(b *testing.B) {
	const readings = 10_000_000
	dir := b.TempDir()
	writeReadings(b, filepath.Join(dir, "many.csv"), readings)
	bareLoad := "CREATE TABLE t AS SELECT * FROM read_csv('" + filepath.Join(dir, "many.csv") + "')"
	var ours, bare time.Duration
	for b.Loop() {
		ours += timed(b, filepath.Join(dir, "db.duckdb"), func(string) {
			enginetest.Succeed(b, duckdbload.Type, dir, args("many.csv"), nil)
		})
		bare += timed(b, filepath.Join(dir, "bare.duckdb"), func(path string) { execute(b, path, bareLoad) })
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ours.Seconds()/float64(b.N), "s/load")
	b.ReportMetric(bare.Seconds()/float64(b.N), "s/bare-load")
	b.ReportMetric(float64(readings*b.N)/ours.Seconds(), "rows/s")
	b.ReportMetric(ours.Seconds()/bare.Seconds(), "ratio")
}

// timed measures a load into a database that is not there yet.
func timed(b *testing.B, database string, load func(database string)) time.Duration {
	b.Helper()
	if err := os.Remove(database); err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.Fatal(err)
	}
	start := time.Now()
	load(database)
	return time.Since(start)
}
