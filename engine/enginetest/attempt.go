package enginetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
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

// Attempt makes an attempt of typ in dir, with defaults filled in and every
// argument converted as a pipeline's would be. Arguments that do not go together
// fail the test. Sensitive arguments are set apart, as in a real run.
func Attempt(t testing.TB, typ *engine.StepType, dir string, args Args) (engine.Attempt, map[string]cty.Value) {
	t.Helper()
	object := objectOf(t, typ.Args, args)
	checkConstraints(t, typ, args, object)
	public, secrets := engine.SplitSecrets(object)
	data, err := ctyjson.Marshal(public, typ.ArgsType())
	if err != nil {
		t.Fatal(err)
	}
	a := engine.Attempt{
		RunID: "0190163d-8694-739b-aea5-966c26f8ad91", Origin: "0190163d-8694-739b-aea5-966c26f8ad91", Pipeline: "test",
		Step: engine.Address{Type: typ.Name, Name: "it"}, Type: typ.Name, Number: 1,
		Arguments: data, LogicalTime: LogicalTime, Timezone: "UTC", WorkingDir: dir,
	}
	for path := range secrets {
		a.Sensitive = append(a.Sensitive, path)
	}
	return a, secrets
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
	runner := runnerOf(typ, secrets, &said)
	result := runner.Run(ctx, throughJSON(t, a))
	return throughJSON(t, result), said.String()
}

func runnerOf(typ *engine.StepType, secrets map[string]cty.Value, said io.Writer) *local.Runner {
	return &local.Runner{
		Types:   engine.NewRegistry(typ),
		Secrets: func(engine.Attempt) map[string]cty.Value { return secrets },
		Handler: func(engine.Attempt) slog.Handler { return slog.NewTextHandler(said, nil) },
	}
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
