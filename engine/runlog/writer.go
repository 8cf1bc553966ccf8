package runlog

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"dagrun/engine"
)

// Subscriber is told of an event after its line was written. Both are as they
// stand in the log: what is masked there is masked here. The line ends with a
// newline; it is valid until the subscriber returns. A subscriber is called
// for one event at a time, in the order of the log, and must not call the
// Writer.
type Subscriber func(event engine.Event, line []byte)

// Option is a choice about a Writer.
type Option func(*Writer)

// WithClock sets where the Writer takes the time from; time.Now is the default.
func WithClock(now func() time.Time) Option { return func(w *Writer) { w.now = now } }

// WithRedactor sets what masks secrets. Without it, only passwords in URLs are
// masked.
func WithRedactor(r *Redactor) Option { return func(w *Writer) { w.redactor = r } }

// WithSubscriber adds a subscriber; they are called in the order given.
func WithSubscriber(s Subscriber) Option {
	return func(w *Writer) { w.subscribers = append(w.subscribers, s) }
}

// ErrEnded is what Append returns after the run's last event.
var ErrEnded = errors.New("the run's record is closed")

var errNotStarted = errors.New("the first event of a run must be run_started")

// Writer writes the log of one run. Its methods may be called from any
// goroutine. After a write that failed, every later Append returns the same
// error: what cannot be recorded must not be done.
type Writer struct {
	runID       string
	out         io.Writer
	now         func() time.Time
	redactor    *Redactor
	subscribers []Subscriber
	pace        pace
	file        *logFile // nil when the log is not a file
	temporaries temporaries

	mu    sync.Mutex
	enc   *encoder
	batch []entry
	seq   int64
	open  map[engine.Address]int // attempts under way
	ended bool
	err   error
}

// entry is one event of a call: what subscribers see of it, and where its line
// ends in the encoder's buffer.
type entry struct {
	event engine.Event
	end   int
}

// New makes a Writer that writes to out, one Write for each Append.
func New(out io.Writer, runID string, options ...Option) *Writer {
	w := &Writer{runID: runID, out: out, now: time.Now, enc: newEncoder(), open: map[engine.Address]int{}}
	for _, o := range options {
		o(w)
	}
	if w.redactor == nil {
		w.redactor = new(Redactor)
	}
	return w
}

// Append records events in the order given, with one write for all of them. It
// takes the events over: it fills in their heads and what else the format asks
// for. The first event of a run is a RunStarted; after a RunFinished nothing
// can be added. An event that cannot be encoded is an error, and nothing of
// the call is written.
func (w *Writer) Append(events ...engine.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.append(events...)
}

// say is Append for what a step says. An attempt that was given up may speak
// on; after its end was recorded, that is dropped.
func (w *Writer) say(a engine.Attempt, e engine.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open[a.Step] != a.Number {
		return nil
	}
	return w.append(e)
}

func (w *Writer) append(events ...engine.Event) error {
	if w.err != nil {
		return w.err
	}
	if err := w.encode(events); err != nil {
		return err
	}
	if n, err := w.out.Write(w.enc.buf.Bytes()); err != nil || n < w.enc.buf.Len() {
		if err == nil {
			err = io.ErrShortWrite
		}
		w.err = fmt.Errorf("write the run log: %w", err)
		return w.err
	}
	w.accept()
	return nil
}

// encode fills the encoder's buffer and the batch.
func (w *Writer) encode(events []engine.Event) error {
	w.enc.buf.Reset()
	w.batch = w.batch[:0]
	now := engine.Timestamp{Time: w.now().UTC().Truncate(time.Microsecond)}
	ended := w.ended
	for i, e := range events {
		seq := w.seq + int64(i) + 1
		if err := inOrder(e, seq, ended); err != nil {
			return err
		}
		*e.Head() = engine.Header{Time: now, Seq: seq, Event: e.Kind(), RunID: w.runID}
		shown, err := w.encodeOne(e)
		if err != nil {
			return fmt.Errorf("record %s: %w", e.Kind(), err)
		}
		_, ended = e.(*engine.RunFinished)
		w.batch = append(w.batch, entry{shown, w.enc.buf.Len()})
	}
	return nil
}

// inOrder refuses what would break the rule that every reader relies on: one
// run_started, first, and one run_finished, last.
func inOrder(e engine.Event, seq int64, ended bool) error {
	_, starts := e.(*engine.RunStarted)
	switch {
	case ended:
		return ErrEnded
	case starts != (seq == 1):
		return errNotStarted
	}
	return nil
}

// encodeOne appends an event's line to the buffer and gives the event as the
// line tells it.
func (w *Writer) encodeOne(e engine.Event) (engine.Event, error) {
	complete(e)
	start := w.enc.buf.Len()
	if err := w.enc.event(e); err != nil {
		return nil, err
	}
	masked, changed := w.redactor.line(w.enc.buf.Bytes()[start:], w.enc.speech-start)
	if !changed {
		return e, nil
	}
	w.enc.buf.Truncate(start)
	w.enc.buf.Write(masked)
	if len(w.subscribers) == 0 {
		return e, nil
	}
	return decode(masked)
}

// accept makes the batch, now written, part of the record.
func (w *Writer) accept() {
	start := 0
	for _, entry := range w.batch {
		switch e := entry.event.(type) {
		case *engine.AttemptStarted:
			w.open[e.Step] = e.Attempt
		case *engine.AttemptFinished:
			delete(w.open, e.Step)
		case *engine.StepFinished:
			w.pace.forget(e.Step)
		case *engine.RunFinished:
			w.ended = true
		}
		for _, tell := range w.subscribers {
			tell(entry.event, w.enc.buf.Bytes()[start:entry.end])
		}
		start = entry.end
	}
	w.seq += int64(len(w.batch))
	w.enc.release()
	clear(w.batch)
}

// fail makes the Writer refuse what follows.
func (w *Writer) fail(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
	return err
}
