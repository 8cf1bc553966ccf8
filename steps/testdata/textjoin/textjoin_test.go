package textjoin_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/testdata/textjoin"
)

// setup makes two files and gives the arguments that join them.
func setup(t testing.TB, dir string) enginetest.Args {
	t.Helper()
	for _, name := range []string{"a.txt", "b.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return enginetest.Args{"input": "?.txt", "output": "out/all.txt"}
}

// joined is the file that the step wrote.
func joined(t testing.TB, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "out/all.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSuite(t *testing.T) {
	enginetest.Suite(t, enginetest.Case{
		Type: textjoin.Type, Setup: setup, State: joined,
		Slow: func(t testing.TB, dir string) (enginetest.Args, <-chan struct{}) {
			hole := filepath.Join(dir, "hole.txt") // it has a size and takes no room
			if err := os.WriteFile(hole, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(hole, 1<<30); err != nil {
				t.Fatal(err)
			}
			return enginetest.With(setup(t, dir), enginetest.Args{"input": []string{"a.txt", "hole.txt"}}), nil
		},
	})
}

func TestArguments(t *testing.T) {
	enginetest.Arguments(t, textjoin.Type, enginetest.Effects{
		Setup: setup,
		Observe: func(t testing.TB, dir string, _ engine.Result, _ string) string {
			files, err := filepath.Glob(filepath.Join(dir, "out", "*"))
			if err != nil || len(files) != 1 {
				t.Fatalf("got files %v, %v", files, err)
			}
			text, err := os.ReadFile(files[0])
			return fmt.Sprintf("%s: %q %v", filepath.Base(files[0]), text, err)
		},
		Of: []enginetest.Effect{
			{Argument: "input", Without: "a.txt", With: "b.txt", Want: `"b.txt\n"`, Shows: "it is this file that is read"},
			{Argument: "output", Without: "out/x", With: "out/y", Want: "y:", Shows: "it is this file that is written"},
			{Argument: "between", With: "--\n", Want: `"a.txt\n--\nb.txt\n"`, Shows: "the text stands between two files"},
		},
	})
}
