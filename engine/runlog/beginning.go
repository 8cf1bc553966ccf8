package runlog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// ErrNoBeginning is the error of a run of which nothing but its folder is left.
var ErrNoBeginning = errors.New("its process died, or found no room on the disk, as it began")

// moment is how long a run may take from making its folder to holding its log.
const moment = time.Minute

// noBeginning is the error of a run whose log does not begin, nil for one that
// is just beginning.
func (r Run) noBeginning() error {
	info, err := os.Stat(r.Log())
	if errors.Is(err, fs.ErrNotExist) {
		return r.beganLongAgo("has no log", r.Dir)
	}
	switch {
	case err != nil || r.held():
		return nil
	case info.Size() == 0:
		return r.beganLongAgo("has nothing in its log", r.Log())
	}
	return r.stillborn("has only a part of a line in its log")
}

// beganLongAgo is the error where a file or folder is older than a moment.
func (r Run) beganLongAgo(what, path string) error {
	if info, err := os.Stat(path); err != nil || time.Since(info.ModTime()) < moment {
		return nil
	}
	return r.stillborn(what)
}

func (r Run) stillborn(what string) error {
	return fmt.Errorf("the run %s %s: %w; remove its folder %s to forget it", r.ID, what, ErrNoBeginning, r.Dir)
}
