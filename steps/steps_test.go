package steps_test

import (
	"os"
	"path/filepath"
	"testing"

	"dagrun/engine/config"
	"dagrun/steps"
)

// TestExamplesAreValid validates each type's example as a pipeline of its own.
func TestExamplesAreValid(t *testing.T) {
	for _, typ := range steps.All().Types() {
		t.Run(typ.Name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "example.hcl")
			if err := os.WriteFile(path, []byte("pipeline \"example\" {}\n\n"+typ.Example+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			_, diags := config.Load(path, config.Options{Types: steps.All(), LookupEnv: func(string) (string, bool) { return "", false }})
			if len(diags) > 0 {
				t.Error(diags)
			}
		})
	}
}
