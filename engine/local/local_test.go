package local_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/local"
)

type copyArgs struct {
	Input  engine.Strings `arg:"input" file:"read" doc:"Files."`
	Output string         `arg:"output" file:"write" doc:"File."`
	Secret string         `arg:"secret" sensitive:"true" doc:"Text that is written as well."`
	Remove bool           `arg:"remove" default:"false" deletes:"input" doc:"Whether the input goes."`
}

type copyOut struct {
	Rows int64 `out:"rows" volume:"rows_out" doc:"Rows."`
}

// stepType makes a type that does what the test says.
func stepType(run func(ctx context.Context, env *engine.Env, a copyArgs) error) *engine.StepType {
	return engine.Define("copy", "Copies.", func(ctx context.Context, env *engine.Env, a copyArgs) (copyOut, error) {
		return copyOut{Rows: 7}, run(ctx, env, a)
	})
}

func writeTo(env *engine.Env, path, text string) error {
	f, err := env.Files.Create(path)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	return err
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func place(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAFileAppearsWhenTheAttemptSucceeds(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "new", "out.txt")
	typ := stepType(func(_ context.Context, env *engine.Env, a copyArgs) error {
		if err := writeTo(env, a.Output, "hello "+a.Secret); err != nil {
			return err
		}
		if _, err := os.Stat(out); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the file is there before the attempt ended: %v", err)
		}
		return nil
	})
	result := enginetest.Succeed(t, typ, dir, enginetest.Args{"output": "new/out.txt", "secret": "you"}, nil)
	if got := read(t, out); got != "hello you" {
		t.Errorf("got %q", got)
	}
	const sum = "b283788fa43abed20cc491063bfa3a455ebca761853c409a9e3acec9712632bc"
	want := []engine.FileRecord{{Path: out, Role: engine.Writes, Size: 9, SHA256: sum}}
	if diff := cmp.Diff(want, result.Files); diff != "" {
		t.Error(diff)
	}
	again := enginetest.Succeed(t, stepType(func(context.Context, *engine.Env, copyArgs) error { return nil }), dir,
		enginetest.Args{"input": "new/out.txt"}, nil)
	if again.Files[0].SHA256 != sum || again.Volume != (engine.Volume{RowsOut: 7, BytesIn: 9}) {
		t.Errorf("got %+v", again)
	}
	enginetest.NoLitter(t, dir)
}

func TestAFailedAttemptLeavesTheOldFile(t *testing.T) {
	for name, fail := range map[string]func(context.Context) error{
		"error": func(context.Context) error {
			return &engine.StepError{Code: "broken", Message: "it broke", Remedy: "Mend it."}
		},
		"panic": func(context.Context) error { panic("it broke") },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			place(t, filepath.Join(dir, "out.txt"), "old")
			typ := stepType(func(ctx context.Context, env *engine.Env, a copyArgs) error {
				if err := writeTo(env, a.Output, "new"); err != nil {
					return err
				}
				return fail(ctx)
			})
			code := map[string]string{"error": "broken", "panic": "panic"}[name]
			if err := enginetest.Fail(t, typ, dir, enginetest.Args{"output": "out.txt"}, code); err.Retryable || !strings.Contains(err.Message, "it broke") {
				t.Errorf("got %+v", err)
			}
			if got := read(t, filepath.Join(dir, "out.txt")); got != "old" {
				t.Errorf("the file is now %q", got)
			}
		})
	}
}

func TestATimeoutStopsTheWork(t *testing.T) {
	dir := t.TempDir()
	typ := stepType(func(ctx context.Context, env *engine.Env, a copyArgs) error {
		if err := writeTo(env, a.Output, "half"); err != nil {
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	})
	attempt, _ := enginetest.Attempt(t, typ, dir, enginetest.Args{"output": "out.txt"})
	attempt.Timeout = time.Millisecond
	result := enginetest.Perform(t.Context(), t, typ, attempt, nil)
	if result.Outcome != engine.AttemptTimedOut || result.Error.Code != "timeout" || !result.Error.Retryable {
		t.Errorf("got %+v, %+v", result.Outcome, result.Error)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestAStepThatEndsWellAfterItsCancellationIsTooLate(t *testing.T) {
	dir := t.TempDir()
	typ := stepType(func(ctx context.Context, env *engine.Env, a copyArgs) error {
		<-ctx.Done()
		return writeTo(env, a.Output, "late")
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := enginetest.Run(ctx, t, typ, dir, enginetest.Args{"output": "out.txt"}); got.Outcome != engine.AttemptCancelled {
		t.Errorf("got %s", got.Outcome)
	}
	if _, err := os.Stat(filepath.Join(dir, "out.txt")); !errors.Is(err, os.ErrNotExist) {
		t.Error("the file is there")
	}
}

func TestSensitiveValuesReachTheStepAndNotTheAttempt(t *testing.T) {
	var got string
	typ := stepType(func(_ context.Context, _ *engine.Env, a copyArgs) error {
		got = a.Secret
		return nil
	})
	args := enginetest.Args{"secret": "hunter2"}
	attempt, _ := enginetest.Attempt(t, typ, t.TempDir(), args)
	data, err := json.Marshal(attempt)
	if err != nil || bytes.Contains(data, []byte("hunter2")) {
		t.Errorf("the attempt is %s, %v", data, err)
	}
	enginetest.Succeed(t, typ, t.TempDir(), args, nil)
	if got != "hunter2" {
		t.Errorf("the step got %q", got)
	}
}

func TestADeletedInputIsRecordedWithWhatItWas(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in.txt")
	place(t, in, "abc")
	typ := stepType(func(_ context.Context, env *engine.Env, a copyArgs) error { return os.Remove(env.Path(a.Input[0])) })
	result := enginetest.Succeed(t, typ, dir, enginetest.Args{"input": "in.txt", "remove": true}, nil)
	const sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // of FIPS 180-2
	want := []engine.FileRecord{
		{Path: in, Role: engine.Reads, Size: 3, SHA256: sum}, {Path: in, Role: engine.Deletes, Size: 3, SHA256: sum},
	}
	if diff := cmp.Diff(want, result.Files); diff != "" {
		t.Error(diff)
	}
}

func TestAnInputThatChangesUnderWayHasNoHash(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"appended to": func(path string) error {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteString("def")
			return errors.Join(err, f.Close())
		},
		"replaced": func(path string) error {
			return errors.Join(os.WriteFile(path+".new", []byte("xyz"), 0o600), os.Rename(path+".new", path))
		},
		"gone": os.Remove,
	} {
		dir := t.TempDir()
		in := filepath.Join(dir, "in.txt")
		place(t, in, "abc")
		typ := stepType(func(_ context.Context, env *engine.Env, a copyArgs) error { return change(env.Path(a.Input[0])) })
		result := enginetest.Succeed(t, typ, dir, enginetest.Args{"input": "in.txt"}, nil)
		want := []engine.FileRecord{{Path: in, Role: engine.Reads, Size: 3}}
		if diff := cmp.Diff(want, result.Files); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestReplacingKeepsPermissionsAndLinks(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.txt"), filepath.Join(dir, "link.txt")
	place(t, real, "old")
	if err := errors.Join(os.Chmod(real, 0o640), os.Symlink("real.txt", link)); err != nil {
		t.Fatal(err)
	}
	typ := stepType(func(_ context.Context, env *engine.Env, a copyArgs) error { return writeTo(env, a.Output, "new") })
	enginetest.Succeed(t, typ, dir, enginetest.Args{"output": "link.txt"}, nil)
	info, err := os.Stat(real)
	if err != nil || info.Mode().Perm() != 0o640 || read(t, real) != "new" {
		t.Errorf("got %v, %v, %q", info, err, read(t, real))
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is now %v, %v", info, err)
	}
}

func TestAnOutputThatCannotBeWrittenIsExplained(t *testing.T) {
	dir := t.TempDir()
	place(t, filepath.Join(dir, "file"), "x")
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o750); err != nil {
		t.Fatal(err)
	}
	typ := stepType(func(_ context.Context, env *engine.Env, a copyArgs) error { return writeTo(env, a.Output, "new") })
	for output, want := range map[string]string{"file/out.txt": "not a directory", "folder": "there is a folder of that name"} {
		err := enginetest.Fail(t, typ, dir, enginetest.Args{"output": output}, "output_unwritable")
		if !strings.Contains(err.Message, want) || !strings.Contains(err.Message, filepath.Join(dir, output)) {
			t.Errorf("%s: got %q", output, err.Message)
		}
	}
}

func TestACommittedFileIsInPlaceBeforeTheAttemptEnds(t *testing.T) {
	dir := t.TempDir()
	typ := stepType(func(_ context.Context, env *engine.Env, a copyArgs) error {
		f, err := env.Files.Create(a.Output)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(f, "done"); err != nil {
			return err
		}
		if err := f.Commit(); err != nil {
			return err
		}
		if got := read(t, env.Path(a.Output)); got != "done" {
			t.Errorf("got %q", got)
		}
		return nil
	})
	if got := enginetest.Succeed(t, typ, dir, enginetest.Args{"output": "out.txt"}, nil); len(got.Files) != 1 {
		t.Errorf("got files %v", got.Files)
	}
}

func TestInputsExpandsGlobsAndTakesNamesLiterally(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.csv", "a.csv", "[1].csv", "c.txt"} {
		place(t, filepath.Join(dir, name), "x")
	}
	env := &engine.Env{WorkingDir: dir}
	got, err := env.Inputs("input", "c.txt", "[1].csv", "*.csv", filepath.Join(dir, "c.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		got[i] = filepath.Base(got[i])
	}
	if diff := cmp.Diff([]string{"c.txt", "[1].csv", "a.csv", "b.csv"}, got); diff != "" {
		t.Error(diff)
	}
	for _, pattern := range []string{"none.csv", "*.tsv", ".", "[.csv"} {
		_, err := env.Inputs("input", pattern)
		if se := engine.AsStepError(err); err == nil || se.Code != "input_missing" || se.Argument != "input" || se.Remedy == "" {
			t.Errorf("%q: got %+v", pattern, err)
		}
	}
}

func TestAnEndedContextIsSaidInOneWay(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{context.Canceled, "the attempt was cancelled"},
		{&engine.StepError{Code: "c", Message: "connect to mail:25", Err: context.Canceled}, "the attempt was cancelled: connect to mail:25"},
	} {
		typ := stepType(func(ctx context.Context, _ *engine.Env, _ copyArgs) error {
			<-ctx.Done()
			return tt.err
		})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if got := enginetest.Run(ctx, t, typ, t.TempDir(), nil).Error; got.Message != tt.want {
			t.Errorf("got %q, want %q", got.Message, tt.want)
		}
	}
}

func TestFinalWorkIsDoneWhenAllElseIsWell(t *testing.T) {
	refusal := &engine.StepError{Code: "postcondition", Message: "no", Remedy: "Look."}
	for name, tt := range map[string]struct {
		run, verify, last error
		panics            bool
		want              engine.Outcome
		done              bool
	}{
		"all is well":            {want: engine.AttemptSucceeded, done: true},
		"the step fails":         {run: refusal, want: engine.AttemptFailed},
		"a postcondition fails":  {verify: refusal, want: engine.AttemptFailed},
		"the work itself fails":  {last: refusal, want: engine.AttemptFailed, done: true},
		"the work itself panics": {panics: true, want: engine.AttemptFailed, done: true},
	} {
		dir := t.TempDir()
		done := false
		typ := stepType(func(_ context.Context, env *engine.Env, a copyArgs) error {
			env.Finally(func(context.Context) error {
				done = true
				if got := read(t, env.Path(a.Output)); got != "new" {
					t.Errorf("%s: the file is %q when the work is done", name, got)
				}
				if tt.panics {
					panic("it broke")
				}
				return tt.last
			})
			if err := writeTo(env, a.Output, "new"); err != nil {
				return err
			}
			return tt.run
		})
		attempt, _ := enginetest.Attempt(t, typ, dir, enginetest.Args{"output": "out.txt"})
		runner := &local.Runner{Types: engine.NewRegistry(typ), Verify: func(engine.Attempt, json.RawMessage) error { return tt.verify }}
		if got := runner.Run(t.Context(), attempt); got.Outcome != tt.want || done != tt.done {
			t.Errorf("%s: the attempt %s, the work was done: %v; want %s, %v", name, got.Outcome, done, tt.want, tt.done)
		}
	}
}

func TestGlobsAreForOrdinaryFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.csv", ".hidden.csv", ".git/b.csv", "sub/c.csv"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		place(t, filepath.Join(dir, name), "x")
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.csv"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := &engine.Env{WorkingDir: dir}
	for pattern, want := range map[string][]string{"*.csv": {"a.csv"}, "*/*.csv": {"sub/c.csv"}, ".*.csv": {".hidden.csv"}, ".git/*": {".git/b.csv"}, ".hidden.csv": {".hidden.csv"}} {
		got, err := env.Inputs("input", pattern)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			got[i], _ = filepath.Rel(dir, got[i])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", pattern, diff)
		}
	}
	if _, err := env.Inputs("input", "pipe.csv"); err == nil || !strings.Contains(err.Error(), "it is a pipe or a device, not a file") {
		t.Errorf("a pipe: got %v", err)
	}
}
