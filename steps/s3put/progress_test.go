package s3put_test

import (
	"testing"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/local"
	"dagrun/steps/s3put"
)

// progressOf makes an attempt and gives the last report of its progress and
// how many there were.
func progressOf(t *testing.T, dir string, args enginetest.Args) (last int64, n int) {
	t.Helper()
	attempt, secrets := enginetest.Attempt(t, s3put.Type, dir, args)
	runner := &local.Runner{
		Types:   engine.NewRegistry(s3put.Type),
		Secrets: func(engine.Attempt) map[string]cty.Value { return secrets },
		Progress: func(_ engine.Attempt, done, total int64, unit string) {
			if done < last || done > total || unit != "bytes" {
				t.Errorf("%d of %d %s follow on %d", done, total, unit, last)
			}
			last, n = done, n+1
		},
	}
	if got := runner.Run(t.Context(), attempt); got.Error != nil {
		t.Fatal(got.Error)
	}
	return last, n
}
