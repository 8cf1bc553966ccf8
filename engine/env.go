package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Env is what an attempt may use of the world besides its arguments. It is
// valid until the step's run function returns.
type Env struct {
	RunID       string
	Origin      string // the first of the runs that were resumed one from the other; RunID where none was
	Pipeline    string
	Step        Address
	Attempt     int       // counts from 1
	LogicalTime time.Time // in the pipeline's time zone
	WorkingDir  string    // absolute; the base of relative paths

	// Log takes what the step has to say. It goes to the run log and the
	// console; sensitive values are masked there.
	Log *slog.Logger
	// Progress reports work done out of total (0 when unknown), in a unit
	// such as "rows" or "bytes". It may be called often; it is thinned out.
	Progress func(done, total int64, unit string)
	// Files makes the files that the attempt writes.
	Files FileMaker
	// Finally takes work that cannot be taken back, such as deleting an input.
	// It is done when everything else has succeeded: the step has returned, its
	// postconditions hold and its files are in place. It fails the attempt when
	// it fails, and is not done when anything else does.
	Finally func(work func(ctx context.Context) error)
}

// FileMaker makes files that appear whole or not at all.
type FileMaker interface {
	// Create begins a file that will stand at path (absolute, or relative to
	// the working directory). Missing folders are made. What is written goes
	// to a temporary file in the same folder. When the attempt succeeds, it
	// is synced and renamed into place; when it fails, it is removed.
	Create(path string) (OutputFile, error)
	// Temporary names a file beside path that is not there yet, for what has
	// to be written by name. Whatever stands there when the attempt ends is
	// removed; if the process dies before, the next run removes it.
	Temporary(path string) (string, error)
}

// OutputFile is a file under construction.
type OutputFile interface {
	io.Writer
	// Commit puts the file in its place now, for a step that needs it there
	// before it returns. Nothing can be written afterwards.
	Commit() error
}

// Path makes p absolute and clean, relative to the working directory.
func (e *Env) Path(p string) string { return Resolve(e.WorkingDir, p) }

// Resolve makes p absolute and clean, relative to dir.
func Resolve(dir, p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(dir, p)
}

// Inputs expands paths and globs to existing files, in the order given and
// sorted within a glob; a file named twice is listed once. A path that does
// not exist, is a folder, or a glob that matches nothing is a StepError about
// the named argument with the code "input_missing".
func (e *Env) Inputs(argument string, patterns ...string) ([]string, error) {
	var files []string
	seen := map[string]bool{}
	for _, pattern := range patterns {
		found, err := expand(e.Path(pattern))
		if err != nil {
			return nil, &StepError{
				Code: "input_missing", Argument: argument, Err: err,
				Message: fmt.Sprintf("read %s %q", argument, pattern),
				Remedy:  fmt.Sprintf("Check the path; relative paths start at %s.", e.WorkingDir),
			}
		}
		for _, f := range found {
			if !seen[f] {
				seen[f] = true
				files = append(files, f)
			}
		}
	}
	return files, nil
}

// IsGlob reports whether a path has glob characters.
func IsGlob(path string) bool { return strings.ContainsAny(path, "*?[") }

// hidden reports whether a part of a path that a glob matched begins with a
// point and that of the glob does not: * is not for such names, as in a shell.
func hidden(glob, path string) bool {
	parts := strings.Split(path, string(filepath.Separator))
	for i, want := range strings.Split(glob, string(filepath.Separator)) {
		if i < len(parts) && strings.HasPrefix(parts[i], ".") && !strings.HasPrefix(want, ".") {
			return true
		}
	}
	return false
}

// expand lists the files that an absolute path or glob names. A path that
// exists is taken literally, whatever characters it has.
func expand(path string) ([]string, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return nil, errors.New("it is a folder, not a file")
	case err == nil && !info.Mode().IsRegular():
		return nil, errors.New("it is a pipe or a device, not a file")
	case err == nil:
		return []string{path}, nil
	case !errors.Is(err, fs.ErrNotExist) || !IsGlob(path):
		return nil, err
	}
	found, err := filepath.Glob(path)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, f := range found {
		if info, err := os.Stat(f); err == nil && info.Mode().IsRegular() && !hidden(path, f) {
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no file matches %s", path)
	}
	return files, nil
}
