package duckdbload_test

import (
	"path/filepath"
	"testing"
	"time"

	"dagrun/steps/duckdbload"

	"dagrun/engine/enginetest"
)

// BenchmarkLoad loads a million readings, and compares that with DuckDB left to
// itself: a table made of read_csv, which guesses types from a sample, checks
// no loss and counts nothing. "ratio" is the time of the one by the other's.
func BenchmarkLoad(b *testing.B) {
	const readings = 1_000_000
	dir := b.TempDir()
	writeReadings(b, filepath.Join(dir, "many.csv"), readings)
	var ours, bare time.Duration
	for b.Loop() {
		start := time.Now()
		enginetest.Succeed(b, duckdbload.Type, dir, args("many.csv"), nil)
		ours += time.Since(start)
		start = time.Now()
		execute(b, filepath.Join(dir, "bare.duckdb"),
			"CREATE OR REPLACE TABLE t AS SELECT * FROM read_csv('"+filepath.Join(dir, "many.csv")+"')")
		bare += time.Since(start)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(readings*b.N)/ours.Seconds(), "rows/s")
	b.ReportMetric(float64(readings*b.N)/bare.Seconds(), "bare-rows/s")
	b.ReportMetric(ours.Seconds()/bare.Seconds(), "ratio")
}
