package plot_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"dagrun/engine/enginetest"
	"dagrun/steps/plot"
)

// BenchmarkDay is the chart of a daily mail, from file to file: 24 readings,
// two thresholds, 2304 × 1152 pixels, fonts loaded anew.
func BenchmarkDay(b *testing.B) {
	thresholds := []Args{{"value": 25, "label": "Min: 25 °C", "color": "blue", "kind": "min"}, {"value": 35, "label": "Max: 35 °C", "color": "red", "kind": "max"}}
	for _, format := range []string{"png", "svg", "pdf"} {
		b.Run(format, func(b *testing.B) {
			dir := b.TempDir()
			put(b, dir, "in.csv", hourly())
			args := Args{
				"source": "in.csv", "output": "out." + format, "x": "time", "y": "temperature", "title": "Daily temperature log",
				"x_label": "Time", "y_label": "Temperature (°C)", "threshold": thresholds,
			}
			for b.Loop() {
				enginetest.Succeed(b, plot.Type, dir, args, nil)
			}
		})
	}
	b.Run("png from a database", func(b *testing.B) {
		dir := b.TempDir()
		args := Args{
			"database": database(b, dir, readings()), "query": "SELECT * FROM readings", "output": "out.png", "x": "ts", "y": "v",
			"title": "Daily temperature log", "threshold": thresholds,
		}
		for b.Loop() {
			enginetest.Succeed(b, plot.Type, dir, args, nil)
		}
	})
}

// BenchmarkMillion is a million readings, one a second, from each kind of source
// to each kind of picture.
func BenchmarkMillion(b *testing.B) {
	dir := b.TempDir()
	put(b, dir, "in.csv", table("t,v", 1_000_000, func(i int) string {
		return fmt.Sprintf("%s,%.2f", time.Date(2024, 6, 15, 0, 0, i, 0, time.UTC).Format(time.DateTime), 28+4*math.Sin(float64(i)/1e4)+math.Sin(float64(i*7919)))
	}))
	csv := Args{"source": "in.csv"}
	query := Args{"query": "SELECT * FROM readings", "database": database(b, dir,
		"CREATE TABLE readings AS FROM '"+dir+"/in.csv'", "COPY readings TO '"+dir+"/in.parquet'")}
	million := func(name, output string, from Args) {
		b.Run(name, func(b *testing.B) {
			args := enginetest.With(from, Args{"output": output, "x": "t", "y": "v", "threshold": []Args{{"value": 32, "kind": "max"}}})
			b.ReportAllocs()
			for b.Loop() {
				enginetest.Succeed(b, plot.Type, dir, args, nil)
			}
			b.ReportMetric(float64(len(get(b, dir, output))), "bytes")
		})
	}
	for _, format := range []string{"png", "jpg", "svg", "pdf"} {
		million("csv to "+format, "out."+format, csv)
	}
	million("parquet to png", "out.png", Args{"source": "in.parquet"})
	million("duckdb to png", "out.png", query)
	for _, kind := range []string{"scatter", "bar", "area"} {
		million("csv to png as "+kind, "out.png", enginetest.With(csv, Args{"kind": kind}))
	}
}
