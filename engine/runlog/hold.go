package runlog

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// errHeld says that a log is another process's, which is alive.
var errHeld = errors.New("its process is alive")

// hold takes a log for as long as the file is open. The kernel frees it however
// the process ends, so that a log that is held is that of a living process: no
// number of a process that was given again, no second machine of the same name
// and no clock that was set can mislead about that. It gives errHeld where
// another has it.
func hold(f *os.File, how int) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var locked error
	if err := conn.Control(func(fd uintptr) { locked = syscall.Flock(int(fd), how|syscall.LOCK_NB) }); err != nil {
		return err
	}
	if errors.Is(locked, syscall.EWOULDBLOCK) {
		return errHeld
	}
	return locked
}

// seize takes a log that is to be closed. Who asks whether a log is held has it
// for a moment, shared with others who ask, and is waited for.
func seize(f *os.File) error {
	for {
		if err := hold(f, syscall.LOCK_EX); !errors.Is(err, errHeld) {
			return err
		}
		if err := hold(f, syscall.LOCK_SH); err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}

// held reports whether a living process has the run's log.
func (r Run) held() bool {
	f, err := os.Open(r.Log())
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // it was only read
	return errors.Is(hold(f, syscall.LOCK_SH), errHeld)
}

// UnderWay gives the run of a pipeline that has not ended and whose process is
// alive, if there is one. It does not ask the pipeline's lock, and so finds a
// run whose lock was taken away from under it.
func UnderWay(stateDir, pipeline string) (Run, bool) {
	for run, err := range History(stateDir, pipeline) {
		switch {
		case err != nil || run.Idle():
			continue
		case run.Finished != nil:
			return Run{}, false
		case run.held():
			return run, true
		}
	}
	return Run{}, false
}
