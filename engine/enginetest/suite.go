package enginetest

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dagrun/engine"
)

// Case is a step type with arguments that work, for Suite.
type Case struct {
	Type *engine.StepType
	// Setup fills an empty folder with what the arguments need and gives the
	// arguments.
	Setup func(t testing.TB, dir string) Args
	// State reads back what a successful attempt left behind, in a form that
	// is equal for equal effects: file contents, table rows, delivered mails.
	State func(t testing.TB, dir string) string
	// Slow is like Setup, for work that takes seconds. The channel closes when
	// the work is under way; nil stands for the first report of progress. One
	// case of a type has to have it.
	Slow func(t testing.TB, dir string) (Args, <-chan struct{})
	// Elsewhere are the folders, relative to dir, in which the step may write
	// besides its declared files, such as that of a file:// URL.
	Elsewhere []string
}

// promptly is how soon a cancelled attempt has to be back.
const promptly = time.Second

// Suite checks what every step type promises: an attempt made twice has the
// effect of one; outputs and files are those that were declared; a missing
// input is named; an attempt that is cancelled, beforehand or in the middle,
// returns at once and leaves nothing half-written; nothing leaks; documents
// are complete. Every attempt and result passes through JSON.
func Suite(t *testing.T, c Case) {
	t.Run("twice has the effect of once", c.twiceIsOnce)
	t.Run("an output that bears an argument's name has its value", c.echoes)
	t.Run("nothing is written but what is declared", c.writesWhatIsDeclared)
	t.Run("a missing input is named", c.missingInputIsNamed)
	t.Run("cancelled before it starts", c.cancelledBeforehand)
	if c.Slow != nil {
		t.Run("cancelled in the middle", c.cancelledInTheMiddle)
	}
	t.Run("nothing leaks", c.leaksNothing)
	t.Run("documents are complete", func(t *testing.T) { checkDocuments(t, c.Type) })
}

func (c Case) twiceIsOnce(t *testing.T) {
	dir := t.TempDir()
	args := c.Setup(t, dir)
	Succeed(t, c.Type, dir, args, nil)
	once := c.State(t, dir)
	Succeed(t, c.Type, dir, args, nil)
	if twice := c.State(t, dir); twice != once {
		t.Errorf("after one attempt:\n%s\nafter two:\n%s", once, twice)
	}
	NoLitter(t, dir)
}

func (c Case) echoes(t *testing.T) {
	dir := t.TempDir()
	args := c.Setup(t, dir)
	attempt, _ := Attempt(t, c.Type, dir, args)
	var given, out map[string]json.RawMessage
	if err := json.Unmarshal(attempt.Arguments, &given); err != nil {
		t.Fatal(err)
	}
	Succeed(t, c.Type, dir, args, &out)
	for _, f := range c.Type.Outputs {
		arg := engine.FindField(c.Type.Args, f.Name)
		if arg == nil || !arg.Type.Equals(f.Type) {
			continue
		}
		if !bytes.Equal(given[f.Name], out[f.Name]) {
			t.Errorf("argument %s is %s, the output %s", f.Name, given[f.Name], out[f.Name])
		}
	}
}

func (c Case) writesWhatIsDeclared(t *testing.T) {
	dir := t.TempDir()
	args := c.Setup(t, dir)
	before := tree(t, dir)
	result := Succeed(t, c.Type, dir, args, nil)
	declared := map[string]bool{}
	for _, f := range result.Files {
		if f.Role != engine.Reads {
			declared[f.Path] = true
		}
	}
	for _, path := range changed(before, tree(t, dir)) {
		if !declared[filepath.Join(dir, path)] && !c.elsewhere(path) {
			t.Errorf("%s was written, made or deleted, which the step does not declare; it declares %v", path, result.Files)
		}
	}
}

func (c Case) elsewhere(path string) bool {
	return slices.ContainsFunc(c.Elsewhere, func(dir string) bool { return strings.HasPrefix(path, dir+"/") })
}

func (c Case) missingInputIsNamed(t *testing.T) {
	dir := t.TempDir()
	args := c.Setup(t, dir)
	for _, f := range c.Type.Args {
		if f.Role != engine.Reads || args[f.Name] == nil {
			continue
		}
		path := "absent/" + filepath.Base(firstText(args[f.Name]))
		err := Fail(t, c.Type, dir, With(args, Args{f.Name: path}), "input_missing")
		if err.Argument != f.Name || !strings.Contains(err.Message, path) {
			t.Errorf("without the file of %s the error is about %q: %s", f.Name, err.Argument, err.Message)
		}
	}
}

func firstText(v any) string {
	if list, ok := v.([]string); ok {
		return list[0]
	}
	return v.(string)
}

func (c Case) cancelledBeforehand(t *testing.T) {
	dir := t.TempDir()
	args := c.Setup(t, dir)
	before := tree(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := Run(ctx, t, c.Type, dir, args).Outcome; got != engine.AttemptCancelled {
		t.Errorf("the attempt %s, want cancelled", got)
	}
	if paths := changed(before, tree(t, dir)); len(paths) > 0 {
		t.Errorf("changed: %v", paths)
	}
}

func (c Case) cancelledInTheMiddle(t *testing.T) {
	dir := t.TempDir()
	args, underWay := c.Slow(t, dir)
	before := tree(t, dir)
	result, took := c.cancel(t, dir, args, underWay)
	if result.Outcome != engine.AttemptCancelled {
		t.Fatalf("the attempt %s (%v), want cancelled; is the work long enough?", result.Outcome, result.Error)
	}
	if took > promptly {
		t.Errorf("the attempt came back %v after it was cancelled, want %v at most", took, promptly)
	}
	for _, path := range changed(before, tree(t, dir)) {
		if !c.elsewhere(path) && !c.changesInPlace(dir, args, path) {
			t.Errorf("%s was changed", path)
		}
	}
	NoLitter(t, dir)
}

// cancel makes an attempt, cancels it when its work is under way, and tells how
// long it took to come back.
func (c Case) cancel(t *testing.T, dir string, args Args, underWay <-chan struct{}) (engine.Result, time.Duration) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	attempt, secrets := Attempt(t, c.Type, dir, args)
	runner := runnerOf(c.Type, secrets, t.Output())
	if underWay == nil {
		reported := make(chan struct{})
		var once sync.Once
		runner.Progress = func(engine.Attempt, int64, int64, string) { once.Do(func() { close(reported) }) }
		underWay = reported
	}
	done := make(chan engine.Result, 1)
	go func() { done <- runner.Run(ctx, throughJSON(t, attempt)) }()
	select {
	case <-underWay:
	case early := <-done:
		t.Fatalf("the attempt %s before its work was under way: %v", early.Outcome, early.Error)
	}
	cancelled := time.Now()
	cancel()
	return <-done, time.Since(cancelled)
}

// changesInPlace reports whether a file belongs to an argument that the step
// changes in place, such as a database.
func (c Case) changesInPlace(dir string, args Args, path string) bool {
	for _, f := range c.Type.Args {
		if f.Role == engine.Exclusive && args[f.Name] != nil && engine.Resolve(dir, firstText(args[f.Name])) == filepath.Join(dir, path) {
			return true
		}
	}
	return false
}

func checkDocuments(t *testing.T, typ *engine.StepType) {
	t.Helper()
	if typ.Doc == "" || typ.Example == "" {
		t.Error("the type lacks a sentence or an example")
	}
	for _, fields := range [][]engine.Field{typ.Args, typ.Outputs} {
		eachField("", fields, func(path string, f engine.Field) {
			if f.Doc == "" {
				t.Errorf("%s has no doc", path)
			}
		})
	}
}

// eachField visits fields and those of their blocks, with paths such as
// threshold.color.
func eachField(prefix string, fields []engine.Field, visit func(path string, f engine.Field)) {
	for _, f := range fields {
		visit(prefix+f.Name, f)
		eachField(prefix+f.Name+".", f.Block, visit)
	}
}
