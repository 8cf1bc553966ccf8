package runlog

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// settled is how old a folder without a run must be before it is taken for the
// remains of a run that died as it began, not for one that begins now.
const settled = time.Hour

// Prune removes the runs of a pipeline that are beyond the newest keepRuns, and
// those that started more than keepFor before now; 0 means no such limit. The
// newest is the one with the greatest id, and a start is what the log says. Runs
// that were idle do not count, and go with the runs beside them: a long run
// that many others found under way must not cost the history before it.
//
// Kept in any case are runs that are not finished, the newest that was not
// idle, and those that tell of the work which that one took up: a later resume
// needs their records. A folder in which no run ever began goes where a run
// would, by its modification time, once it is an hour old. The caller holds the
// pipeline's lock.
func Prune(stateDir, pipeline string, keepRuns int, keepFor time.Duration, now time.Time) error {
	found, err := foldersOf(stateDir, pipeline)
	failed := []error{err}
	if keepFor == 0 && (keepRuns == 0 || len(found) <= keepRuns) {
		return err
	}
	needed := neededIDs(stateDir, pipeline, found)
	counted := 0
	for _, f := range found {
		surplus := keepRuns > 0 && counted >= keepRuns
		run, err := f.open()
		if !run.Idle() {
			counted++
		}
		if err == nil && !needed[f.id] && expired(run, surplus, keepFor, now) {
			err = removeRun(f.dir)
		}
		if surplus || keepFor > 0 {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// neededIDs gives the newest run that was not idle, and those that tell of the
// work which it took up. Where a log does not name them, being of an older
// version, they are found run after run.
func neededIDs(stateDir, pipeline string, found []folder) map[string]bool {
	needed := map[string]bool{}
	run := newestOf(found)
	for run.Started != nil && !needed[run.ID] {
		needed[run.ID] = true
		for _, id := range run.Started.ResumedRuns {
			needed[id] = true
		}
		id := run.Started.ResumedFrom
		if id == "" || len(run.Started.ResumedRuns) > 0 {
			break
		}
		run, _ = folder{id, Dir(stateDir, pipeline, id)}.open() // one that cannot be read leads nowhere
	}
	return needed
}

// newestOf gives the newest run that was not idle, or none.
func newestOf(found []folder) Run {
	for _, f := range found {
		if run, err := f.open(); err == nil && run.Started != nil && !run.Idle() {
			return run
		}
	}
	return Run{}
}

func expired(run Run, surplus bool, keepFor time.Duration, now time.Time) bool {
	since := func(at time.Time) bool { return surplus || keepFor > 0 && now.Sub(at) > keepFor }
	switch {
	case run.Started == nil:
		info, err := os.Stat(run.Dir)
		return err == nil && now.Sub(info.ModTime()) > settled && since(info.ModTime())
	case run.Finished == nil:
		return false
	}
	return since(run.Started.Time.Time)
}

// removeRun removes the folder of a run, and what temporary files are left of
// it.
func removeRun(dir string) error {
	swept := Sweep(dir)
	if err := os.RemoveAll(dir); err != nil {
		return errors.Join(swept, fmt.Errorf("remove an old run: %w", err))
	}
	return swept
}
