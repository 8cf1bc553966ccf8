package runlog

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// Prune removes the runs of a pipeline that are beyond the newest keepRuns, and
// those that started more than keepFor before now; 0 means no such limit. A run
// that is not finished is kept. The caller holds the pipeline's lock.
func Prune(stateDir, pipeline string, keepRuns int, keepFor time.Duration, now time.Time) error {
	if keepRuns == 0 && keepFor == 0 {
		return nil
	}
	runs, err := List(stateDir, pipeline)
	failed := []error{err}
	for i, run := range runs {
		surplus := keepRuns > 0 && i >= keepRuns
		old := keepFor > 0 && now.Sub(run.Started.Time.Time) > keepFor
		if run.Finished == nil || !surplus && !old {
			continue
		}
		if err := os.RemoveAll(run.Dir); err != nil {
			failed = append(failed, fmt.Errorf("remove an old run: %w", err))
		}
	}
	return errors.Join(failed...)
}
