package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"dagrun/engine/enginetest/faultproxy"
	"dagrun/engine/runlog"
)

// round is a pipeline that is run and disturbed until it is left in peace.
type round struct {
	*season

	shape, overlap string
	dir            string // all files of the round
	errand         errand
	mails          bool              // whether the pipeline sends one
	begins         int               // processes that did not take up a run
	day            day               // what the temperature pipeline makes of the date
	wide           map[string][]byte // what the wide one makes
	said           []string
}

// round plays a round.
func (se *season) round(t *testing.T) {
	n := se.figures["rounds"]
	se.figures["rounds"]++
	r := &round{season: se, shape: pick(se.soak, "temperature", "temperature", "wide", "stubborn"), overlap: pick(se.soak, "skip", "wait", "fail"), dir: t.TempDir()}
	r.mails = r.shape != "wide"
	r.errand = errand{
		world: se.world, probe: fmt.Sprintf("probe%d", n), bucket: fmt.Sprintf("plc-data-%d", n), deleteLocal: se.chance(50),
		date:   time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, se.random.IntN(3000)),
		folder: filepath.Join(r.dir, "out"), state: filepath.Join(r.dir, "state"),
	}
	r.errand.env = []string{clockFile + "=" + filepath.Join(t.TempDir(), "clock")}
	r.setClock(t, 0)
	se.figures["rounds of "+r.shape]++
	se.world.store.MakeBucket(t, r.errand.bucket)
	r.prepare(t)
	watch := se.watch(t, r.dir)
	for range 1 + se.random.IntN(4) {
		r.act(watch)
		r.checkMeanwhile(watch)
	}
	r.leaveInPeace(watch)
	r.check(watch)
	se.rounds = append(se.rounds, r)
	if t.Failed() {
		t.Logf("%s of %s; the processes said:\n%s", r.shape, r.errand.date.Format(time.DateOnly), strings.Join(r.said, "\n"))
	}
}

func (r *round) prepare(t testing.TB) {
	t.Helper()
	switch r.shape {
	case "temperature":
		r.day = undisturbedDay(t, t.TempDir(), r.errand.date)
	case "wide":
		writeWide(t, filepath.Join(r.dir, "wide.hcl"))
		r.wide = r.undisturbedWide(t)
	case "stubborn":
		writeStubborn(t, filepath.Join(r.dir, "stubborn.hcl"))
	}
	if err := errors.Join(os.MkdirAll(r.errand.folder, 0o700), os.MkdirAll(r.errand.state, 0o700)); err != nil {
		t.Fatal(err)
	}
}

// setClock moves the program's clock by so much.
func (r *round) setClock(t testing.TB, by time.Duration) {
	t.Helper()
	path := r.errand.env[0][len(clockFile)+1:]
	writeFile(t, path+".new", by.String())
	if err := os.Rename(path+".new", path); err != nil { // a process may be reading it
		t.Fatal(err)
	}
}

// args are the command line of the next run: the first begins, and most others
// take it up.
func (r *round) args(t testing.TB, last bool) []string {
	t.Helper()
	args := r.arguments(t)
	for run, err := range runlog.History(r.errand.state, r.shape) {
		if err == nil && run.Started != nil && !run.Idle() {
			if anew := r.chance(35); !anew || last {
				return append(args, "--resume")
			}
			break
		}
	}
	r.begins++
	return append(args, "--date", r.errand.date.Format(time.DateOnly))
}

// act starts a process, or several, and disturbs them.
func (r *round) act(t testing.TB) {
	t.Helper()
	if r.chance(30) {
		r.figures["clock set between runs"]++
		r.setClock(t, r.upTo(144*time.Hour)-72*time.Hour)
	}
	if r.chance(15) {
		r.onLittleDisk(t)
		return
	}
	patient := r.spoil(t)
	processes := []*process{r.start(t, false)}
	if r.chance(25) {
		r.figures["several processes at once"]++
		for range 1 + r.random.IntN(3) {
			processes = append(processes, r.start(t, false))
		}
	}
	one := pick(r.soak, processes...)
	one.overWithin(r.upTo(pick(r.soak, 50*time.Millisecond, 150*time.Millisecond, 500*time.Millisecond)))
	r.disturb(t, one, patient)
	one.overWithin(r.upTo(200 * time.Millisecond))
	r.heal(t)
	r.await(t, processes)
}

func (r *round) start(t testing.TB, last bool) *process {
	t.Helper()
	r.figures["processes"]++
	return launchProcess(t, r.errand.environment(), r.args(t, last)...)
}

// spoil puts a fault into a line, perhaps. It reports whether a run can be left
// alone with it: in a black hole it would stay for minutes.
func (r *round) spoil(t testing.TB) (patient bool) {
	t.Helper()
	if r.shape == "wide" || r.chance(50) {
		return true
	}
	line := pick(r.soak, r.mail, r.store)
	faults := map[string]func(*faultproxy.Proxy){
		"nobody listens":     func(p *faultproxy.Proxy) { p.Refuse() },
		"reset":              func(p *faultproxy.Proxy) { p.Reset(t) },
		"requests cut":       func(p *faultproxy.Proxy) { p.CutRequestsAfter(t, r.random.IntN(2000)) },
		"answers cut":        func(p *faultproxy.Proxy) { p.CutAnswersAfter(t, r.random.IntN(2000)) },
		"black hole":         func(p *faultproxy.Proxy) { p.Swallow(t) },
		"answers after 50ms": func(p *faultproxy.Proxy) { p.Delay(t, 50*time.Millisecond) },
	}
	name := pick(r.soak, "nobody listens", "reset", "requests cut", "answers cut", "black hole", "answers after 50ms")
	faults[name](line)
	r.figures["line: "+name]++
	return name != "black hole"
}

// overWithin waits until a process has ended, for so long at most.
func (p *process) overWithin(limit time.Duration) bool {
	select {
	case <-p.exited:
		return true
	case <-time.After(limit):
		return false
	}
}

// disturb does something to a process.
func (r *round) disturb(t testing.TB, one *process, patient bool) {
	t.Helper()
	what := pick(r.soak, "kill -9", "kill -9", "TERM", "INT", "clock set during a run", "left alone")
	if !patient {
		what = pick(r.soak, "kill -9", "TERM")
	}
	if one.overWithin(0) {
		what = "over before it is disturbed"
	}
	r.figures[what]++
	switch what {
	case "kill -9":
		one.kill()
	case "TERM":
		_ = one.Process.Signal(syscall.SIGTERM) // it may have ended
	case "INT":
		_ = one.Process.Signal(syscall.SIGINT)
	case "clock set during a run":
		r.setClock(t, r.upTo(144*time.Hour)-72*time.Hour)
	}
}

func (r *round) heal(t testing.TB) {
	t.Helper()
	r.mail.Heal(t)
	r.store.Heal(t)
}

// lastsAtMost is how long a process may go on once it is not disturbed any more.
const lastsAtMost = 2 * time.Minute

// await waits for processes to end, each with an exit code that a run may have.
func (r *round) await(t testing.TB, processes []*process) {
	t.Helper()
	deadline := time.After(lastsAtMost)
	for _, p := range processes {
		select {
		case <-p.exited:
		case <-deadline:
			_ = p.Process.Signal(syscall.SIGQUIT) // shows where it hangs
			t.Fatalf("a process has not ended after %v:\n%s", lastsAtMost, p.said())
		}
		r.said = append(r.said, p.said())
		if code := p.code(); !slices.Contains([]int{-1, exitOK, exitFailed, exitLocked, exitSIGINT, exitSIGTERM}, code) {
			t.Errorf("exit code %d:\n%s", code, p.said())
		}
	}
}

// leaveInPeace takes the run up until it is done, undisturbed.
func (r *round) leaveInPeace(t testing.TB) {
	t.Helper()
	p := r.start(t, true)
	r.await(t, []*process{p})
	if p.code() != exitOK {
		t.Errorf("in peace: exit code %d\n%s", p.code(), p.said())
	}
}
