package runlog

import (
	"bytes"
	"io"
	"sync"
)

// LineWriter masks what passes through it, line by line.
type LineWriter struct {
	redactor *Redactor
	out      io.Writer

	mu      sync.Mutex
	pending []byte // the line that has not ended
}

// Writer gives a writer that masks secrets on the way to out. A line is held
// until it ends, so that a secret is found however it was cut into writes; of a
// secret with several lines, each write's share is found, or each line of eight
// or more characters. Close, or Flush, passes on a last line without an end.
func (r *Redactor) Writer(out io.Writer) *LineWriter { return &LineWriter{redactor: r, out: out} }

// Write takes text. What it reports is whether lines could be passed on.
func (w *LineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending = append(w.pending, p...)
	end := bytes.LastIndexByte(w.pending, '\n') + 1
	if err := w.pass(end); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush passes on what is held.
func (w *LineWriter) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pass(len(w.pending))
}

// Close is Flush; it does not close what is written to.
func (w *LineWriter) Close() error { return w.Flush() }

func (w *LineWriter) pass(end int) error {
	if end == 0 {
		return nil
	}
	_, err := io.WriteString(w.out, w.redactor.String(string(w.pending[:end])))
	w.pending = append(w.pending[:0], w.pending[end:]...)
	return err
}
