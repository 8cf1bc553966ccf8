package runlog_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine/runlog"
)

func TestARunThatDiedAsItBeganIsTold(t *testing.T) {
	old := time.Now().Add(-time.Hour)
	for name, c := range map[string]struct {
		text string
		age  time.Time
		want string
	}{
		"a part of a line":            {`{"time":`, time.Now(), "the run 2 has only a part of a line in its log"},
		"nothing":                     {"", old, "the run 2 has nothing in its log"},
		"nothing yet":                 {"", time.Now(), ""},
		"no log, in a folder":         {"none", old, "the run 2 has no log"},
		"no log yet, in a new folder": {"none", time.Now(), ""},
	} {
		t.Run(name, func(t *testing.T) {
			state := t.TempDir()
			keep(t, state, "a", "1", start, aRun()...)
			path := lay(t, state, "a", "2", c.text)
			if c.text == "none" {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
				path = filepath.Dir(path)
			}
			if err := os.Chtimes(path, c.age, c.age); err != nil {
				t.Fatal(err)
			}
			runs, err := runlog.List(state, "a")
			checkTold(t, err, c.want)
			if diff := cmp.Diff([]string{"a 1 succeeded"}, describe(runs)); diff != "" {
				t.Errorf("the others (-want +got):\n%s", diff)
			}
			var told []error
			for _, err := range runlog.Summaries(state, "a") {
				told = append(told, err)
			}
			checkTold(t, errors.Join(told...), c.want)
			if run, err := runlog.Find(state, "a", runlog.Latest); err != nil || run.ID != "1" {
				t.Errorf("the latest is %q, %v, want the run before", run.ID, err)
			}
			if closed, err := runlog.Recover(state, "a", time.Now); err != nil || len(closed) > 0 {
				t.Errorf("it is closed: %v, %v", describe(closed), err)
			}
		})
	}
}

func checkTold(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" && err == nil {
		return
	}
	if want == "" || !errors.Is(err, runlog.ErrNoBeginning) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}

func TestARunThatBeginsNowIsNotTakenForDead(t *testing.T) {
	state := t.TempDir()
	w, err := runlog.Create(runlog.Dir(state, "a", "1"), "1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	path := filepath.Join(runlog.Dir(state, "a", "1"), runlog.FileName)
	overwrite(t, path, `{"time":`) // as it is while it is written
	if runs, err := runlog.List(state, "a"); err != nil || len(runs) > 0 {
		t.Errorf("got %v, %v", describe(runs), err)
	}
	if told := slices.Collect(errorsOf(state)); len(told) > 0 {
		t.Errorf("got %v", told)
	}
}

// errorsOf gives the errors of the history in short.
func errorsOf(state string) func(yield func(error) bool) {
	return func(yield func(error) bool) {
		for _, err := range runlog.Summaries(state, "a") {
			if err != nil && !yield(err) {
				return
			}
		}
	}
}
