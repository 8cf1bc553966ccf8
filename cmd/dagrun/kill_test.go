package main

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/enginetest/s3server"
	"dagrun/engine/runlog"
)

// kills is how often the pipeline is killed.
func kills() int {
	if underRace {
		return 20
	}
	return 200
}

// mailServers is among how many servers the mails are spread, as one takes 300
// connections a minute from one machine and no more.
const mailServers = 3

func TestKilledAtAnyMomentTheTemperaturePipelineIsTakenUpAndEndsAsIfUndisturbed(t *testing.T) {
	random := randomly(t)
	date := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	want := undisturbedDay(t, t.TempDir(), date)
	store := s3server.Start(t)
	worlds := make([]world, mailServers)
	for i := range worlds {
		worlds[i] = newWorld(t, store)
	}
	errands := make([]errand, kills())
	for i := range errands {
		errands[i] = errand{
			world: worlds[i%mailServers], date: date, deleteLocal: i%2 == 1,
			probe: fmt.Sprintf("probe%d", i), bucket: fmt.Sprintf("plc-data-%d", i), folder: t.TempDir(), state: t.TempDir(),
		}
		store.MakeBucket(t, errands[i].bucket)
	}
	took := usual(t, worlds[0], date)
	hit := tally{}
	t.Run("killed", func(t *testing.T) {
		for i, e := range errands {
			after := time.Duration(random.Int64N(int64(took)))
			t.Run(fmt.Sprintf("%d after %v", i, after), func(t *testing.T) {
				t.Parallel()
				hit.add(e.subject(), e.killed(t, want, after))
			})
		}
	})
	for _, step := range []string{"step.duckdb_load.store", "step.plot.chart", "step.smtp.report"} {
		if !underRace && hit.count(step) == 0 {
			t.Errorf("no kill came while %s was at work", step)
		}
	}
	for i, w := range worlds {
		var subjects []string
		for j := i; j < len(errands); j += mailServers {
			subjects = append(subjects, errands[j].subject())
		}
		checkMails(t, w, subjects, &hit)
	}
}

// tally keeps what was at work when each errand was killed.
type tally struct {
	mu     sync.Mutex
	atWork map[string]map[string]bool
}

func (h *tally) add(subject string, atWork map[string]bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.atWork == nil {
		h.atWork = map[string]map[string]bool{}
	}
	h.atWork[subject] = atWork
}

// count tells how many errands were killed while a step was at work.
func (h *tally) count(step string) int {
	n := 0
	for atWork := range maps.Values(h.atWork) {
		if atWork[step] {
			n++
		}
	}
	return n
}

// usual measures how long a run takes beside another, as most do here.
func usual(t *testing.T, w world, date time.Time) time.Duration {
	t.Helper()
	w.store.MakeBucket(t, "usual")
	var took []time.Duration
	for range 3 {
		var pair [2]*process
		start := time.Now()
		for k := range pair {
			e := errand{world: w, date: date, probe: "usual", bucket: "usual", folder: t.TempDir(), state: t.TempDir()}
			pair[k] = e.begin(t)
		}
		for _, p := range pair {
			if p.code() != exitOK {
				t.Fatal(p.said())
			}
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	t.Logf("two undisturbed runs side by side take %v", took)
	return took[1]
}

// killed kills the pipeline, looks at what that left, takes it up, and compares
// the end with that of an undisturbed run. It gives what was at work.
func (e errand) killed(t *testing.T, want day, after time.Duration) (open map[string]bool) {
	t.Helper()
	p := e.begin(t)
	select {
	case <-time.After(after):
		p.kill()
	case <-p.exited:
	}
	<-p.exited
	e.checkWhole(t, want)
	left := newest(t, e.state)
	open = atWork(left)
	again := e.goOn(t)
	if code := again.code(); code != exitOK {
		t.Fatalf("the run that goes on: exit code %d\n%s", code, again.said())
	}
	runs := runsOf(t, e.state, "temperature")
	checkCrashed(t, runs, left)
	checkNotRepeated(t, left, newest(t, e.state))
	e.checkEnd(t, want)
	if t.Failed() {
		t.Logf("the run that was killed said\n%s\nthe run that went on said\n%s", p.said(), again.said())
	}
	return open
}

// atWork gives the steps that had begun by the end of a log and not ended.
func atWork(events []engine.Event) map[string]bool {
	open := map[string]bool{}
	for _, e := range events {
		switch e := e.(type) {
		case *engine.StepStarted:
			open[e.Step.String()] = true
		case *engine.StepFinished:
			delete(open, e.Step.String())
		}
	}
	return open
}

// checkCrashed checks that a run that had begun and not ended is recorded as
// crashed, once, with the steps that were at work.
func checkCrashed(t *testing.T, runs []runlog.Run, left []engine.Event) {
	t.Helper()
	want := 0
	if len(left) > 0 {
		if _, over := left[len(left)-1].(*engine.RunFinished); !over {
			want = 1
		}
	}
	if got := counted(runs)[string(engine.RunCrashed)]; got != want {
		t.Errorf("%d runs are recorded as crashed, want %d", got, want)
	}
	for _, r := range runs {
		if r.Finished.Result != engine.RunCrashed {
			continue
		}
		named := map[string]bool{}
		for _, w := range r.Finished.AtWork {
			named[w.Step.String()] = true
		}
		if diff := cmp.Diff(atWork(left), named); diff != "" {
			t.Errorf("steps at work (-in the log +in the record):\n%s", diff)
		}
	}
}

// checkNotRepeated checks that what one log says was uploaded or mailed is not
// attempted in a later one.
func checkNotRepeated(t testing.TB, before, after []engine.Event) {
	t.Helper()
	done := map[string]bool{}
	for _, e := range before {
		if end, ok := e.(*engine.StepFinished); ok && (end.Result == engine.StepSucceeded || end.Result == engine.StepReused) {
			done[end.Step.String()] = end.Step.String() == "step.smtp.report" || end.Step.String() == "step.s3_put.backup"
		}
	}
	for _, e := range after {
		if begun, ok := e.(*engine.AttemptStarted); ok && done[begun.Step.String()] {
			t.Errorf("%s was done, and attempted again by the run that went on", begun.Step)
		}
	}
}

// checkMails checks that each mail has come once; or twice, as the same mail,
// where the first sending was under way when its process died.
func checkMails(t *testing.T, w world, subjects []string, hit *tally) {
	t.Helper()
	ids := idsOf(t, w.mail, subjects)
	twice := 0
	for _, s := range subjects {
		got := ids[s]
		switch uncertain := hit.atWork[s]["step.smtp.report"]; {
		case len(got) == 2 && uncertain && got[0] == got[1]:
			twice++
		case len(got) != 1:
			t.Errorf("%q came as %v; its sending was under way at the kill: %t", s, got, uncertain)
		}
	}
	t.Logf("%d of %d mails came twice", twice, len(subjects))
}
