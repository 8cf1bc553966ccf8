// Package enginetest is the suite that every step type passes, and what tests
// of step types share. Only tests import it.
package enginetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"dagrun/engine"
	"dagrun/engine/local"
)

// LogicalTime is the logical time of every attempt that this package makes.
var LogicalTime = time.Date(2024, 6, 15, 8, 0, 0, 0, time.UTC)

// Args are the arguments of an attempt as a pipeline would write them: strings,
// float64, int, bool, []string, map[string]string, and []Args for blocks.
type Args map[string]any

// With adds arguments to others, or takes those away that are nil.
func With(args, more Args) Args {
	all := maps.Clone(args)
	if all == nil {
		all = Args{}
	}
	for name, value := range more {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	return all
}

// Attempt makes an attempt of typ in dir, with defaults filled in and every
// argument converted as a pipeline's would be. Sensitive arguments are set
// apart, as in a real run.
func Attempt(t testing.TB, typ *engine.StepType, dir string, args Args) (engine.Attempt, map[string]cty.Value) {
	t.Helper()
	object := objectOf(t, typ.Args, args)
	public, secrets := engine.SplitSecrets(object)
	data, err := ctyjson.Marshal(public, typ.ArgsType())
	if err != nil {
		t.Fatal(err)
	}
	a := engine.Attempt{
		RunID: "0190163d-8694-739b-aea5-966c26f8ad91", Pipeline: "test",
		Step: engine.Address{Type: typ.Name, Name: "it"}, Type: typ.Name, Number: 1,
		Arguments: data, LogicalTime: LogicalTime, Timezone: "UTC", WorkingDir: dir,
	}
	for path := range secrets {
		a.Sensitive = append(a.Sensitive, path)
	}
	return a, secrets
}

func objectOf(t testing.TB, fields []engine.Field, args Args) cty.Value {
	t.Helper()
	attrs := map[string]cty.Value{}
	for i := range fields {
		f := &fields[i]
		given, ok := args[f.Name]
		if blocks, isBlocks := given.([]Args); isBlocks {
			attrs[f.Name] = blocksOf(t, f, blocks)
			continue
		}
		v := cty.NullVal(cty.DynamicPseudoType)
		if ok {
			v = valueOf(t, given)
		} else if f.Required {
			t.Fatalf("required argument %q is not given", f.Name)
		}
		v, err := f.Convert(v)
		if err != nil {
			t.Fatalf("argument %q: %v", f.Name, err)
		}
		if f.Sensitive && !v.IsNull() {
			v = v.Mark(engine.Sensitive)
		}
		attrs[f.Name] = v
	}
	for name := range args {
		if engine.FindField(fields, name) == nil {
			t.Fatalf("there is no argument %q", name)
		}
	}
	return cty.ObjectVal(attrs)
}

func blocksOf(t testing.TB, f *engine.Field, blocks []Args) cty.Value {
	t.Helper()
	elems := make([]cty.Value, len(blocks))
	for i, b := range blocks {
		elems[i] = objectOf(t, f.Block, b)
	}
	if len(elems) == 0 {
		return cty.ListValEmpty(f.Type.ElementType())
	}
	return cty.ListVal(elems)
}

func valueOf(t testing.TB, v any) cty.Value {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	typ, err := ctyjson.ImpliedType(data)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ctyjson.Unmarshal(data, typ)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Run makes one attempt through the local runner, the attempt and its result
// passing through JSON on the way, and gives back the result.
func Run(ctx context.Context, t testing.TB, typ *engine.StepType, dir string, args Args) engine.Result {
	t.Helper()
	result, _ := RunLogged(ctx, t, typ, dir, args)
	return result
}

// RunLogged is Run that also gives what the step logged, as text.
func RunLogged(ctx context.Context, t testing.TB, typ *engine.StepType, dir string, args Args) (engine.Result, string) {
	t.Helper()
	attempt, secrets := Attempt(t, typ, dir, args)
	return perform(ctx, t, typ, attempt, secrets)
}

// Perform makes an attempt that Attempt made, perhaps changed by the test.
func Perform(ctx context.Context, t testing.TB, typ *engine.StepType, a engine.Attempt, secrets map[string]cty.Value) engine.Result {
	t.Helper()
	result, _ := perform(ctx, t, typ, a, secrets)
	return result
}

func perform(ctx context.Context, t testing.TB, typ *engine.StepType, a engine.Attempt, secrets map[string]cty.Value) (engine.Result, string) {
	t.Helper()
	var said bytes.Buffer
	runner := &local.Runner{
		Types:   engine.NewRegistry(typ),
		Secrets: func(engine.Attempt) map[string]cty.Value { return secrets },
		Handler: func(engine.Attempt) slog.Handler { return slog.NewTextHandler(&said, nil) },
	}
	result := runner.Run(ctx, throughJSON(t, a))
	return throughJSON(t, result), said.String()
}

func throughJSON[T any](t testing.TB, v T) T {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var back T
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// Succeed makes one attempt, fails the test unless it succeeds, and decodes
// the outputs into out, a struct with json tags or a map.
func Succeed(t testing.TB, typ *engine.StepType, dir string, args Args, out any) engine.Result {
	t.Helper()
	result := Run(t.Context(), t, typ, dir, args)
	if result.Outcome != engine.AttemptSucceeded {
		t.Fatalf("the attempt %s: %+v", result.Outcome, result.Error)
	}
	if out != nil {
		if err := json.Unmarshal(result.Outputs, out); err != nil {
			t.Fatal(err)
		}
	}
	return result
}

// Fail makes one attempt, fails the test unless it fails with the given code,
// and gives back the error. It checks what holds of every error: a message, a
// remedy, and no temporary file left.
func Fail(t testing.TB, typ *engine.StepType, dir string, args Args, code string) *engine.StepError {
	t.Helper()
	result := Run(t.Context(), t, typ, dir, args)
	if result.Outcome != engine.AttemptFailed {
		t.Fatalf("the attempt %s, want a failure with code %s", result.Outcome, code)
	}
	if result.Error.Code != code {
		t.Fatalf("got code %s (%s), want %s", result.Error.Code, result.Error.Message, code)
	}
	if result.Error.Message == "" || result.Error.Remedy == "" {
		t.Errorf("the error lacks a message or a remedy: %+v", result.Error)
	}
	NoLitter(t, dir)
	return result.Error
}

// NoLitter fails the test when a temporary file of dagrun is left under dir.
func NoLitter(t testing.TB, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(d.Name(), ".dagrun-") {
			t.Errorf("a temporary file is left: %s", path)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}

// Case is a step type with arguments that work, for Suite.
type Case struct {
	Type *engine.StepType
	// Setup fills an empty folder with what the arguments need and gives the
	// arguments.
	Setup func(t testing.TB, dir string) Args
	// State reads back what a successful attempt left behind, in a form that
	// is equal for equal effects: file contents, table rows, delivered mails.
	State func(t testing.TB, dir string) string
}

// Suite checks what every step type promises: an attempt made twice has the
// effect of one; outputs and files are those that were declared; an attempt
// that is cancelled beforehand fails at once and leaves nothing; documents are
// complete.
func Suite(t *testing.T, c Case) {
	t.Run("twice has the effect of once", func(t *testing.T) {
		dir := t.TempDir()
		args := c.Setup(t, dir)
		Succeed(t, c.Type, dir, args, nil)
		once := c.State(t, dir)
		Succeed(t, c.Type, dir, args, nil)
		if twice := c.State(t, dir); twice != once {
			t.Errorf("after one attempt:\n%s\nafter two:\n%s", once, twice)
		}
		NoLitter(t, dir)
	})
	t.Run("an output that bears an argument's name has its value", func(t *testing.T) {
		dir := t.TempDir()
		checkEchoes(t, c.Type, dir, c.Setup(t, dir))
	})
	t.Run("cancelled before it starts", func(t *testing.T) {
		dir := t.TempDir()
		args := c.Setup(t, dir)
		before := tree(t, dir)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if got := Run(ctx, t, c.Type, dir, args).Outcome; got != engine.AttemptCancelled {
			t.Errorf("the attempt %s, want cancelled", got)
		}
		if after := tree(t, dir); after != before {
			t.Errorf("files before:\n%s\nafter:\n%s", before, after)
		}
	})
	t.Run("documents are complete", func(t *testing.T) { checkDocuments(t, c.Type) })
}

func checkEchoes(t *testing.T, typ *engine.StepType, dir string, args Args) {
	t.Helper()
	attempt, _ := Attempt(t, typ, dir, args)
	var given, out map[string]json.RawMessage
	if err := json.Unmarshal(attempt.Arguments, &given); err != nil {
		t.Fatal(err)
	}
	Succeed(t, typ, dir, args, &out)
	for _, f := range typ.Outputs {
		arg := engine.FindField(typ.Args, f.Name)
		if arg == nil || !arg.Type.Equals(f.Type) {
			continue
		}
		if !bytes.Equal(given[f.Name], out[f.Name]) {
			t.Errorf("argument %s is %s, the output %s", f.Name, given[f.Name], out[f.Name])
		}
	}
}

func checkDocuments(t *testing.T, typ *engine.StepType) {
	t.Helper()
	if typ.Doc == "" || typ.Example == "" {
		t.Error("the type lacks a sentence or an example")
	}
	for _, f := range append(append([]engine.Field(nil), typ.Args...), typ.Outputs...) {
		if f.Doc == "" {
			t.Errorf("%s has no doc", f.Name)
		}
		for _, nested := range f.Block {
			if nested.Doc == "" {
				t.Errorf("%s.%s has no doc", f.Name, nested.Name)
			}
		}
	}
}

// tree lists the files under dir with their sizes.
func tree(t testing.TB, dir string) string {
	t.Helper()
	var list strings.Builder
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		list.WriteString(path + " " + string(data) + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list.String()
}
