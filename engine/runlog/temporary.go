package runlog

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// temporaryName is the file beside a log that lists the run's temporary files.
const temporaryName = "temporary"

// temporaries is the list of a run that is under way.
type temporaries struct {
	mu   sync.Mutex
	file *os.File // nil until there is something to list
}

// Temporary notes a temporary file before it is made, so that Sweep can remove
// it when the process dies. The list is a file beside the log, one path a line
// in the quotes of Go, which keep every byte of a name. A log that is not a
// file has no list, and nothing is noted.
func (w *Writer) Temporary(path string) error {
	if w.file == nil {
		return nil
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("note a temporary file: %w", err)
	}
	if err := w.temporaries.add(filepath.Dir(w.file.Name()), path); err != nil {
		return fmt.Errorf("note a temporary file: %w", err)
	}
	return nil
}

func (t *temporaries) add(dir, path string) (err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.file == nil {
		const flags = os.O_WRONLY | os.O_CREATE | os.O_APPEND
		if t.file, err = os.OpenFile(filepath.Join(dir, temporaryName), flags, 0o600); err != nil { //nolint:gosec // the run's folder
			return err
		}
	}
	_, err = t.file.WriteString(strconv.Quote(path) + "\n")
	return err
}

func (t *temporaries) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.file == nil {
		return nil
	}
	err := t.file.Close()
	t.file = nil
	return err
}

// Sweep removes the temporary files that a run's list names and that are still
// there, and then the list. It is for a run that makes no more of them: after
// its Writer was closed, or when its process is dead. Only files named
// .dagrun-*.tmp are removed, whatever the list says. What cannot be removed is
// in the error and stays listed.
func Sweep(dir string) error {
	list := filepath.Join(dir, temporaryName)
	data, err := os.ReadFile(list) //nolint:gosec // a folder of the history
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the list of temporary files: %w", err)
	}
	var left bytes.Buffer
	var failed []error
	for quoted := range strings.Lines(string(data)) {
		path, err := strconv.Unquote(strings.TrimSuffix(quoted, "\n"))
		if err != nil || !isTemporary(path) { // a line that was cut off is about a file that was not yet made
			continue
		}
		if err := removeFile(path); err != nil {
			left.WriteString(strconv.Quote(path) + "\n")
			failed = append(failed, fmt.Errorf("remove a temporary file: %w", err))
		}
	}
	return errors.Join(append(failed, replaceList(list, left.Bytes()))...)
}

func isTemporary(path string) bool {
	base := filepath.Base(path)
	return filepath.IsAbs(path) && strings.HasPrefix(base, ".dagrun-") && strings.HasSuffix(base, ".tmp")
}

// removeFile removes a file; what is not there or no plain file is left.
func removeFile(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return nil
	}
	return os.Remove(path)
}

// replaceList writes a list anew, or removes it when it would be empty.
func replaceList(path string, list []byte) error {
	if len(list) == 0 {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the list of temporary files: %w", err)
		}
		return nil
	}
	next := path + ".new"
	if err := os.WriteFile(next, list, 0o600); err != nil {
		return fmt.Errorf("write the list of temporary files: %w", err)
	}
	return os.Rename(next, path)
}
