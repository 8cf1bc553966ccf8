package local_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/local"
)

// A temporary file that a step makes itself is noted before it is there, and is
// gone after the attempt, however that ends.
func TestATemporaryFileOfAStepIsNotedAndGoes(t *testing.T) {
	for name, end := range map[string]error{"success": nil, "failure": os.ErrInvalid} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			var noted, made []string
			typ := stepType(func(_ context.Context, env *engine.Env, a copyArgs) error {
				temp, err := env.Files.Temporary(a.Output)
				if err != nil {
					return err
				}
				made = append(made, temp)
				place(t, temp, "x")
				return end
			})
			attempt, _ := enginetest.Attempt(t, typ, dir, enginetest.Args{"output": "out.txt"})
			runner := &local.Runner{
				Types: engine.NewRegistry(typ), Handler: func(engine.Attempt) slog.Handler { return slog.DiscardHandler },
				Temporary: func(path string) error {
					if _, err := os.Lstat(path); err == nil {
						t.Errorf("%s is there before it is noted", path)
					}
					noted = append(noted, path)
					return nil
				},
			}
			if got := runner.Run(t.Context(), attempt); (got.Outcome == engine.AttemptSucceeded) != (end == nil) {
				t.Errorf("the attempt %s: %v", got.Outcome, got.Error)
			}
			if diff := cmp.Diff(made, noted); diff != "" || len(made) != 1 || filepath.Dir(made[0]) != dir {
				t.Errorf("made %v, noted %v", made, noted)
			}
			if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
				t.Errorf("left: %v, %v", entries, err)
			}
		})
	}
}
