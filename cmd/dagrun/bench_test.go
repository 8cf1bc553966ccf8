package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// BenchmarkProcess times whole processes: of a program that does nothing (the
// floor of starting one), of dagrun doing nothing, validating the temperature
// pipeline and running it.
func BenchmarkProcess(b *testing.B) {
	dir := b.TempDir()
	binary := filepath.Join(dir, "dagrun")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	commands := []struct {
		name string
		args []string
	}{
		{"true", []string{"true"}},
		{"version", []string{binary, "version"}},
		{"validate", []string{binary, "validate", temperature}},
		{"run", []string{binary, "run", temperature, "--date", "2026-11-20", "--state-dir", filepath.Join(dir, "state"), "--var", "folder=" + filepath.Join(dir, "out")}},
	}
	for _, c := range commands {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				cmd := exec.CommandContext(b.Context(), c.args[0], c.args[1:]...)
				cmd.Env = os.Environ()
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "ms/process")
		})
	}
}
