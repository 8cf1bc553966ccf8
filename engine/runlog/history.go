package runlog

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dagrun/engine"
)

// Run is a run in the history.
type Run struct {
	ID      string
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

// Dir is the folder of a run.
func Dir(stateDir, pipeline, runID string) string {
	return filepath.Join(stateDir, "runs", PathName(pipeline), PathName(runID))
}

// PathName makes any name the name of a file: what is not a letter or digit of
// ASCII, a dash, an underscore or a dot is written as in URLs, and so is a dot
// in front. Different names stay different.
func PathName(name string) string {
	var out strings.Builder
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.' && i > 0:
			out.WriteByte(c)
		default:
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}

// List gives the runs of a pipeline, or with an empty name of every pipeline,
// the newest first. It reads the beginning and the end of each log. A folder
// without the start of a run, such as one that is just being made, is left out.
// What cannot be read is in the error, and does not keep the rest from the list.
func List(stateDir, pipeline string) ([]Run, error) {
	all := Dir(stateDir, pipeline, "")
	parents := []string{all}
	if pipeline == "" {
		var err error
		if parents, err = subfolders(all); err != nil {
			return nil, err
		}
	}
	var runs []Run
	var unread []error
	for _, parent := range parents {
		dirs, err := subfolders(parent)
		unread = append(unread, err)
		for _, dir := range dirs {
			run, err := open(dir)
			if err != nil {
				unread = append(unread, fmt.Errorf("read the history: %w", err))
			} else if run.Started != nil {
				runs = append(runs, run)
			}
		}
	}
	slices.SortStableFunc(runs, newestFirst)
	return runs, errors.Join(unread...)
}

// Find finds a run.
func Find(stateDir, pipeline, ref string) (Run, error) {
	runs, err := List(stateDir, pipeline)
	for _, r := range runs {
		if ref == "latest" && (r.Finished == nil || r.Finished.Result != engine.RunSkipped) || r.ID == ref {
			return r, nil
		}
	}
	return Run{}, errors.Join(errors.New("no such run"), err)
}

func newestFirst(a, b Run) int {
	if c := b.Started.Time.Compare(a.Started.Time.Time); c != 0 {
		return c
	}
	return strings.Compare(b.ID, a.ID)
}

// subfolders lists the folders in a folder; none if there is no such folder.
func subfolders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out, nil
}

// open reads the ends of the log in a folder. Where there is no run, Started
// is nil.
func open(dir string) (Run, error) {
	f, err := os.Open(filepath.Join(dir, FileName)) //nolint:gosec // a folder of the history
	if errors.Is(err, fs.ErrNotExist) {
		return Run{}, nil
	}
	if err != nil {
		return Run{}, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	run := Run{Dir: dir}
	first, err := readLine(bufio.NewReader(f))
	if err != nil && !errors.Is(err, io.EOF) {
		return run, err
	}
	if e, err := decode(first); err == nil {
		run.Started, _ = e.(*engine.RunStarted)
	}
	if run.Started == nil {
		return run, nil
	}
	run.ID = run.Started.RunID
	last, err := lastLine(f)
	if err != nil {
		return run, err
	}
	if e, err := decode(last); err == nil {
		run.Finished, _ = e.(*engine.RunFinished)
	}
	return run, nil
}

// lastLine gives the last line of a file, reading from its end.
func lastLine(f *os.File) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	for want := int64(4 << 10); ; want *= 4 {
		start := max(info.Size()-want, 0)
		data := make([]byte, info.Size()-start)
		n, err := f.ReadAt(data, start)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		data = bytes.TrimSuffix(data[:n], []byte("\n"))
		if i := bytes.LastIndexByte(data, '\n'); i >= 0 || start == 0 {
			return data[i+1:], nil
		}
	}
}
