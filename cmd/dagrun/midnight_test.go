package main

import (
	"bytes"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"dagrun/steps"
)

// TestARunAcrossMidnightKeepsItsDate lets the clock pass midnight between any
// two looks at it.
func TestARunAcrossMidnightKeepsItsDate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "p.hcl")
	pipeline := `
pipeline "p" { timezone = "Europe/Berlin" }
step "wait" "first" {
  started = "first ${run.date}"
  until   = "p.hcl"
}
step "wait" "second" {
  depends_on = [step.wait.first]
  started    = "second ${run.date} ${formatdate("YYYY-MM-DD hh:mm", run.time)}"
  until      = "p.hcl"
}
output "date" { value = run.date }
`
	if err := os.WriteFile(path, []byte(pipeline), 0o600); err != nil {
		t.Fatal(err)
	}
	var looks atomic.Int64
	clock := func() time.Time {
		midnight := time.Date(2026, 11, 21, 0, 0, 0, 0, time.FixedZone("CET", 3600))
		return midnight.Add(time.Duration(looks.Add(1)-2) * 6 * time.Hour) // 18:00 the first time
	}
	var stdout, stderr bytes.Buffer
	if code := runAt(clock, []string{"run", path}, &stdout, &stderr, withWait(steps.All())); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr.String())
	}
	for _, name := range []string{"first 2026-11-20", "second 2026-11-20 2026-11-20 18:00"} {
		if !isThere(filepath.Join(dir, name)) {
			t.Errorf("%q was not made", name)
		}
	}
	if got, want := stdout.String(), "date = 2026-11-20\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if looks.Load() < 4 {
		t.Errorf("the clock was looked at %d times: it did not pass midnight", looks.Load())
	}
}
