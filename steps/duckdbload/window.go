package duckdbload

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"

	"dagrun/steps/internal/compression"
)

// window shows a stretch of a text file, decompressed, that grows and moves on
// as its reader asks.
type window struct {
	in    io.Reader
	buf   []byte // what is shown is buf[from:to]
	from  int
	to    int
	last  bool // the stretch reaches to the end of the file
	close func()
}

const (
	windowSize = 1 << 20
	// byteOrderMark may begin a file in UTF-8.
	byteOrderMark = "\xef\xbb\xbf"
)

// openWindow opens a file and decompresses it on the way.
func openWindow(path string, packed compression.Format) (*window, error) {
	f, err := os.Open(path) //nolint:gosec // the path is what the pipeline says
	if err != nil {
		return nil, err
	}
	var from io.Reader = f
	if packed != compression.None {
		from = bufio.NewReaderSize(f, windowSize)
	}
	in, err := packed.Reader(from)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	w := &window{in: in, buf: make([]byte, windowSize), close: func() { _ = in.Close(); _ = f.Close() }}
	return w, nil
}

// data is what the window shows.
func (w *window) data() []byte { return w.buf[w.from:w.to] }

// skip moves the window past n bytes of data.
func (w *window) skip(n int) { w.from += n }

// unread has the window show data once more, which was the last that it gave or
// was read past it.
func (w *window) unread(data []byte) {
	if len(w.data()) > 0 {
		w.from -= len(data)
		return
	}
	w.from, w.to = 0, copy(w.buf, data)
}

// more shows more data, or sets last when there is none. It is where a survey
// heeds its context.
func (w *window) more(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if w.from > 0 {
		w.to = copy(w.buf, w.buf[w.from:w.to])
		w.from = 0
	}
	if w.to == len(w.buf) {
		w.buf = append(w.buf, make([]byte, len(w.buf))...)
	}
	for w.to < len(w.buf) {
		n, err := w.in.Read(w.buf[w.to:])
		w.to += n
		if errors.Is(err, io.EOF) {
			w.last = true
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}
