package runlog

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"dagrun/engine"
)

// tornName is the file beside a log that keeps what was cut off its end.
const tornName = "log.torn"

// Recover closes the records of runs whose process died: it appends a
// run_finished with the result "crashed" that names the steps that were at
// work. A last line that was cut off, and whatever follows a run_finished,
// moves to log.torn beside the log; nothing else of the log is changed. The
// temporary files that such runs left are removed, see Sweep. It gives the runs
// that it closed, the newest first.
//
// It goes from the newest run to the first that is finished and was not
// idle: that one held the lock and closed what was before it. So it takes no
// longer in a long history.
//
// The caller holds the pipeline's lock. A run whose process is alive all the
// same, because somebody removed the lock's file, is left alone, and so are its
// temporary files. Whoever records a run without the lock, as one that was
// idle because of it, appends its first and last event in one call.
// Recover may be interrupted and repeated. A log that cannot be read or closed
// is in the error, and does not keep the others from being closed.
func Recover(stateDir, pipeline string, now func() time.Time) ([]Run, error) {
	found, err := foldersOf(stateDir, pipeline)
	failed := []error{err}
	var closed []Run
	for _, f := range found {
		run, crashed, err := f.recover(now)
		failed = append(failed, err)
		if crashed {
			closed = append(closed, run)
		}
		if run.Finished != nil && !crashed && !run.Idle() {
			break
		}
	}
	return closed, errors.Join(failed...)
}

// recover closes the record in a folder if it is that of a run that crashed.
func (f folder) recover(now func() time.Time) (run Run, crashed bool, err error) {
	run, err = f.open()
	if err == nil && run.Started != nil && run.Finished == nil {
		run.Finished, err = closeCrashed(run, now())
		if errors.Is(err, errHeld) {
			return run, false, nil
		}
		if err != nil {
			err = fmt.Errorf("close the record of the crashed run %s: %w", run.ID, err)
		}
		crashed = err == nil && run.Finished.Result == engine.RunCrashed
	}
	return run, crashed, errors.Join(err, Sweep(f.dir))
}

// closeCrashed appends the last event to a log, in an order that leaves every
// byte somewhere at any moment. A log that has its last event, and something
// behind it, is cut there. It is errHeld that the run has not crashed.
func closeCrashed(run Run, now time.Time) (end *engine.RunFinished, err error) {
	f, err := os.OpenFile(run.Log(), os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := seize(f); err != nil {
		return nil, err
	}
	left, err := survey(f)
	if err != nil {
		return nil, err
	}
	if err := cut(f, run.Dir, left.size); err != nil {
		return nil, err
	}
	enc := newEncoder()
	if left.unended {
		enc.buf.WriteByte('\n')
	}
	if left.end == nil {
		left.end = left.finish(run.Started, now)
		if err := enc.event(left.end); err != nil {
			return nil, err
		}
	}
	if _, err := f.Write(enc.buf.Bytes()); err != nil {
		return nil, err
	}
	return left.end, f.Sync()
}

// remains is what a dead run's log tells.
type remains struct {
	size    int64 // of what can stay
	unended bool  // only the newline of its last line is missing

	seq     int64
	latest  time.Time
	results map[engine.StepResult]int
	steps   ledger
	end     *engine.RunFinished
}

// survey reads a log up to its run_finished, or to a torn line.
func survey(r io.Reader) (remains, error) {
	left := remains{results: map[engine.StepResult]int{}}
	for l, err := range lines(r) {
		if err != nil {
			return left, err
		}
		e, err := l.event()
		if errors.Is(err, ErrTorn) {
			break
		}
		left.size += int64(len(l.data))
		if left.unended = !l.whole; l.whole {
			left.size++
		}
		if err == nil {
			left.note(e)
		}
		if left.end != nil {
			break
		}
	}
	return left, nil
}

func (l *remains) note(e engine.Event) {
	l.seq = max(l.seq, e.Head().Seq)
	if at := e.Head().Time.Time; at.After(l.latest) {
		l.latest = at
	}
	l.steps.note(e)
	switch e := e.(type) {
	case *engine.StepFinished:
		l.results[e.Result]++
	case *engine.RunFinished:
		l.end = e
	}
}

// finish is the last event. It is never before the others, though the clock may
// have been set back since.
func (l *remains) finish(start *engine.RunStarted, now time.Time) *engine.RunFinished {
	if now.Before(l.latest) {
		now = l.latest
	}
	e := &engine.RunFinished{
		Result: engine.RunCrashed, Steps: l.results, AtWork: l.steps.atWork(),
		Duration: engine.Milliseconds(l.latest.Sub(start.Time.Time)),
		Error:    "the process ended without closing its record: it was killed, or the machine went down",
	}
	e.Header = engine.Header{
		Time: engine.Timestamp{Time: now.UTC().Truncate(time.Microsecond)},
		Seq:  l.seq + 1, Event: e.Kind(), RunID: start.RunID,
	}
	return e
}

// cut moves what a log has beyond a size into a file of its own, which is
// durable before the log becomes shorter.
func cut(log *os.File, dir string, size int64) error {
	info, err := log.Stat()
	if err != nil || info.Size() <= size {
		return err
	}
	const flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	f, err := os.OpenFile(filepath.Join(dir, tornName), flags, 0o600) //nolint:gosec // a folder of the history
	if err != nil {
		return err
	}
	_, err = io.Copy(f, io.NewSectionReader(log, size, info.Size()-size))
	if err := errors.Join(err, f.Sync(), f.Close(), syncFolder(dir)); err != nil {
		return err
	}
	return log.Truncate(size)
}
