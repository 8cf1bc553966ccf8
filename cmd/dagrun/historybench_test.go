package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"dagrun/engine/runlog"
)

// BenchmarkHistory times whole processes that list and prune a history of
// 10,000 runs of the temperature pipeline. Their logs are copies of two that it
// makes: of a run that succeeds and, of one in fifty, of one that fails.
//
//	go test ./cmd/dagrun -run '^$' -bench History
func BenchmarkHistory(b *testing.B) {
	const runs = 10_000
	dir := b.TempDir()
	binary := filepath.Join(dir, "dagrun")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	good, bad := aLog(b, binary, dir), aLog(b, binary, dir, "--var", "readings=gone.csv")
	state := filepath.Join(dir, "state")
	for i := range runs {
		log := good
		if i%50 == 0 {
			log = bad
		}
		copyRun(b, state, log)
	}
	for _, c := range []struct {
		name string
		args []string
		want int
	}{
		{"runs", []string{"runs"}, 20},
		{"runs of one pipeline", []string{"runs", "temperature"}, 20},
		{"runs --limit 0", []string{"runs", "--limit", "0"}, runs},
		{"runs --limit 0 --json", []string{"runs", "--limit", "0", "--json"}, 0},
		{"runs --result failed", []string{"runs", "--result", "failed"}, 20},
		{"show latest", []string{"show", "latest"}, 0},
		{"version", []string{"version"}, 0},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				out, err := exec.CommandContext(b.Context(), binary, append(c.args, flagsFor(c.name, state)...)...).Output()
				if err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				if got := bytes.Count(out, []byte("\n")) - 1; c.want > 0 && got != c.want {
					b.Fatalf("%d runs were listed, want %d", got, c.want)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "ms/process")
		})
	}
	b.Run("recover and prune", func(b *testing.B) {
		for b.Loop() {
			if _, err := runlog.Recover(state, "temperature", time.Now); err != nil {
				b.Fatal(err)
			}
			if err := runlog.Prune(state, "temperature", runs, 0, time.Now()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func flagsFor(name, state string) []string {
	if name == "version" {
		return nil
	}
	return []string{"--state-dir", state}
}

// aLog runs the temperature pipeline and gives its log.
func aLog(b *testing.B, binary, dir string, flags ...string) string {
	state := filepath.Join(dir, fmt.Sprintf("sample%d", len(flags)))
	args := append([]string{"run", temperature, "--date", "2026-11-20", "--state-dir", state, "--var", "folder=" + filepath.Join(dir, "out")}, flags...)
	out, _ := exec.CommandContext(b.Context(), binary, args...).CombinedOutput() // one is to fail
	found, err := filepath.Glob(filepath.Join(state, "runs", "*", "*", runlog.FileName))
	if err != nil || len(found) != 1 {
		b.Fatalf("%d logs, %v\n%s", len(found), err, out)
	}
	data, err := os.ReadFile(found[0])
	if err != nil {
		b.Fatal(err)
	}
	return strings.ReplaceAll(string(data), filepath.Base(filepath.Dir(found[0])), "RUN-ID")
}

func copyRun(b *testing.B, state, log string) {
	id := uuid.Must(uuid.NewV7()).String()
	dir := runlog.Dir(state, "temperature", id)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, runlog.FileName), []byte(strings.ReplaceAll(log, "RUN-ID", id)), 0o600); err != nil {
		b.Fatal(err)
	}
}
