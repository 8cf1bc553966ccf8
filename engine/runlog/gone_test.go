package runlog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dagrun/engine/runlog"
)

func TestALogThatIsNoLongerThereIsNoRecord(t *testing.T) {
	for name, spoil := range map[string]func(dir string) error{
		"the log is removed":     func(dir string) error { return os.Remove(filepath.Join(dir, runlog.FileName)) },
		"its folder is removed":  os.RemoveAll,
		"its folder is moved":    func(dir string) error { return os.Rename(dir, dir+".away") },
		"another takes its name": replaceLog,
	} {
		dir := filepath.Join(t.TempDir(), "run")
		w, err := runlog.Create(dir, runID)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Append(aRun()...); err != nil {
			t.Fatal(err)
		}
		if err := w.Sync(); err != nil {
			t.Fatal(err)
		}
		if w.Gone() {
			t.Errorf("%s: it is gone before", name)
		}
		if err := spoil(dir); err != nil {
			t.Fatal(err)
		}
		if !w.Gone() {
			t.Errorf("%s: it is not gone", name)
		}
		if err := w.Close(); err == nil || !strings.Contains(err.Error(), "no longer there") || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: got %v, want that the log is no longer there", name, err)
		}
	}
}

func replaceLog(dir string) error {
	path := filepath.Join(dir, runlog.FileName)
	if err := os.Rename(path, path+".old"); err != nil {
		return err
	}
	return os.WriteFile(path, nil, 0o600)
}
