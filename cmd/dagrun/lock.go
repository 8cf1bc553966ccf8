package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/execute"
	"dagrun/engine/runlog"
)

// errLocked says that another run of the pipeline is under way.
var errLocked = errors.New("another run of this pipeline is under way")

// forever is the patience of who waits without end.
const forever time.Duration = -1

// brief is the patience of who does not wait for a run: a command that looks at
// the history holds the lock for a moment when it closes the record of a run that
// died.
const brief = 250 * time.Millisecond

// patience is how long a run waits for another of its pipeline.
func (l launch) patience(overlap config.Overlap) time.Duration {
	switch {
	case l.lockTimeout != "":
		limit, _ := engine.ParseDuration(l.lockTimeout) // checked with the flags
		return limit
	case l.waits, overlap == config.OverlapWait:
		return forever
	}
	return brief
}

// lock takes the pipeline's lock, which the kernel frees however the process
// ends. It waits as long as it may, and then gives errLocked.
func lock(ctx context.Context, stateDir, pipeline string, patience time.Duration) (*flock.Flock, error) {
	if patience >= 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	for {
		if err := os.MkdirAll(stateDir, 0o700); err != nil {
			return nil, fmt.Errorf("make the state folder: %w", err)
		}
		held, err := tryLock(stateDir, pipeline)
		if !errors.Is(err, errLocked) {
			return held, err
		}
		select {
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return nil, errLocked
			}
			return nil, ctx.Err()
		case <-time.After(25 * time.Millisecond):
		}
	}
}

// tryLock takes the pipeline's lock if it is free and no run is under way. The
// one says the other unless somebody removed the lock's file, as who clears a
// folder away does: then the run that goes on has a lock that nobody finds.
func tryLock(stateDir, pipeline string) (*flock.Flock, error) {
	l := flock.New(filepath.Join(stateDir, runlog.PathName(pipeline)+".lock"), flock.SetPermissions(0o600))
	if err := plainFile(l.Path()); err != nil {
		return nil, err
	}
	if err := take(l); err != nil {
		return nil, err
	}
	if _, alive := runlog.UnderWay(stateDir, pipeline); alive {
		_ = l.Unlock()
		return nil, errLocked
	}
	return l, nil
}

// notAFile is what stands where the lock's file should be, such as a named pipe,
// whose opening would not end.
type notAFile struct{ path, kind string }

// Error says what to do about it.
func (e notAFile) Error() string {
	return fmt.Sprintf("the pipeline's lock %s is %s, and it has to be a file; remove it, and the next run makes the file", e.path, e.kind)
}

// plainFile refuses what is there and no file. What cannot be looked at is told
// when it is opened.
func plainFile(path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Mode().IsRegular() {
		return nil
	}
	kind := "something else"
	switch mode := info.Mode(); {
	case mode.IsDir():
		kind = "a folder"
	case mode&os.ModeNamedPipe != 0:
		kind = "a named pipe"
	case mode&os.ModeSocket != 0:
		kind = "a socket"
	case mode&os.ModeDevice != 0:
		kind = "a device"
	}
	return notAFile{path, kind}
}

// take takes a lock whose file stays where others find it: one that is removed
// between the opening and the locking keeps nobody out.
func take(l *flock.Flock) error {
	for range 100 {
		ok, err := l.TryLock()
		switch {
		case err != nil:
			return fmt.Errorf("lock %s: %w", l.Path(), err)
		case !ok:
			return errLocked
		case inPlace(l):
			return nil
		}
		_ = l.Unlock()
	}
	return fmt.Errorf("lock %s: another program removes the file again and again", l.Path())
}

// inPlace reports whether a lock that is held is the one that others find.
func inPlace(l *flock.Flock) bool {
	held, err := l.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(l.Path())
	return err == nil && os.SameFile(held, there)
}

// underWay names the run that is under way, where its record tells.
func underWay(stateDir, pipeline string) string {
	run, alive := runlog.UnderWay(stateDir, pipeline)
	if !alive {
		return ""
	}
	return fmt.Sprintf(": run %s, process %d on %s", run.ID, run.Started.PID, run.Started.Host)
}

// overlap records that this run found another under way, and gives the exit
// code that this has: the run is skipped where its pipeline puts up with that,
// and has failed where not.
func (a *app) overlap(p *config.Pipeline, stateDir string, l launch) error {
	why := errLocked.Error() + underWay(stateDir, p.Name)
	result, told, code := engine.RunFailed, "has failed and is recorded", exitLocked
	if p.OnOverlap == config.OverlapSkip && !l.waits {
		result, told, code = engine.RunSkipped, "is skipped and recorded", exitOK
	}
	if err := a.recordIdle(p, stateDir, l, a.recordOptions(), result, why); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(a.stderr, "dagrun: %s; this run of %s %s (%s)\n", why, p.Name, told, l.choice(p.OnOverlap))
	return a.afterPage(exit{code}, a.runPage(stateDir, p.Name, p.Run.ID, l))
}

// choice is what makes a run end that finds another under way.
func (l launch) choice(overlap config.Overlap) string {
	text := fmt.Sprintf("on_overlap = %q", overlap)
	if l.waits {
		text = "a backfill waits"
	}
	if l.lockTimeout != "" {
		text += ", --lock-timeout " + l.lockTimeout
	}
	return text
}

// interrupted records that this run was told to end before it began, and what
// it did just then, and gives the exit code that this has.
func (a *app) interrupted(p *config.Pipeline, stateDir string, l launch, o execute.Options, doing string, code int) error {
	why := "it was interrupted while it " + doing
	if err := a.recordIdle(p, stateDir, l, o, engine.RunCancelled, why); err != nil {
		a.say(unrecorded(err, stateDir))
		return exit{code}
	}
	_, _ = fmt.Fprintf(a.stderr, "dagrun: this run of %s is recorded as cancelled: %s\n", p.Name, why)
	return a.afterPage(exit{code}, a.runPage(stateDir, p.Name, p.Run.ID, l))
}

// recordIdle writes the record of a run that does nothing.
func (a *app) recordIdle(p *config.Pipeline, stateDir string, l launch, o execute.Options, result engine.RunResult, why string) error {
	id, err := runlog.NewID(stateDir, p.Name, p.Run.StartedAt)
	if err != nil {
		return err
	}
	p.Run.ID = id
	log, err := a.createLog(p, stateDir, l, func(engine.Event) {})
	if err != nil {
		return err
	}
	if err := errors.Join(log.Append(execute.Idle(p, o, result, why)...), log.Close()); err != nil {
		return err
	}
	a.tellCI(p, stateDir, l)
	return nil
}
