package runlog_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine/runlog"
)

func makeFile(t testing.TB, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// working gives the writer of a run that is under way.
func working(t testing.TB, state, id string) *runlog.Writer {
	t.Helper()
	w, err := runlog.Create(runlog.Dir(state, "a", id), id)
	if err != nil {
		t.Fatal(err)
	}
	events := died()
	if err := w.Append(events...); err != nil {
		t.Fatal(err)
	}
	return w
}

func note(t testing.TB, w *runlog.Writer, path string) {
	t.Helper()
	if err := w.Temporary(path); err != nil {
		t.Fatal(err)
	}
}

func isThere(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, os.ErrNotExist)
}

func TestTemporaryFilesOfAKilledRunAreRemovedByTheNext(t *testing.T) {
	state, out := t.TempDir(), t.TempDir()
	w := working(t, state, "1")
	var made []string
	for _, name := range []string{".dagrun-A.tmp", ".dagrun-two\nlines \"quoted\".tmp", ".dagrun-\xff\xfe.tmp", ".dagrun-🔥.tmp"} {
		path := filepath.Join(out, name)
		note(t, w, path)
		makeFile(t, path)
		made = append(made, path)
	}
	note(t, w, filepath.Join(out, ".dagrun-never made.tmp"))
	if info, err := os.Stat(filepath.Join(runlog.Dir(state, "a", "1"), "temporary")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the list is %v, %v, want one for the user only", info, err)
	}
	other := filepath.Join(out, ".dagrun-of another run.tmp")
	makeFile(t, other)
	if err := w.Close(); err != nil { // as a kill closes the log
		t.Fatal(err)
	}
	closed, err := runlog.Recover(state, "a", time.Now)
	if err != nil || len(closed) != 1 {
		t.Fatal(describe(closed), err)
	}
	for _, path := range made {
		if isThere(path) {
			t.Errorf("%q is still there", path)
		}
	}
	if !isThere(other) {
		t.Error("a file that was not listed was removed")
	}
	if isThere(filepath.Join(runlog.Dir(state, "a", "1"), "temporary")) {
		t.Error("the list is still there")
	}
}

func TestOnlyTemporaryFilesAreSwept(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	t.Chdir(out)
	folder, link := filepath.Join(out, ".dagrun-folder.tmp"), filepath.Join(out, ".dagrun-link.tmp")
	result, relative := filepath.Join(out, "result.csv"), filepath.Join(out, ".dagrun-relative.tmp")
	makeFile(t, result)
	makeFile(t, relative)
	if err := errors.Join(os.Mkdir(folder, 0o700), os.Symlink(result, link)); err != nil {
		t.Fatal(err)
	}
	list := fmt.Sprintf("%q\n%q\n%q\n%q\n%q\nno quotes\n\x00\n%q\n\"/torn", folder, link, result, ".dagrun-relative.tmp", out+"/.dagrun-x.tmp/../result.csv", out+"/.dagrun-gone.tmp")
	if err := os.WriteFile(filepath.Join(dir, "temporary"), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := runlog.Sweep(dir); err != nil {
		t.Error(err)
	}
	for _, path := range []string{folder, link, result, relative} {
		if !isThere(path) {
			t.Errorf("%s was removed", path)
		}
	}
	if isThere(filepath.Join(dir, "temporary")) {
		t.Error("the list is still there")
	}
}

func TestWhatCannotBeSweptStaysListed(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	stuck, fine := filepath.Join(out, "file", ".dagrun-stuck.tmp"), filepath.Join(out, ".dagrun-fine.tmp")
	makeFile(t, fine)
	makeFile(t, filepath.Join(out, "file")) // what should be a folder: ENOTDIR
	list := filepath.Join(dir, "temporary")
	if err := os.WriteFile(list, fmt.Appendf(nil, "%q\n%q\n", stuck, fine), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := runlog.Sweep(dir); err == nil || !strings.Contains(err.Error(), stuck) {
		t.Errorf("got %v, want that %s cannot be removed", err, stuck)
	}
	if isThere(fine) {
		t.Error("the other was not removed")
	}
	if diff := cmp.Diff(fmt.Sprintf("%q\n", stuck), content(t, list)); diff != "" {
		t.Errorf("the list (-want +got):\n%s", diff)
	}
}

func TestSweepingWhatHasNoListDoesNothing(t *testing.T) {
	if err := runlog.Sweep(filepath.Join(t.TempDir(), "gone")); err != nil {
		t.Error(err)
	}
}

func TestStepsNoteTemporaryFilesSideBySide(t *testing.T) {
	state, out := t.TempDir(), t.TempDir()
	w := working(t, state, "1")
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			path := filepath.Join(out, fmt.Sprintf(".dagrun-%d.tmp", i))
			if err := errors.Join(w.Temporary(path), os.WriteFile(path, nil, 0o600)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := errors.Join(w.Close(), runlog.Sweep(runlog.Dir(state, "a", "1"))); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(out); err != nil || len(left) > 0 {
		t.Errorf("%v are left, %v", left, err)
	}
}

func TestALogThatIsNoFileHasNoList(t *testing.T) {
	if err := runlog.New(new(strings.Builder), runID).Temporary(filepath.Join(t.TempDir(), ".dagrun-x.tmp")); err != nil {
		t.Error(err)
	}
}
