package enginetest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dagrun/engine"
)

// Effects is the proof that no argument of a step type is ignored: an Effect
// for each of them.
type Effects struct {
	// Setup fills an empty folder and gives the arguments that every attempt has.
	Setup func(t testing.TB, dir string) Args
	// Observe tells what an attempt did, wherever an argument can show: the
	// files and tables it left, what a server received, outputs, error, log.
	Observe func(t testing.TB, dir string, r engine.Result, log string) string
	Of      []Effect
}

// Effect is what one argument does. Two attempts are made in folders of their
// own, without and with it; Want has to show in what is observed of the second
// and not of the first.
type Effect struct {
	Argument string // a path such as "fill" or "threshold.color"
	Shows    string // in words: "empty buckets get rows"
	Given    Args   // more arguments of both attempts
	Without  any    // its value in the first attempt; nil for not given
	With     any    // its value in the second attempt
	Want     string

	// Setup and Observe stand for those of Effects when they are given.
	Setup   func(t testing.TB, dir string) Args
	Observe func(t testing.TB, dir string, r engine.Result, log string) string
}

// argumentsFile lists, for people, which test shows which argument.
const argumentsFile = "testdata/arguments.md"

// Arguments checks every effect, that every argument has one, and that
// testdata/arguments.md lists them; with -update it writes that file.
func Arguments(t *testing.T, typ *engine.StepType, all Effects) {
	var list strings.Builder
	fmt.Fprintf(&list, "# What shows that %s heeds its arguments\n\nWritten by `go test -update`.\n\n", typ.Name)
	list.WriteString("| argument | test that fails if it is ignored | it shows that |\n|---|---|---|\n")
	known := map[string]bool{}
	eachField("", typ.Args, func(path string, f engine.Field) {
		known[path] = true
		if effects := all.of(path); len(effects) > 0 {
			for _, e := range effects {
				fmt.Fprintf(&list, "| `%s` | `%s/%s` | %s |\n", path, t.Name(), path, e.Shows)
			}
		} else if !f.IsBlock() {
			t.Errorf("no effect is listed for %s", path)
		}
	})
	for _, e := range all.Of {
		if !known[e.Argument] || e.Shows == "" || e.Want == "" {
			t.Errorf("the effect of %q is about no argument, or lacks what it shows or wants", e.Argument)
			continue
		}
		t.Run(e.Argument, func(t *testing.T) { all.check(t, typ, e) })
	}
	compareList(t, list.String())
}

func (all Effects) of(path string) []Effect {
	var found []Effect
	for _, e := range all.Of {
		if e.Argument == path {
			found = append(found, e)
		}
	}
	return found
}

func (all Effects) check(t *testing.T, typ *engine.StepType, e Effect) {
	without := all.observe(t, typ, e, e.Without)
	with := all.observe(t, typ, e, e.With)
	if strings.Contains(without, e.Want) {
		t.Errorf("%q shows without %s:\n%s", e.Want, e.Argument, without)
	}
	if !strings.Contains(with, e.Want) {
		t.Errorf("%q does not show with %s = %v:\n%s", e.Want, e.Argument, e.With, with)
	}
}

func (all Effects) observe(t *testing.T, typ *engine.StepType, e Effect, value any) string {
	t.Helper()
	setup := all.Setup
	if e.Setup != nil {
		setup = e.Setup
	}
	observe := all.Observe
	if e.Observe != nil {
		observe = e.Observe
	}
	dir := t.TempDir()
	args := With(setup(t, dir), e.Given)
	result, log := RunLogged(t.Context(), t, typ, dir, set(args, e.Argument, value))
	return observe(t, dir, result, log)
}

// set gives the argument at a path a value, in the first of its blocks where
// it is in one; nil takes it away.
func set(args Args, path string, value any) Args {
	block, rest, nested := strings.Cut(path, ".")
	if !nested {
		return With(args, Args{path: value})
	}
	blocks, _ := args[block].([]Args)
	if len(blocks) == 0 {
		blocks = []Args{{}}
	}
	first := set(blocks[0], rest, value)
	return With(args, Args{block: append([]Args{first}, blocks[1:]...)})
}

func compareList(t *testing.T, got string) {
	t.Helper()
	if Updating() {
		if err := errors.Join(os.MkdirAll(filepath.Dir(argumentsFile), 0o750), os.WriteFile(argumentsFile, []byte(got), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(argumentsFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what the tests show; run them with -update", argumentsFile)
	}
}
