package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// inUse is what this process has under way.
type inUse struct{ goroutines, files, memory int } // memory in bytes, resident

func measure(t *testing.T) inUse {
	t.Helper()
	debug.FreeOSMemory()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var total, resident int
	if _, err := fmt.Sscan(string(statm), &total, &resident); err != nil {
		t.Fatal(err)
	}
	return inUse{runtime.NumGoroutine(), len(files), resident * os.Getpagesize()}
}

// within reports whether no more is in use than before, but for a few
// goroutines that are about to end and some memory that the allocators keep.
func (u inUse) within(before inUse) bool {
	const slack = 32 << 20
	return u.goroutines <= before.goroutines+2 && u.files <= before.files && u.memory <= before.memory+slack
}

// TestManyRunsOfAllStepsLeaveNothingOpen runs the temperature pipeline, which
// has all step types, again and again in this process. One chart that was kept
// at each run would be beyond the slack.
func TestManyRunsOfAllStepsLeaveNothingOpen(t *testing.T) {
	warmUp, runs := 10, 100
	if underRace {
		warmUp, runs = 5, 20
	}
	cleanEnvironment(t)
	s := temperatureSession()
	repeat := func(n int) {
		for range n {
			s.call(t, "run", "--date", "2026-11-20")
			if s.code != exitOK {
				t.Fatal(s.stderr)
			}
		}
	}
	repeat(warmUp)
	before := measure(t)
	repeat(runs)
	var after inUse
	eventually(t, fmt.Sprintf("what %d runs used is given back", runs), func() bool {
		after = measure(t)
		return after.within(before) || after.memory > before.memory+32<<20
	})
	t.Logf("after %d runs: %+v, after %d more: %+v", warmUp, before, runs, after)
	if !after.within(before) {
		t.Errorf("%d bytes of memory were in use before, %d are after %d runs", before.memory, after.memory, runs)
	}
}

func TestAResamplesPeakOfMemoryDoesNotGrowWithTheFile(t *testing.T) {
	dir := t.TempDir()
	pipeline := writeFile(t, filepath.Join(dir, "p.hcl"), `
pipeline "p" {}
variable "input" {}
step "csv_resample" "daily" {
  input     = var.input
  output    = "daily.csv"
  time      = ["date", "time"]
  interval  = "1w"
  aggregate = { temperatura = ["mean", "max"] }
}
step "wait" "hold" {
  depends_on = [step.csv_resample.daily]
  started    = "${var.input}.done"
  until      = "${var.input}.measured"
}
`)
	peak := func(name string, readings int) (bytes, size int64) {
		path := filepath.Join(dir, name)
		writeLongLog(t, path, readings)
		p := launchProcess(t, nil, "run", pipeline, "--var", "input="+name)
		p.await(t, path+".done")
		bytes = peakOf(t, p.Process.Pid)
		writeFile(t, path+".measured", "")
		info, err := os.Stat(path)
		if p.code() != exitOK || err != nil {
			t.Fatal(err, p.said())
		}
		return bytes, info.Size()
	}
	rows := 2_000_000
	if underRace {
		rows = 500_000
	}
	small, _ := peak("small.csv", rows/10)
	large, size := peak("large.csv", rows)
	t.Logf("peak of memory: %d bytes for %d rows, %d for %d, which are %d bytes", small, rows/10, large, rows, size)
	if large > small+size/4 {
		t.Errorf("the peak of memory is %d bytes for %d rows and %d for %d", small, rows/10, large, rows)
	}
}

// peakOf is the most memory that a process has had resident, in bytes. What the
// kernel tells when a process has ended counts its parent's too.
func peakOf(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	var kilobytes int64
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(peak, &kilobytes); err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}
