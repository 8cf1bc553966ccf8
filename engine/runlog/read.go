package runlog

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"dagrun/engine"
)

// ErrTorn is the error of a last line that was cut off, as a process that dies
// while it writes leaves it. Everything before it was read.
var ErrTorn = errors.New("the last line is cut off")

// LineError is a line that could not be read.
type LineError struct {
	Line int // counts from 1
	Err  error
}

// Error names the line.
func (e *LineError) Error() string { return fmt.Sprintf("line %d of the run log: %v", e.Line, e.Err) }

// Unwrap gives the cause.
func (e *LineError) Unwrap() error { return e.Err }

// isLine reports whether an error is about a line, and not about the file.
func isLine(err error) bool {
	var l *LineError
	return errors.As(err, &l)
}

// Unknown is an event that a newer version of dagrun added to the format.
type Unknown struct {
	engine.Header
	Line json.RawMessage // the whole object
}

// Kind is the event's name in the run log.
func (u *Unknown) Kind() string { return u.Event }

// Read gives the events of a log in order, each in its type, lines of any
// length. Fields that it does not know are passed over, and events that it does
// not know come as *Unknown. A line that is no event is a *LineError, after
// which the following lines can still be read; on a last line without an end
// it wraps ErrTorn. Any other error is the reader's own, and the last.
func Read(r io.Reader) iter.Seq2[engine.Event, error] {
	return func(yield func(engine.Event, error) bool) {
		for l, err := range lines(r) {
			var e engine.Event
			if err == nil {
				e, err = l.event()
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// line is a line of a log as it stands in the file.
type line struct {
	number int
	data   []byte // valid until the next line is read
	whole  bool   // it ended with a newline, which is not in data
}

// lines gives the lines of a log, and at last the reader's error, if any.
func lines(r io.Reader) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		in := bufio.NewReaderSize(r, 64<<10)
		for number := 1; ; number++ {
			data, err := readLine(in)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(line{}, fmt.Errorf("read the run log: %w", err))
				return
			}
			whole := err == nil
			if !whole && len(data) == 0 {
				return
			}
			if !yield(line{number, bytes.TrimSuffix(data, []byte("\n")), whole}, nil) || !whole {
				return
			}
		}
	}
}

// readLine gives a line with its end, valid until the next call.
func readLine(in *bufio.Reader) ([]byte, error) {
	data, err := in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return data, err
	}
	long := bytes.Clone(data)
	rest, err := in.ReadBytes('\n')
	return append(long, rest...), err
}

// event reads a line. One without an end is an event if it lacks nothing else.
func (l line) event() (engine.Event, error) {
	e, err := decode(l.data)
	switch {
	case err == nil:
		return e, nil
	case !l.whole:
		err = fmt.Errorf("%w: %w", ErrTorn, err)
	}
	return nil, &LineError{Line: l.number, Err: err}
}

// decode reads an event into its type.
func decode(data []byte) (engine.Event, error) {
	var head engine.Header
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, err
	}
	if head.Event == "" {
		return nil, errors.New("it has no event")
	}
	newEvent, ok := kinds[head.Event]
	if !ok {
		return &Unknown{Header: head, Line: append(json.RawMessage(nil), data...)}, nil
	}
	e := newEvent()
	if err := json.Unmarshal(data, e); err != nil {
		return nil, err
	}
	if start, ok := e.(*engine.RunStarted); ok && !readable(start.Schema) {
		return nil, fmt.Errorf("its format is %q, and this version of dagrun reads %q; use the one that wrote it", start.Schema, engine.RunLogSchema)
	}
	return e, nil
}

// readable reports whether a format is this one or a minor version of it,
// which only adds.
func readable(schema string) bool {
	return schema == engine.RunLogSchema || strings.HasPrefix(schema, engine.RunLogSchema+".")
}

// kinds makes an empty event of each kind.
var kinds = map[string]func() engine.Event{
	"run_started":      func() engine.Event { return new(engine.RunStarted) },
	"step_started":     func() engine.Event { return new(engine.StepStarted) },
	"attempt_started":  func() engine.Event { return new(engine.AttemptStarted) },
	"attempt_finished": func() engine.Event { return new(engine.AttemptFinished) },
	"log":              func() engine.Event { return new(engine.Log) },
	"progress":         func() engine.Event { return new(engine.Progress) },
	"step_finished":    func() engine.Event { return new(engine.StepFinished) },
	"run_finished":     func() engine.Event { return new(engine.RunFinished) },
}
