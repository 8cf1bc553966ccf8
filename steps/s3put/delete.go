package s3put

import (
	"context"
	"os"

	"dagrun/engine"
)

// deleteSources deletes the files, none before all of them are proven to be in
// the store: a step that failed halfway must find its sources when it is run
// again.
func deleteSources(ctx context.Context, target store, sources []*source) error {
	for _, s := range sources {
		if err := target.confirm(ctx, s); err != nil {
			return err
		}
	}
	for _, s := range sources {
		now, err := takeAt(ctx, s.path)
		if err != nil {
			return failedRead(ctx, s.path, err)
		}
		if !now.isOf(s.print) {
			return changed(s)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, s := range sources {
		if err := os.Remove(s.path); err != nil {
			return &engine.StepError{
				Code: "source_undeletable", Argument: "delete_source", Err: err,
				Message: "delete " + s.path + ", which is at " + target.url(s.key) + " now",
				Remedy:  "Check the permissions of the folder, or set delete_source = false.",
			}
		}
	}
	return nil
}

// mismatch is the error of a store that has something else than it was given.
func mismatch(target store, s *source, has string) error {
	return &engine.StepError{
		Code: "checksum_mismatch", Retryable: true,
		Message: "read back " + target.url(s.key) + ": the store has " + has + ", and " + s.path + " is " + s.print.describe() + "; the file is kept",
		Remedy:  "Something changed the content on its way, or something else writes to the same key. Nothing here is lost; run the step again.",
	}
}
