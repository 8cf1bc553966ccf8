package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gofrs/flock"
	"github.com/google/go-cmp/cmp"

	"dagrun/engine/runlog"
)

// crowd is how many processes start at once.
const crowd = 20

// onePlace is a pipeline whose step writes into a journal when it begins and
// ends, so that two runs at once show.
const onePlace = `
pipeline "one" {
  on_overlap = var.overlap
}
variable "overlap" {}
step "wait" "long" {
  started = "started"
  until   = "until"
  journal = "journal"
}
`

// place is a folder with that pipeline.
type place struct{ dir, pipeline, state string }

func newPlace(t *testing.T) place {
	t.Helper()
	dir := t.TempDir()
	return place{dir, writeFile(t, filepath.Join(dir, "one.hcl"), onePlace), filepath.Join(dir, ".dagrun")}
}

func (p place) path(name string) string { return filepath.Join(p.dir, name) }

// call starts a run.
func (p place) call(t *testing.T, overlap string, more ...string) *process {
	t.Helper()
	return launchProcess(t, nil, append([]string{"run", p.pipeline, "--var", "overlap=" + overlap}, more...)...)
}

// journal gives the lines of the journal.
func (p place) journal(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(p.path("journal"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(data))
}

// checkTurns checks that so many runs were at work, one after the other.
func (p place) checkTurns(t *testing.T, want int) {
	t.Helper()
	lines := p.journal(t)
	if len(lines) != 2*want {
		t.Fatalf("the journal has %d lines, want %d:\n%s", len(lines), 2*want, strings.Join(lines, "\n"))
	}
	for i := 0; i < len(lines); i += 2 {
		if begun, over := lines[i], lines[i+1]; begun[0] != '+' || over[0] != '-' || begun[1:] != over[1:] {
			t.Fatalf("two runs were at work at once:\n%s", strings.Join(lines, "\n"))
		}
	}
}

// checkFree checks that nobody holds the lock, and that the next run runs.
func (p place) checkFree(t *testing.T) {
	t.Helper()
	lock := flock.New(filepath.Join(p.state, runlog.PathName("one")+".lock"))
	if ok, err := lock.TryLock(); !ok || err != nil {
		t.Errorf("the lock is held: %v", err)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	writeFile(t, p.path("until"), "")
	runProcess(t, exitOK, nil, "run", p.pipeline, "--var", "overlap=fail")
}

func TestOfTwentyProcessesOneRuns(t *testing.T) {
	for _, tt := range []struct {
		overlap string
		args    []string
		code    int // of those that do not run
		result  string
		said    string
	}{
		{overlap: "skip", code: exitOK, result: "skipped", said: `is skipped and recorded (on_overlap = "skip")`},
		{overlap: "fail", code: exitLocked, result: "failed", said: `has failed and is recorded (on_overlap = "fail")`},
		{overlap: "wait", args: []string{"--lock-timeout", "100ms"}, code: exitLocked, result: "failed",
			said: `has failed and is recorded (on_overlap = "wait", --lock-timeout 100ms)`},
	} {
		t.Run(tt.overlap, func(t *testing.T) {
			p := newPlace(t)
			calls := make([]*process, crowd)
			for i := range calls {
				calls[i] = p.call(t, tt.overlap, tt.args...)
			}
			ran := lastOf(t, calls)
			writeFile(t, p.path("until"), "")
			if code := ran.code(); code != exitOK {
				t.Errorf("the one that ran: exit code %d\n%s", code, ran.said())
			}
			for _, c := range calls {
				if c != ran && (c.code() != tt.code || !strings.Contains(c.said(), "another run of this pipeline is under way") || !strings.Contains(c.said(), "; this run of one "+tt.said)) {
					t.Errorf("one that did not run: exit code %d, want %d; it said %q", c.code(), tt.code, c.said())
				}
			}
			p.checkTurns(t, 1)
			if diff := cmp.Diff(map[string]int{"succeeded": 1, tt.result: crowd - 1}, counted(runsOf(t, p.state, "one"))); diff != "" {
				t.Errorf("results (-want +got):\n%s", diff)
			}
			p.checkFree(t)
		})
	}
}

// lastOf waits until all but one have ended, and gives the one.
func lastOf(t *testing.T, calls []*process) *process {
	t.Helper()
	ended := make(chan *process)
	for _, c := range calls {
		go func() {
			<-c.exited
			ended <- c
		}()
	}
	left := map[*process]bool{}
	for _, c := range calls {
		left[c] = true
	}
	for range len(calls) - 1 {
		delete(left, <-ended)
	}
	go func() { <-ended }() // the last
	for c := range left {
		return c
	}
	return nil
}

func TestTwentyProcessesThatWaitRunOneAfterTheOther(t *testing.T) {
	p := newPlace(t)
	writeFile(t, p.path("until"), "")
	calls := make([]*process, crowd)
	for i := range calls {
		calls[i] = p.call(t, "wait")
	}
	for _, c := range calls {
		if code := c.code(); code != exitOK {
			t.Errorf("exit code %d\n%s", code, c.said())
		}
	}
	p.checkTurns(t, crowd)
	if diff := cmp.Diff(map[string]int{"succeeded": crowd}, counted(runsOf(t, p.state, "one"))); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	p.checkFree(t)
}

func TestNoLockIsLeftByAProcessThatIsKilled(t *testing.T) {
	for name, kill := range map[string]func(*process) error{
		"the holder":      func(c *process) error { return c.Process.Kill() },
		"its whole group": func(c *process) error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			holder := p.call(t, "skip")
			holder.await(t, p.path("started"))
			if err := kill(holder); err != nil {
				t.Fatal(err)
			}
			<-holder.exited
			p.checkFree(t)
			if diff := cmp.Diff(map[string]int{"succeeded": 1, "crashed": 1}, counted(runsOf(t, p.state, "one"))); diff != "" {
				t.Errorf("results (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheOneThatWaitsRunsWhenTheHolderIsKilled(t *testing.T) {
	p := newPlace(t)
	holder := p.call(t, "wait")
	holder.await(t, p.path("started"))
	waiters := []*process{p.call(t, "wait"), p.call(t, "wait"), p.call(t, "wait")}
	waiters[0].kill() // who waits and dies is in nobody's way
	<-waiters[0].exited
	writeFile(t, p.path("until"), "")
	holder.kill()
	for _, w := range waiters[1:] {
		if code := w.code(); code != exitOK {
			t.Errorf("exit code %d\n%s", code, w.said())
		}
	}
	if lines := p.journal(t); len(lines) < 5 {
		t.Errorf("the journal is %v, want the killed holder and two that ran after it", lines)
	}
	p.checkFree(t)
}
