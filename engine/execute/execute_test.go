package execute_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/execute"
	"dagrun/engine/runlog"
	"dagrun/engine/runlog/runlogtest"
)

type args struct {
	Text   string `arg:"text" doc:"What to give back."`
	Fail   bool   `arg:"fail" doc:"Whether to fail, telling the secret."`
	Block  bool   `arg:"block" doc:"Whether to wait until it is cancelled."`
	Secret string `arg:"secret" sensitive:"true" doc:"A secret."`
}

type outputs struct {
	Text string `out:"text" doc:"The text."`
}

// counted is a step type that counts its attempts.
func counted(n *atomic.Int32) *engine.Registry {
	return engine.NewRegistry(engine.Define("echo", "Echoes.", func(ctx context.Context, _ *engine.Env, a args) (outputs, error) {
		n.Add(1)
		if a.Block {
			<-ctx.Done()
			return outputs{}, ctx.Err()
		}
		if a.Fail {
			return outputs{}, &engine.StepError{Code: "refused", Message: "refused " + a.Secret, Argument: "secret", Remedy: "Ask."}
		}
		return outputs{a.Text}, nil
	}))
}

func load(t testing.TB, types *engine.Registry, redactor *runlog.Redactor, text string) *config.Pipeline {
	t.Helper()
	path := filepath.Join(t.TempDir(), "p.hcl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, diags := config.Load(path, config.Options{
		Types: types, LookupEnv: func(string) (string, bool) { return "", false }, Secret: redactor.Add,
		Run: config.Run{ID: "0190163d-8694-739b-aea5-966c26f8ad91", StartedAt: time.Now(), Trigger: engine.Manual},
	})
	if p == nil {
		t.Fatal(diags)
	}
	return p
}

// run runs a pipeline and gives how it ended and its log.
func run(t testing.TB, text string, o execute.Options) (execute.Result, string) {
	t.Helper()
	var n atomic.Int32
	var log bytes.Buffer
	o.Redactor = new(runlog.Redactor)
	o.Types = counted(&n)
	p := load(t, o.Types, o.Redactor, text)
	o.Log = runlog.New(&log, p.Run.ID, runlog.WithRedactor(o.Redactor))
	o.Concurrency, o.Grace = 4, time.Second
	result, err := execute.Run(p, o)
	if err != nil {
		t.Fatal(err)
	}
	return result, log.String()
}

func TestARunIsRecordedAsTheSchemaSays(t *testing.T) {
	result, log := run(t, `
pipeline "p" {}
step "echo" "a" { text = "x" }
step "echo" "b" {
  text   = "${step.echo.a.text}y"
  secret = "hunter2"
}
step "echo" "c" {
  fail       = true
  secret     = "hunter2"
  depends_on = [step.echo.b]
}
step "echo" "d" { text = step.echo.c.text }
step "echo" "e" {
  text         = join("; ", [for f in run.failures : f.error])
  depends_on   = [step.echo.d]
  trigger_rule = "one_failed"
}
output "b" { value = step.echo.b.text }
output "e" { value = step.echo.e.text }
`, execute.Options{})
	runlogtest.Validate(t, []byte(log))
	if result.Result != engine.RunFailed {
		t.Errorf("the run %s", result.Result)
	}
	for _, want := range []string{
		`"steps":[{"step":"step.echo.a","type":"echo"},{"step":"step.echo.b","type":"echo","needs":["step.echo.a"]},{"step":"step.echo.c"`,
		`"outputs":{"b":"xy","e":"refused (sensitive)"}`, `"code":"refused"`, `"argument":"secret","retryable":false,"range":{"filename":`,
		`"reason":"upstream_failed","cause":"step.echo.c"`, `"steps":{"failed":1,"skipped":1,"succeeded":3}`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
	if strings.Contains(log, "hunter2") {
		t.Errorf("the log has the secret:\n%s", log)
	}
}

func TestTheTimeLimitOfARunFailsIt(t *testing.T) {
	result, log := run(t, `
pipeline "p" { timeout = "20ms" }
step "echo" "a" { block = true }
step "echo" "b" { depends_on = [step.echo.a] }
step "echo" "alarm" {
  trigger_rule = "all_done"
  depends_on   = [step.echo.a, step.echo.b]
  text         = join("; ", [for f in run.failures : "${f.step} ${f.code}"])
}
output "alarm" { value = step.echo.alarm.text }
`, execute.Options{})
	runlogtest.Validate(t, []byte(log))
	if !strings.Contains(log, `"outputs":{"alarm":"step.echo.b run_timeout; step.echo.a cancelled"}`) {
		t.Errorf("the alarm does not name the cancelled steps:\n%s", log)
	}
	if result.Result != engine.RunFailed || !strings.Contains(log, "after its timeout of 20ms") || strings.Count(log, `"reason":"run_timeout"`) != 2 {
		t.Errorf("the run %s:\n%s", result.Result, log)
	}
}

func TestAnInterruptedRunIsNoSuccess(t *testing.T) {
	interrupt := make(chan struct{})
	close(interrupt)
	result, log := run(t, `
pipeline "p" {}
step "echo" "a" { block = true }
`, execute.Options{Interrupt: interrupt})
	runlogtest.Validate(t, []byte(log))
	if result.Result != engine.RunCancelled {
		t.Errorf("the run %s:\n%s", result.Result, log)
	}
}

// full is a disk that takes only so many writes.
type full struct{ left int }

var errFull = errors.New("no space left on device")

func (f *full) Write(p []byte) (int, error) {
	if f.left--; f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWhatCannotBeRecordedIsNotRun(t *testing.T) {
	for writes := range 4 {
		var n atomic.Int32
		redactor := new(runlog.Redactor)
		types := counted(&n)
		p := load(t, types, redactor, `
pipeline "p" {}
step "echo" "a" {}
step "echo" "b" { depends_on = [step.echo.a] }
`)
		log := runlog.New(&full{left: writes}, p.Run.ID, runlog.WithRedactor(redactor))
		result, err := execute.Run(p, execute.Options{Types: types, Log: log, Redactor: redactor, Concurrency: 1})
		if !errors.Is(err, errFull) || result.Result != engine.RunFailed {
			t.Errorf("after %d writes: %s, %v", writes, result.Result, err)
		}
		if got, want := int(n.Load()), max(0, writes-1); got != want {
			t.Errorf("after %d writes %d steps ran, want %d", writes, got, want)
		}
	}
}

func TestManyRunsLeaveNothingOpen(t *testing.T) {
	const pipeline = `
pipeline "p" { timeout = "1h" }
step "echo" "a" {}
step "echo" "b" { text = step.echo.a.text }
`
	run(t, pipeline, execute.Options{})
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	for range 1000 {
		run(t, pipeline, execute.Options{})
	}
	for range 100 { // those that have ended may not be gone yet
		runtime.Gosched()
	}
	if got := runtime.NumGoroutine(); got > goroutines+2 {
		t.Errorf("%d goroutines before, %d after 1,000 runs", goroutines, got)
	}
	if got := openFiles(t); got > files {
		t.Errorf("%d open files before, %d after 1,000 runs", files, got)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0 // no such folder on this system: goroutines tell enough
	}
	return len(entries)
}
