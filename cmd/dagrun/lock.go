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
	if err := os.MkdirAll(stateDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the state folder: %w", err)
	}
	if patience == 0 {
		return tryLock(stateDir, pipeline)
	}
	if patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	l := lockOf(stateDir, pipeline)
	return settle(l, func() (bool, error) {
		ok, err := l.TryLockContext(ctx, 25*time.Millisecond)
		if errors.Is(err, context.DeadlineExceeded) {
			return false, nil
		}
		return ok, err
	})
}

// tryLock takes the pipeline's lock if it is free.
func tryLock(stateDir, pipeline string) (*flock.Flock, error) {
	l := lockOf(stateDir, pipeline)
	return settle(l, l.TryLock)
}

func lockOf(stateDir, pipeline string) *flock.Flock {
	return flock.New(filepath.Join(stateDir, runlog.PathName(pipeline)+".lock"), flock.SetPermissions(0o600))
}

func settle(l *flock.Flock, take func() (bool, error)) (*flock.Flock, error) {
	ok, err := take()
	switch {
	case err != nil:
		return nil, fmt.Errorf("lock %s: %w", l.Path(), err)
	case !ok:
		return nil, errLocked
	}
	return l, nil
}

// underWay names the run that holds the lock, where its record tells.
func underWay(stateDir, pipeline string) string {
	for run, err := range runlog.History(stateDir, pipeline) {
		switch {
		case err != nil || run.Skipped():
			continue
		case run.Finished != nil:
			return ""
		}
		return fmt.Sprintf(": run %s, process %d on %s", run.ID, run.Started.PID, run.Started.Host)
	}
	return ""
}

// overlap records that this run found another under way.
func (a *app) overlap(p *config.Pipeline, stateDir string, l launch) error {
	id, err := runlog.NewID(stateDir, p.Name, p.Run.StartedAt)
	if err != nil {
		return err
	}
	p.Run.ID = id
	log, err := a.createLog(p, stateDir, l, func(engine.Event) {})
	if err != nil {
		return err
	}
	why := errLocked.Error() + underWay(stateDir, p.Name)
	if err := errors.Join(log.Append(execute.Skipped(p, a.recordOptions(), why)...), log.Close()); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(a.stderr, "dagrun: %s; this run of %s is skipped and recorded (on_overlap = %q)\n", why, p.Name, p.OnOverlap)
	if p.OnOverlap == config.OverlapSkip && !l.waits {
		return nil
	}
	return exit{exitLocked}
}
