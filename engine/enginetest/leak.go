package enginetest

import (
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
)

const (
	attemptsForALeak = 20
	// patience is how long what an attempt leaves may take to go away, such as
	// a connection that the other side has to close.
	patience = 10 * time.Second
)

// leaksNothing makes many attempts and fails when goroutines or descriptors
// are left of them. The first attempts are not counted: what the process keeps
// for good is made then.
func (c Case) leaksNothing(t *testing.T) {
	dir := t.TempDir()
	args := c.Setup(t, dir)
	attempts := func(n int) {
		for range n {
			Succeed(t, c.Type, dir, args, nil)
		}
	}
	attempts(2)
	before := inUse()
	attempts(attemptsForALeak)
	for deadline := time.Now().Add(patience); !inUse().within(before); runtime.Gosched() {
		if time.Now().After(deadline) {
			var stacks strings.Builder
			_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1)
			t.Fatalf("before: %+v, after %d attempts: %+v\n%s", before, attemptsForALeak, inUse(), stacks.String())
		}
	}
}

// resources are what a process has under way.
type resources struct{ Goroutines, Descriptors int }

// within allows for fewer than one more in two attempts: a server of the test
// may have some of its own at the time.
func (r resources) within(before resources) bool {
	const slack = attemptsForALeak/2 - 1
	return r.Goroutines <= before.Goroutines+slack && r.Descriptors <= before.Descriptors+slack
}

// inUse counts goroutines, and descriptors where the system lists them.
func inUse() resources {
	entries, _ := os.ReadDir("/proc/self/fd")
	return resources{Goroutines: runtime.NumGoroutine(), Descriptors: len(entries)}
}
