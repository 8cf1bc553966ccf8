package runlog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"dagrun/engine"
)

// tornName is the file beside a log that keeps what was cut off its end.
const tornName = "log.torn"

// Recover closes the records of runs whose process died: it appends a
// run_finished with the result "crashed" that names the steps that were at
// work. A last line that was cut off moves to log.torn beside the log; nothing
// else is changed. It gives the runs that it closed, the newest first.
//
// The caller holds the pipeline's lock: a run without a last event is then
// known to be dead. Whoever records a run without the lock, as one that was
// skipped because of it, appends its first and last event in one call.
// Recover may be interrupted and repeated. A log that cannot be read or closed
// is in the error, and does not keep the others from being closed.
func Recover(stateDir, pipeline string, now func() time.Time) ([]Run, error) {
	runs, err := List(stateDir, pipeline)
	failed := []error{err}
	var closed []Run
	for _, run := range runs {
		if run.Finished != nil {
			continue
		}
		if run.Finished, err = closeCrashed(run, now()); err != nil {
			failed = append(failed, fmt.Errorf("close the record of the crashed run %s: %w", run.ID, err))
			continue
		}
		closed = append(closed, run)
	}
	return closed, errors.Join(failed...)
}

// closeCrashed appends the last event to a log, in an order that leaves every
// byte somewhere at any moment.
func closeCrashed(run Run, now time.Time) (end *engine.RunFinished, err error) {
	f, err := os.OpenFile(run.Log(), os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	left, err := survey(f)
	if err != nil {
		return nil, err
	}
	if len(left.torn) > 0 {
		if err := keepTorn(run.Dir, left.torn); err != nil {
			return nil, err
		}
		if err := f.Truncate(left.size); err != nil {
			return nil, err
		}
	}
	end = left.finish(run.Started, now)
	enc := newEncoder()
	if left.unended {
		enc.buf.WriteByte('\n')
	}
	if err := enc.event(end); err != nil {
		return nil, err
	}
	if _, err := f.Write(enc.buf.Bytes()); err != nil {
		return nil, err
	}
	return end, f.Sync()
}

// remains is what a dead run's log tells.
type remains struct {
	size    int64  // of what can stay
	torn    []byte // what follows
	unended bool   // only the newline is missing

	seq     int64
	last    engine.Timestamp
	results map[engine.StepResult]int
	atWork  []engine.Address
}

func survey(r io.Reader) (remains, error) {
	left := remains{results: map[engine.StepResult]int{}}
	for l, err := range lines(r) {
		if err != nil {
			return left, err
		}
		e, err := l.event()
		if errors.Is(err, ErrTorn) {
			left.torn = bytes.Clone(l.data)
			break
		}
		left.size += int64(len(l.data)) + 1
		left.unended = !l.whole
		if err == nil {
			left.note(e)
		}
	}
	return left, nil
}

func (l *remains) note(e engine.Event) {
	l.seq, l.last = max(l.seq, e.Head().Seq), e.Head().Time
	switch e := e.(type) {
	case *engine.StepStarted:
		l.atWork = append(l.atWork, e.Step)
	case *engine.StepFinished:
		l.results[e.Result]++
		l.atWork = slices.DeleteFunc(l.atWork, func(a engine.Address) bool { return a == e.Step })
	}
}

func (l *remains) finish(start *engine.RunStarted, now time.Time) *engine.RunFinished {
	e := &engine.RunFinished{
		Result: engine.RunCrashed, Steps: l.results, AtWork: l.atWork,
		Duration: engine.Milliseconds(max(l.last.Sub(start.Time.Time), 0)),
		Error:    "the process ended without closing its record: it was killed, or the machine went down",
	}
	e.Header = engine.Header{
		Time: engine.Timestamp{Time: now.UTC().Truncate(time.Microsecond)},
		Seq:  l.seq + 1, Event: e.Kind(), RunID: start.RunID,
	}
	return e
}

// keepTorn makes the end of a log durable in a file of its own.
func keepTorn(dir string, torn []byte) error {
	const flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	f, err := os.OpenFile(filepath.Join(dir, tornName), flags, 0o600) //nolint:gosec // a folder of the history
	if err != nil {
		return err
	}
	_, err = f.Write(torn)
	return errors.Join(err, f.Sync(), f.Close(), syncFolder(dir))
}
