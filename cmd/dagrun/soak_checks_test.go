package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gofrs/flock"
	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/runlog"
)

// check checks what has to hold when a round is over.
func (r *round) check(t testing.TB) {
	t.Helper()
	runs := runsOf(t, r.errand.state, r.shape)
	if len(runs) == 0 || runs[0].Finished.Result != engine.RunSucceeded {
		t.Fatalf("the newest run has not succeeded: %+v", runs)
	}
	for result, n := range counted(runs) {
		r.figures["runs "+result] += n
		r.figures["runs"] += n
	}
	r.checkChain(t, runs)
	r.checkTurns(t)
	r.checkFiles(t)
	lock := flock.New(filepath.Join(r.errand.state, runlog.PathName(r.shape)+".lock"))
	if ok, err := lock.TryLock(); !ok || err != nil {
		t.Errorf("the lock is held: %v", err)
	}
	_ = lock.Unlock() // of a file that goes with the test
	switch r.shape {
	case "temperature":
		r.errand.checkEnd(t, r.day)
	case "wide":
		r.checkWide(t)
	case "stubborn":
		r.checkBackup(t)
	}
}

// checkChain checks that no run which takes up another does again what was
// recorded there as uploaded or mailed.
func (r *round) checkChain(t testing.TB, runs []runlog.Run) {
	t.Helper()
	var before []engine.Event
	for _, run := range slices.Backward(runs) {
		if run.Idle() {
			continue
		}
		events := eventsOf(t, run)
		if run.Started.ResumedFrom != "" {
			r.figures["runs that take up another"]++
			checkNotRepeated(t, before, events)
		} else {
			before = nil
		}
		before = append(before, events...)
		for _, e := range events {
			if end, ok := e.(*engine.StepFinished); ok && end.Result == engine.StepReused {
				r.figures["steps reused"]++
			}
		}
	}
}

func eventsOf(t testing.TB, run runlog.Run) (events []engine.Event) {
	t.Helper()
	for e, err := range run.Events() {
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

// checkTurns checks in the journal that no run went on once another had begun.
func (r *round) checkTurns(t testing.TB) {
	t.Helper()
	if r.shape == "temperature" {
		return
	}
	journal := string(contents(t, r.errand.folder)["journal"])
	over, current := map[string]bool{}, ""
	for _, line := range strings.Fields(journal) {
		id := line[1:]
		if id == current {
			continue
		}
		over[current] = true
		if current = id; over[id] {
			t.Errorf("two runs were at work at once:\n%s", journal)
			return
		}
	}
}

// checkFiles checks that no temporary file is left, and no secret in any file.
func (r *round) checkFiles(t testing.TB) {
	t.Helper()
	noLitter(t, r.dir)
	for name, content := range contents(t, r.dir) {
		for _, secret := range r.errand.secrets() {
			if bytes.Contains(content, []byte(secret)) || bytes.Contains(content, []byte(base64.RawStdEncoding.EncodeToString([]byte(secret)))) {
				t.Errorf("%s shows a secret", name)
			}
		}
	}
	for _, said := range r.said {
		for _, secret := range r.errand.secrets() {
			if strings.Contains(said, secret) {
				t.Errorf("a process shows a secret:\n%s", said)
			}
		}
	}
}

// checkMeanwhile checks what has to hold whenever no process is at work: every
// log reads, and every output is whole or absent.
func (r *round) checkMeanwhile(t testing.TB) {
	t.Helper()
	for run, err := range runlog.History(r.errand.state, r.shape) {
		if err != nil {
			t.Errorf("the history cannot be read: %v", err)
			continue
		}
		for _, err := range run.Events() {
			if err != nil && !errors.Is(err, runlog.ErrTorn) {
				t.Errorf("%s cannot be read: %v", run.Log(), err)
			}
		}
	}
	switch r.shape {
	case "temperature":
		r.errand.checkWhole(t, r.day)
	case "wide":
		for name, content := range contents(t, r.errand.folder) {
			if want, known := r.wide[name]; known && !bytes.Equal(content, want) {
				t.Errorf("%s is neither whole nor absent", name)
			}
		}
	}
}

// undisturbedWide gives the files of the wide pipeline, but for its journal.
func (r *round) undisturbedWide(t testing.TB) map[string][]byte {
	t.Helper()
	other := &round{season: r.season, shape: r.shape, overlap: r.overlap, dir: r.dir, errand: r.errand}
	other.errand.folder, other.errand.state = t.TempDir(), t.TempDir()
	runProcess(t, exitOK, nil, other.arguments(t)...)
	files := contents(t, other.errand.folder)
	delete(files, "journal")
	return files
}

// checkWide compares the small steps' files with those of an undisturbed run.
func (r *round) checkWide(t testing.TB) {
	t.Helper()
	got := contents(t, r.errand.folder)
	delete(got, "journal")
	if diff := cmp.Diff(r.wide, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// checkBackup compares what was stored with what was to be.
func (r *round) checkBackup(t testing.TB) {
	t.Helper()
	want, err := os.ReadFile("../../testdata/probe1_log.csv")
	if err != nil {
		t.Fatal(err)
	}
	if got := r.world.store.Read(t, r.errand.bucket, "readings.csv"); !bytes.Equal(got, want) {
		t.Errorf("the object has %d bytes, the file %d", len(got), len(want))
	}
	if n := r.world.store.Uploads(t, r.errand.bucket); n != 0 {
		t.Errorf("%d uploads are incomplete", n)
	}
}

// attemptsAtMail counts the attempts at the report in all runs of the round.
func (r *round) attemptsAtMail(t testing.TB) (attempts int) {
	t.Helper()
	for _, run := range runsOf(t, r.errand.state, r.shape) {
		for _, e := range eventsOf(t, run) {
			if begun, ok := e.(*engine.AttemptStarted); ok && begun.Step.String() == "step.smtp.report" {
				attempts++
			}
		}
	}
	return attempts
}

// checkMails checks that each round's mail has come; as one mail for each run
// that began anew and those that took it up; and no more often than it was tried.
func (se *season) checkMails(t *testing.T) {
	t.Helper()
	var mailing []*round
	var subjects []string
	for _, r := range se.rounds {
		if r.mails {
			mailing = append(mailing, r)
			subjects = append(subjects, r.errand.subject())
		}
	}
	if len(mailing) == 0 {
		return
	}
	ids := idsOf(se.watch(t, mailing[0].dir), se.world.mail, subjects)
	for _, r := range mailing {
		watch := se.watch(t, r.dir)
		got := ids[r.errand.subject()]
		different := slices.Compact(slices.Sorted(slices.Values(got)))
		attempts := r.attemptsAtMail(watch)
		if len(got) == 0 || len(got) > attempts || len(different) > r.begins {
			watch.Errorf("%q came as %v, after %d attempts of %d runs that began anew", r.errand.subject(), got, attempts, r.begins)
		}
		se.figures["mails"] += len(different)
		se.figures["mails that came again, as the same"] += len(got) - len(different)
	}
}
