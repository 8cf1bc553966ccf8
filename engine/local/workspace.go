package local

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"dagrun/engine"
)

// workspace makes an attempt's output files. Each is written to a temporary
// file beside its place, and renamed into it by commit.
type workspace struct {
	dir     string
	note    func(path string) error // of a temporary file, before it is made
	mu      sync.Mutex
	pending []*pendingFile
	named   []string // temporary files that the step makes itself
	records []engine.FileRecord
}

func newWorkspace(dir string, note func(path string) error) *workspace {
	return &workspace{dir: dir, note: note}
}

// Create implements engine.FileMaker.
func (w *workspace) Create(path string) (engine.OutputFile, error) {
	path = engine.Resolve(w.dir, path)
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link stays a link to the new file
	}
	f, err := w.createTemp(path)
	if err != nil {
		return nil, unwritable(path, err)
	}
	p := &pendingFile{temp: f, path: path, hash: sha256.New(), owner: w}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending = append(w.pending, p)
	return p, nil
}

func (w *workspace) createTemp(path string) (*os.File, error) {
	dir := filepath.Dir(path)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, errFolder
	}
	if err := os.MkdirAll(dir, 0o777); err != nil { //nolint:gosec // the umask decides, as for any output
		return nil, err
	}
	temp, err := w.name(dir)
	if err != nil {
		return nil, err
	}
	return os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, modeOf(path)) //nolint:gosec // the path is what the pipeline says
}

// name makes the name of a temporary file in a folder, and notes it.
func (w *workspace) name(dir string) (string, error) {
	temp := filepath.Join(dir, ".dagrun-"+rand.Text()+".tmp")
	if w.note == nil {
		return temp, nil
	}
	return temp, w.note(temp)
}

// Temporary implements engine.FileMaker.
func (w *workspace) Temporary(path string) (string, error) {
	temp, err := w.name(filepath.Dir(engine.Resolve(w.dir, path)))
	if err != nil {
		return "", unwritable(path, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.named = append(w.named, temp)
	return temp, nil
}

// modeOf keeps the permissions of a file that is replaced; the umask applies
// to a new one.
func modeOf(path string) fs.FileMode {
	if info, err := os.Stat(path); err == nil {
		return info.Mode().Perm()
	}
	return 0o666
}

// unwritableError is a step error that still knows its file.
type unwritableError struct {
	engine.StepError
	path string
}

// Unwrap gives the step error.
func (e *unwritableError) Unwrap() error { return &e.StepError }

func unwritable(path string, err error) error {
	return &unwritableError{path: path, StepError: engine.StepError{
		Code: "output_unwritable", Retryable: true, Err: err,
		Message: fmt.Sprintf("write %s", path),
		Remedy:  remedyFor(err),
	}}
}

var errFolder = errors.New("there is a folder of that name")

func remedyFor(err error) string {
	if remedy := engine.RoomRemedy(err); remedy != "" {
		return remedy
	}
	switch {
	case errors.Is(err, errFolder):
		return "Give the file another name, or remove the folder."
	case errors.Is(err, fs.ErrPermission):
		return "Give the user who runs the pipeline the right to write there, or choose another folder."
	case errors.Is(err, syscall.EROFS):
		return "The file system is mounted read-only: mount it for writing, or choose another folder."
	}
	return "Check that the folder can be written and that the disk has room."
}

// commit puts every file that is still pending in its place.
func (w *workspace) commit() error {
	for _, p := range w.pending {
		if err := p.Commit(); err != nil {
			return err
		}
	}
	return nil
}

// abort removes what was not committed.
func (w *workspace) abort() {
	for _, temp := range w.named {
		_ = os.Remove(temp)
	}
	for _, p := range w.pending {
		if !p.done {
			_ = p.temp.Close()
			_ = os.Remove(p.temp.Name())
		}
	}
}

// pendingFile is an output file under construction. The temporary file is not
// embedded: every byte has to pass Write.
type pendingFile struct {
	temp  *os.File
	path  string
	hash  hash.Hash
	size  int64
	done  bool
	owner *workspace
}

// Write implements io.Writer; it also hashes what it is given.
func (p *pendingFile) Write(b []byte) (int, error) {
	n, err := p.temp.Write(b)
	p.hash.Write(b[:n])
	p.size += int64(n)
	if err != nil {
		return n, unwritable(p.path, err)
	}
	return n, nil
}

// Commit implements engine.OutputFile.
func (p *pendingFile) Commit() error {
	if p.done {
		return nil
	}
	if err := errors.Join(p.temp.Sync(), p.temp.Close()); err != nil {
		return unwritable(p.path, err)
	}
	if err := os.Rename(p.temp.Name(), p.path); err != nil {
		return unwritable(p.path, err)
	}
	p.done = true
	syncFolder(filepath.Dir(p.path))
	p.owner.mu.Lock()
	defer p.owner.mu.Unlock()
	p.owner.records = append(p.owner.records, engine.FileRecord{
		Path: p.path, Role: engine.Writes, Size: p.size, SHA256: hex.EncodeToString(p.hash.Sum(nil)),
	})
	return nil
}

// syncFolder makes a rename durable. Some file systems cannot; the rename
// itself has happened all the same.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil { //nolint:gosec // the folder of an output
		_ = d.Sync()
		_ = d.Close()
	}
}
