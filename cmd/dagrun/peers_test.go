package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The versions of the peers, which pip installs from its registry.
var peerPackages = []string{"pandas==3.1.1", "polars==2.1.0", "duckdb==2.0.1"}

const peerRows = 10_000_000

// BenchmarkPeers times dagrun beside pandas, polars and DuckDB, as whole
// processes that take turns, on a file of ten million readings that it makes:
//
//	go test ./cmd/dagrun -run '^$' -bench Peers -benchtime 5x -timeout 60m
//
// It gives for each the median time of the process, of its work alone (without
// starting up and importing), and the peak of its memory; and holds the results
// of the resampling against each other. It needs python3 with venv.
func BenchmarkPeers(b *testing.B) {
	dir := b.TempDir()
	binary := filepath.Join(dir, "dagrun")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	python := peerPython(b)
	large, small := filepath.Join(dir, "readings.csv"), filepath.Join(dir, "million.csv")
	writeReadings(b, large, peerRows)
	writeReadings(b, small, peerRows/10)
	dagrun := func(pipeline string) []string {
		return []string{binary, "run", filepath.Join("testdata", "peers", pipeline+".hcl"), "--state-dir", filepath.Join(dir, "state")}
	}
	script := func(name string) []string { return []string{python, filepath.Join("testdata", "peers", name+".py")} }
	b.Run("resample", func(b *testing.B) {
		race(b, dir, large, "csv", []peer{
			{"dagrun", dagrun("resample")}, {"duckdb", script("resample_duckdb")}, {"polars", script("resample_polars")}, {"pandas", script("resample_pandas")},
		})
		compareHourly(b, dir)
	})
	b.Run("load", func(b *testing.B) {
		race(b, dir, large, "duckdb", []peer{{"dagrun", dagrun("load")}, {"duckdb", script("load_duckdb")}})
	})
	b.Run("plot", func(b *testing.B) {
		race(b, dir, small, "png", []peer{{"dagrun", dagrun("plot")}})
	})
}

// peer is a program and its first arguments.
type peer struct {
	name string
	args []string
}

// race lets peers take turns, and reports medians and their ratios to those of
// the first.
func race(b *testing.B, dir, input, ending string, peers []peer) {
	whole, work, memory := map[string][]float64{}, map[string][]float64{}, map[string][]float64{}
	for b.Loop() {
		for _, p := range peers {
			took, alone, peak := runPeer(b, p, input, filepath.Join(dir, p.name+"."+ending))
			whole[p.name] = append(whole[p.name], took.Seconds())
			work[p.name] = append(work[p.name], alone)
			memory[p.name] = append(memory[p.name], peak)
		}
	}
	first := peers[0].name
	fmt.Printf("%-8s %10s %6s %10s %6s %10s\n", "", "process s", "ratio", "work s", "ratio", "peak MB")
	for _, p := range peers {
		t, w := median(whole[p.name]), median(work[p.name])
		fmt.Printf("%-8s %10.2f %6.1f %10.2f %6.1f %10.0f\n", p.name, t, t/median(whole[first]), w, w/median(work[first]), median(memory[p.name]))
		b.ReportMetric(t/median(whole[first]), p.name+"/"+first)
	}
}

// runPeer runs a program once, and tells how long it took, how long it says
// that its work took, both in seconds, and how much memory it had, in megabytes.
func runPeer(b *testing.B, p peer, input, output string) (took time.Duration, work, peak float64) {
	args := append(slices.Clone(p.args[1:]), input, output)
	if p.name == "dagrun" {
		args = append(slices.Clone(p.args[1:]), "--var", "input="+input, "--var", "output="+output, "--json")
	}
	cmd := exec.CommandContext(b.Context(), p.args[0], args...)
	start := time.Now()
	out, err := cmd.Output()
	took = time.Since(start)
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			b.Logf("%s", exit.Stderr)
		}
		b.Fatalf("%s: %v\n%s", p.name, err, out)
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		peak = float64(usage.Maxrss) / 1000
	}
	return took, workOf(b, p, string(out)), peak
}

// workOf reads the seconds of work from what a program printed.
func workOf(b *testing.B, p peer, out string) float64 {
	text := strings.TrimSpace(out)
	unit := 1.0
	if p.name == "dagrun" { // the duration of the step, in its event
		_, text, _ = strings.Cut(out, `"event":"attempt_finished"`)
		_, text, _ = strings.Cut(text, `"duration_ms":`)
		text = text[:strings.IndexAny(text, ",}")]
		unit = 1000
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		b.Fatalf("%s printed %q", p.name, out)
	}
	return v / unit
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// peerPython is the interpreter of an environment that has the peers. It is
// made once and kept in the user's cache.
func peerPython(b *testing.B) string {
	cache, err := os.UserCacheDir()
	if err != nil {
		b.Fatal(err)
	}
	dir := filepath.Join(cache, "dagrun-test", "peers-"+strings.NewReplacer("==", "-", " ", "_").Replace(strings.Join(peerPackages, "_")))
	python := filepath.Join(dir, "bin", "python")
	if _, err := os.Stat(filepath.Join(dir, "complete")); err == nil {
		return python
	}
	fmt.Println("installing", strings.Join(peerPackages, ", "), "into", dir)
	for _, args := range [][]string{{"python3", "-m", "venv", dir}, append([]string{python, "-m", "pip", "install", "-q"}, peerPackages...)} {
		if out, err := exec.CommandContext(context.WithoutCancel(b.Context()), args[0], args[1:]...).CombinedOutput(); err != nil {
			b.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "complete"), nil, 0o600); err != nil {
		b.Fatal(err)
	}
	return python
}

// writeReadings writes a probe's log: a reading a second.
func writeReadings(b *testing.B, path string, n int) {
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	line := []byte("record,date,time,temperatura\n")
	for i := range n + 1 {
		if _, err := w.Write(line); err != nil {
			b.Fatal(err)
		}
		line = strconv.AppendInt(line[:0], int64(i+1), 10)
		line = at.AppendFormat(line, ",2006-01-02,15:04:05,")
		line = strconv.AppendFloat(line, 25+float64(i*7919%100)/10, 'f', 1, 64)
		line = append(line, '\n')
		at = at.Add(time.Second)
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
	runtime.GC()
}

// compareHourly fails the benchmark unless all programs wrote the same hours.
func compareHourly(b *testing.B, dir string) {
	want := hourlyValues(b, filepath.Join(dir, "dagrun.csv"))
	for _, name := range []string{"duckdb", "polars", "pandas"} {
		got := hourlyValues(b, filepath.Join(dir, name+".csv"))
		if len(got) != len(want) {
			b.Fatalf("%s wrote %d hours, dagrun %d", name, len(got), len(want))
		}
		for i := range want {
			for k, x := range want[i] {
				if math.Abs(got[i][k]-x) > 1e-9*math.Abs(x) {
					b.Fatalf("hour %d: %s has %v, dagrun %v", i, name, got[i], want[i])
				}
			}
		}
	}
}

// hourlyValues reads the last four columns of a file: mean, min, max and count.
func hourlyValues(b *testing.B, path string) (rows [][4]float64) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	for _, record := range records[1:] {
		var row [4]float64
		for i, text := range record[len(record)-4:] {
			if row[i], err = strconv.ParseFloat(text, 64); err != nil {
				b.Fatal(err)
			}
		}
		rows = append(rows, row)
	}
	return rows
}
