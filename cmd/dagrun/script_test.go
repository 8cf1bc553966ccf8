package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"dagrun/engine"
	"dagrun/engine/enginetest/crontab"
	"dagrun/steps"
)

var update = flag.Bool("update", false, "rewrite what scripts compare with")

func TestMain(m *testing.M) {
	testscript.Main(apart{m}, map[string]func(){
		"crontab": func() { os.Exit(crontab.Open(os.Getenv("CRONTAB_ROOT")).Main(os.Args[1:])) },
		"dagrun":  func() { os.Exit(runAt(clock(), os.Args[1:], os.Stdout, os.Stderr, withWait(steps.All()))) },
	})
}

// apart keeps the tests' runs out of what a CI server shows of the tests.
type apart struct{ *testing.M }

func (m apart) Run() int {
	if err := os.Unsetenv(summaryFile); err != nil {
		panic(err)
	}
	return m.M.Run()
}

// clockFile is the environment variable that names the file that clock reads.
const clockFile = "DAGRUN_TEST_CLOCK"

// clock is the clock of the program under test: the machine's, moved by the
// duration that stands in a file if the environment names one, so that a test
// can set it while a run goes on.
func clock() func() time.Time {
	path := os.Getenv(clockFile)
	if path == "" {
		return time.Now
	}
	return func() time.Time {
		text, err := os.ReadFile(path)
		by, wrong := time.ParseDuration(string(text))
		if err := errors.Join(err, wrong); err != nil {
			panic(err)
		}
		return time.Now().Round(0).Add(by) // without its monotonic reading, which cannot go back
	}
}

// TestScripts plays the sessions in testdata/script.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		UpdateScripts:      *update,
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("REPO", root)
			env.Setenv("NO_COLOR", "1")
			env.Setenv("LONG", strings.Repeat("x", 250))
			env.Setenv("CRONTAB_ROOT", filepath.Join(env.WorkDir, ".crontab"))
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await": await, "kill9": kill9, "code": code, "interrupt": interrupt,
			"withcrontab": withCrontab, "withoutcrontab": withoutCrontab, "fromcron": fromCron,
		},
	})
}

// await waits until a file is there, and has a text if one is given.
func await(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(awaitText(ts.MkAbs(args[0]), strings.Join(args[1:], " ")))
}

func awaitText(path, text string) error {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		if data, err := os.ReadFile(path); err == nil && strings.Contains(string(data), text) {
			return nil
		}
		<-time.After(time.Millisecond)
	}
	return fmt.Errorf("%s does not appear, or without %q", path, text)
}

// kill9 kills the script's background commands, or those dagrun commands that
// are named, so that they cannot clean up.
func kill9(ts *testscript.TestScript, _ bool, args []string) {
	for _, c := range ts.BackgroundCmds() {
		if len(args) == 0 || len(c.Args) > 1 && slices.Contains(args, c.Args[1]) {
			ts.Check(c.Process.Kill())
		}
	}
}

// code runs a command and checks its exit code: code 75 dagrun run p.hcl.
func code(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exited := new(exec.ExitError); errors.As(err, &exited) {
		got = exited.ExitCode()
	} else {
		ts.Check(err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("got exit code %d, want %s", got, args[0])
	}
}

// interrupt runs a command, sends it signals, each when a file has appeared, or
// has a text, and checks its exit code: interrupt 143 started:TERM dagrun run
// p.hcl; interrupt 130 said=waiting:INT dagrun logs. What the command says goes
// to the file "said".
func interrupt(ts *testscript.TestScript, _ bool, args []string) {
	said, err := os.Create(ts.MkAbs("said"))
	ts.Check(err)
	defer func() { _ = said.Close() }()
	c := exec.Command(lookPath(ts, args[2]), args[3:]...)
	c.Dir, c.Stdout, c.Stderr = ts.MkAbs("."), said, said
	c.Env = append(os.Environ(), "NO_COLOR=1")
	ts.Check(c.Start())
	for _, order := range strings.Split(args[1], ",") {
		file, name, _ := strings.Cut(order, ":")
		file, text, _ := strings.Cut(file, "=")
		ts.Check(awaitText(ts.MkAbs(file), text))
		ts.Check(c.Process.Signal(map[string]syscall.Signal{"HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM}[name]))
	}
	_ = c.Wait() // the exit code tells
	if got := c.ProcessState.ExitCode(); fmt.Sprint(got) != args[0] {
		ts.Fatalf("got exit code %d, want %s", got, args[0])
	}
}

func lookPath(ts *testscript.TestScript, name string) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if path := filepath.Join(dir, name); isThere(path) {
			return path
		}
	}
	ts.Fatalf("no %s in PATH", name)
	return ""
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// A step type of the test's own, as anyone could add one: it is declared, and
// put into a registry. Nothing of engine or cmd knows of it.
type waitArgs struct {
	Started string `arg:"started,required" doc:"File that is made when the step is at work."`
	Until   string `arg:"until" doc:"File whose appearance ends the step."`
	Deaf    bool   `arg:"deaf" default:"false" doc:"Whether the step ignores a cancellation."`
	Secret  string `arg:"secret" sensitive:"true" doc:"Text that is told in an error, as a careless step would."`
	Journal string `arg:"journal" doc:"File that gets a line with + and the run's id when the step begins, and with - when it ends."`
}

type waitOutputs struct {
	Started string `out:"started" doc:"The file."`
}

var waitType = engine.Define("wait", "Waits for a file.", wait)

func wait(ctx context.Context, env *engine.Env, a waitArgs) (waitOutputs, error) {
	if a.Secret != "" {
		env.Log.Warn("about to fail", "with", "https://user:"+a.Secret+"@host/")
		return waitOutputs{}, errors.New("the server said: 535 no such user " + a.Secret)
	}
	env.Log.Info("waiting", "until", a.Until)
	if err := errors.Join(note(env, a.Journal, "+"), os.WriteFile(env.Path(a.Started), nil, 0o600)); err != nil {
		return waitOutputs{}, err
	}
	out, err := waitUntil(ctx, env, a)
	return out, errors.Join(err, note(env, a.Journal, "-"))
}

// note appends a line to the journal, if there is one.
func note(env *engine.Env, journal, sign string) error {
	if journal == "" {
		return nil
	}
	f, err := os.OpenFile(env.Path(journal), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(sign + env.RunID + "\n")
	return errors.Join(err, f.Close())
}

func waitUntil(ctx context.Context, env *engine.Env, a waitArgs) (waitOutputs, error) {
	for {
		if _, err := os.Stat(env.Path(a.Until)); a.Until != "" && !errors.Is(err, fs.ErrNotExist) {
			return waitOutputs{Started: a.Started}, err
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			if !a.Deaf {
				return waitOutputs{}, ctx.Err()
			}
			if err := os.WriteFile(env.Path(a.Started+".cancelled"), nil, 0o600); err != nil {
				return waitOutputs{}, err
			}
		}
	}
}

func withWait(r *engine.Registry) *engine.Registry {
	return engine.NewRegistry(append(r.Types(), waitType)...)
}
