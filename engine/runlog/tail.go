package runlog

import (
	"bytes"
	"errors"
	"io"
	"os"

	"dagrun/engine"
)

// Line is a line of a log.
type Line struct {
	Data  []byte       // as it stands there, without its end; valid until the next line is read
	Event engine.Event // nil when Err is not
	Err   error        // a *LineError
}

// Tail reads a log that may still be written.
type Tail struct {
	file   *os.File
	buf    []byte // what was read and not given out
	offset int64  // of buf in the file
	number int    // of lines given out
}

// Tail opens the run's log at its beginning. The caller closes it.
func (r Run) Tail() (*Tail, error) {
	f, err := os.Open(r.Log())
	return &Tail{file: f}, err
}

// Close closes the file.
func (t *Tail) Close() error { return t.file.Close() }

// Next gives the next line. It is false when there is none yet; a line that is
// partly written comes when it is whole, or from Rest. The error is that of the
// file.
func (t *Tail) Next() (Line, bool, error) {
	for searched := 0; ; {
		if i := bytes.IndexByte(t.buf[searched:], '\n'); i >= 0 {
			data := t.buf[:searched+i]
			t.buf, t.offset = t.buf[searched+i+1:], t.offset+int64(searched+i+1)
			return t.give(data, true), true, nil
		}
		searched = len(t.buf)
		if more, err := t.fill(); err != nil || !more {
			t.buf = nil // the part of a line may be cut off and written anew
			return Line{}, false, err
		}
	}
}

// Rest gives a last line without an end.
func (t *Tail) Rest() (Line, bool, error) {
	data, err := io.ReadAll(io.NewSectionReader(t.file, t.offset, 1<<62))
	if err != nil || len(data) == 0 {
		return Line{}, false, err
	}
	return t.give(data, false), true, nil
}

func (t *Tail) give(data []byte, whole bool) Line {
	t.number++
	e, err := line{t.number, data, whole}.event()
	return Line{Data: data, Event: e, Err: err}
}

// fill reads on. It is false at the end of the file.
func (t *Tail) fill() (bool, error) {
	have := len(t.buf)
	room := max(64<<10, have)
	t.buf = append(t.buf, make([]byte, room)...)
	n, err := t.file.ReadAt(t.buf[have:], t.offset+int64(have))
	t.buf = t.buf[:have+n]
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n > 0, err
}
