package plot_test

import (
	"fmt"
	"math"
	"strings"
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

// BenchmarkMillion is a million readings, one a second.
func BenchmarkMillion(b *testing.B) {
	var csv strings.Builder
	csv.WriteString("t,v\n")
	for i := range 1_000_000 {
		t := time.Date(2024, 6, 15, 0, 0, i, 0, time.UTC)
		fmt.Fprintf(&csv, "%s,%.2f\n", t.Format(time.DateTime), 28+4*math.Sin(float64(i)/1e4)+math.Sin(float64(i*7919)))
	}
	for _, format := range []string{"png", "svg", "pdf"} {
		b.Run(format, func(b *testing.B) {
			dir := b.TempDir()
			put(b, dir, "in.csv", csv.String())
			b.ReportAllocs()
			for b.Loop() {
				enginetest.Succeed(b, plot.Type, dir, Args{
					"source": "in.csv", "output": "out." + format, "x": "t", "y": "v", "threshold": []Args{{"value": 32, "kind": "max"}},
				}, nil)
			}
			b.ReportMetric(float64(len(get(b, dir, "out."+format))), "bytes")
		})
	}
}
