package runlog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// FileName is the name of a log in its run's folder.
const FileName = "log.jsonl"

// logFile is the file of a Writer and the folders that were touched to make it.
type logFile struct {
	*os.File

	// folders are those whose entries have to become durable with the log:
	// the run's, and the parents of all that had to be made.
	folders []string
	once    sync.Once
	err     error
}

// Create begins the log of a run in its folder, see Dir. The folder is made if
// it is missing; a log that exists is an error. Only the user may read either.
// Until the Writer is closed or the process ends, the log is held, so that
// others know the run is alive: see UnderWay.
func Create(dir, runID string, options ...Option) (*Writer, error) {
	folders, err := makeFolders(dir)
	if err != nil {
		return nil, fmt.Errorf("make the run's folder: %w", err)
	}
	const flags = os.O_WRONLY | os.O_CREATE | os.O_EXCL | os.O_APPEND
	f, err := os.OpenFile(filepath.Join(dir, FileName), flags, 0o600) //nolint:gosec // the caller's folder
	if err != nil {
		return nil, fmt.Errorf("create the run log: %w", err)
	}
	if err := hold(f, syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the run log %s: %w", f.Name(), err), f.Close())
	}
	w := New(f, runID, options...)
	w.file = &logFile{File: f, folders: folders}
	return w, nil
}

// makeFolders makes dir and its missing parents, and lists the folders whose
// entries that changes, dir included.
func makeFolders(dir string) ([]string, error) {
	folders := []string{dir}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
			break
		}
		folders = append(folders, filepath.Dir(at))
	}
	return folders, os.MkdirAll(dir, 0o700)
}

// Sync makes everything appended so far durable. The engine calls it before
// effects outside the machine. A failure is final, as for Append: after it,
// nobody knows what the disk holds.
func (w *Writer) Sync() error {
	if w.file == nil {
		return nil
	}
	if err := w.file.sync(); err != nil {
		return w.fail(fmt.Errorf("sync the run log: %w", err))
	}
	return nil
}

// Close makes the log durable and closes it. A Writer is closed once, after
// the last Append.
func (w *Writer) Close() error {
	if w.file == nil {
		return nil
	}
	if err := errors.Join(w.file.sync(), w.file.Close(), w.temporaries.close()); err != nil {
		return w.fail(fmt.Errorf("close the run log: %w", err))
	}
	return nil
}

// errGone says that what is written is in no folder any more.
var errGone = errors.New("the file is no longer there: it, or a folder above it, was removed or replaced")

// sync syncs the file, and the first time its folders. A record that nobody can
// find again is none.
func (f *logFile) sync() error {
	if err := f.inPlace(); err != nil {
		return err
	}
	f.once.Do(func() {
		for _, dir := range f.folders {
			f.err = errors.Join(f.err, syncFolder(dir))
		}
	})
	return errors.Join(f.Sync(), f.err)
}

// Gone reports whether the log was removed or replaced. What cannot be told, as
// while a server does not answer, is not gone.
func (w *Writer) Gone() bool {
	if w.file == nil {
		return false
	}
	opened, err := w.file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(w.file.Name())
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
	}
	return !os.SameFile(opened, there)
}

// inPlace checks that the file is still the one at its path.
func (f *logFile) inPlace() error {
	opened, err := f.Stat()
	if err != nil {
		return err
	}
	if there, err := os.Stat(f.Name()); err != nil || !os.SameFile(opened, there) {
		return fmt.Errorf("%s: %w", f.Name(), errGone)
	}
	return nil
}

// syncFolder makes the entries of a folder durable, where the file system can
// do that and the folder is the user's to open; where not, the entries are made
// all the same.
func syncFolder(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the folder of a log
	if err == nil {
		err = errors.Join(d.Sync(), d.Close())
	}
	for _, harmless := range []error{fs.ErrPermission, errors.ErrUnsupported, syscall.EINVAL} {
		if errors.Is(err, harmless) {
			return nil
		}
	}
	return err
}
