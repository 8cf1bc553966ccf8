package runlog

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"dagrun/engine"
)

// open reads the beginning and the end of the log in a folder. Where the log
// has not begun, as when it is just being made, Started is nil.
func (f folder) open() (Run, error) {
	run := Run{ID: f.id, Dir: f.dir}
	log, err := os.Open(filepath.Join(f.dir, FileName))
	if errors.Is(err, fs.ErrNotExist) {
		return run, nil
	}
	if err != nil {
		return run, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	defer log.Close() //nolint:errcheck // it was only read
	if err := run.read(log); err != nil {
		return run, fmt.Errorf("%w: %s: %w", ErrUnreadable, run.Log(), err)
	}
	return run, nil
}

// read takes what the two ends of a log tell.
func (r *Run) read(log *os.File) error {
	first, err := readLine(bufio.NewReader(log))
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	start, startErr := decode(first)
	if err != nil && startErr != nil {
		return nil // empty, or cut off in the first line
	}
	if startErr != nil {
		return startErr
	}
	var ok bool
	if r.Started, ok = start.(*engine.RunStarted); !ok {
		return fmt.Errorf("it begins with %s, not with run_started", start.Kind())
	}
	last, err := lastLine(log)
	if err != nil {
		return err
	}
	if e, err := decode(last); err == nil {
		r.Finished, _ = e.(*engine.RunFinished)
	}
	return nil
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
