package runlog

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dagrun/engine"
)

// Run is a run in the history.
type Run struct {
	ID      string // the name of its folder
	Dir     string // of the log and what else the run keeps
	Started *engine.RunStarted
	// Finished is nil while the run is at work, and for one that crashed and
	// was not recovered.
	Finished *engine.RunFinished
}

// Pipeline is the name of the run's pipeline.
func (r Run) Pipeline() string { return r.Started.Pipeline }

// Log is the path of the run's log.
func (r Run) Log() string { return filepath.Join(r.Dir, FileName) }

// Idle reports whether the run ended before it began, and did nothing.
func (r Run) Idle() bool { return r.Finished != nil && r.Finished.Idle() }

// Partial reports whether the run was confined to some of the pipeline's steps,
// and does not build on another run.
func (r Run) Partial() bool {
	return len(r.Started.Targets)+len(r.Started.Exclusions) > 0 && r.Started.ResumedFrom == ""
}

// Events reads the run's log, as Read does.
func (r Run) Events() iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		f, err := os.Open(r.Log())
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.Close() //nolint:errcheck // it was only read
		Read(f)(yield)
	}
}

// ErrUnreadable is the error of a history, or of a log in it, that cannot be
// read.
var ErrUnreadable = errors.New("read the history")

// Dir is the folder of a run.
func Dir(stateDir, pipeline, runID string) string {
	return filepath.Join(stateDir, "runs", PathName(pipeline), PathName(runID))
}

// PathName makes any name the name of a file: what is not a letter or digit of
// ASCII, a dash, an underscore or a dot is written as in URLs, and so is a dot
// in front. Different names stay different.
func PathName(name string) string {
	out := make([]byte, 0, 64)
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.' && i > 0:
			out = append(out, c)
		default:
			out = fmt.Appendf(out, "%%%02X", c)
		}
	}
	return string(out)
}

// nameOf is the inverse of PathName. It is false for a name that PathName does
// not write: what bears it is not ours.
func nameOf(file string) (string, bool) {
	if _, ours := parseID(file); ours {
		return file, true
	}
	name, err := url.PathUnescape(file)
	return name, err == nil && PathName(name) == file
}

// Pipelines lists the names of the pipelines that have a history, in the order
// of the alphabet.
func Pipelines(stateDir string) ([]string, error) {
	found, err := subfolders(filepath.Join(stateDir, "runs"))
	names := make([]string, 0, len(found))
	for _, f := range found {
		names = append(names, f.id)
	}
	slices.Sort(names)
	return names, err
}

// History gives the runs of a pipeline, or with an empty name of every
// pipeline, the newest first: runs are ordered by their ids, see NewID, never
// by what a clock said. The beginning and the end of a log are read when it is
// reached. A folder that is just being made, without the start of a run yet, is
// left out. What cannot be read comes as an error, with the run's ID and Dir
// where it is one run's log, and does not end the history; one that died as it
// began comes as ErrNoBeginning.
func History(stateDir, pipeline string) iter.Seq2[Run, error] {
	return func(yield func(Run, error) bool) {
		found, err := foldersOf(stateDir, pipeline)
		if err != nil && !yield(Run{}, err) {
			return
		}
		for _, f := range found {
			run, err := f.open()
			if err == nil && run.Started == nil {
				err = run.noBeginning()
			}
			if (err != nil || run.Started != nil) && !yield(run, err) {
				return
			}
		}
	}
}

// List gives what History gives, all at once. The errors of what cannot be read
// are joined.
func List(stateDir, pipeline string) ([]Run, error) {
	var runs []Run
	var unread []error
	for run, err := range History(stateDir, pipeline) {
		if err != nil {
			unread = append(unread, err)
			continue
		}
		runs = append(runs, run)
	}
	return runs, errors.Join(unread...)
}

// folder is one of the history's: a pipeline's or a run's.
type folder struct{ id, dir string }

// foldersOf lists the folders of a pipeline's runs, or of every pipeline's, the
// newest first.
func foldersOf(stateDir, pipeline string) ([]folder, error) {
	parents := []folder{{pipeline, Dir(stateDir, pipeline, "")}}
	var unread []error
	if pipeline == "" {
		var err error
		parents, err = subfolders(filepath.Join(stateDir, "runs"))
		unread = append(unread, err)
	}
	var found []folder
	for _, parent := range parents {
		runs, err := subfolders(parent.dir)
		found, unread = append(found, runs...), append(unread, err)
	}
	slices.SortFunc(found, func(a, b folder) int { return strings.Compare(b.id, a.id) })
	return found, errors.Join(unread...)
}

// subfolders lists the folders in a folder, with the names that they stand for;
// none if there is no such folder.
func subfolders(dir string) ([]folder, error) {
	d, err := os.Open(dir) //nolint:gosec // a folder of the history
	var entries []fs.DirEntry
	if err == nil {
		entries, err = d.ReadDir(-1)
		err = errors.Join(err, d.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	found := make([]folder, 0, len(entries))
	for _, e := range entries {
		if id, ours := nameOf(e.Name()); ours && e.IsDir() {
			found = append(found, folder{id, dir + string(filepath.Separator) + e.Name()})
		}
	}
	return found, nil
}
