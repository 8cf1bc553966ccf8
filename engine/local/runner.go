package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"dagrun/engine"
)

// Runner runs attempts. Its fields are set once; Run may be called from many
// goroutines.
type Runner struct {
	Types *engine.Registry
	// Secrets gives the sensitive values that an attempt's arguments leave
	// out, by path. It may be nil where no step has any.
	Secrets func(engine.Attempt) map[string]cty.Value
	// Verify looks at the outputs of a step that has done its work, before its
	// files are put in place; an error fails the attempt. It may be nil.
	Verify func(a engine.Attempt, outputs json.RawMessage) error
	// Temporary is told of each temporary file before it is made, so that it can
	// be found when this process dies; an error fails the attempt. It may be nil.
	Temporary func(path string) error
	// Handler gives the slog handler for what an attempt says.
	Handler func(engine.Attempt) slog.Handler
	// Progress takes an attempt's progress; it must be cheap.
	Progress func(a engine.Attempt, done, total int64, unit string)

	zones sync.Map // *time.Location by name: loading one reads a file
}

// Run makes one attempt and says how it ended. It returns when the step's run
// function has returned, so that nothing of an attempt outlives it.
func (r *Runner) Run(ctx context.Context, a engine.Attempt) engine.Result {
	start := time.Now()
	if a.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, a.Timeout)
		defer cancel()
	}
	result, err := r.attempt(ctx, a)
	if err != nil {
		result = engine.Result{Outcome: outcome(ctx), Error: describe(ctx, a, err)}
	} else {
		result.Outcome = engine.AttemptSucceeded
	}
	result.Duration = time.Since(start)
	return result
}

func outcome(ctx context.Context) engine.Outcome {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return engine.AttemptTimedOut
	case ctx.Err() != nil:
		return engine.AttemptCancelled
	}
	return engine.AttemptFailed
}

func describe(ctx context.Context, a engine.Attempt, err error) *engine.StepError {
	switch outcome(ctx) {
	case engine.AttemptTimedOut:
		return &engine.StepError{
			Code: "timeout", Retryable: true,
			Message: fmt.Sprintf("the attempt was stopped after its timeout of %s%s", a.Timeout, during(err)),
			Remedy:  "Raise the step's timeout if the work needs longer.",
		}
	case engine.AttemptCancelled:
		return &engine.StepError{Code: "cancelled", Message: "the attempt was cancelled" + during(err)}
	}
	return engine.AsStepError(err).Flat()
}

// during says what an attempt was at when its context ended; nothing where its
// error only says that it did.
func during(err error) string {
	text := err.Error()
	for _, end := range []error{context.DeadlineExceeded, context.Canceled} {
		text = strings.TrimSuffix(strings.TrimSuffix(text, end.Error()), ": ")
	}
	if text == "" {
		return ""
	}
	return ": " + text
}

// blame names the argument that a file came from which could not be written.
func blame(dir string, typ *engine.StepType, args cty.Value, err error) error {
	var unwritable *unwritableError
	if !errors.As(err, &unwritable) {
		return err
	}
	for _, f := range typ.Args {
		if f.Role == engine.Writes && slices.Contains(Paths(dir, args.GetAttr(f.Name)), unwritable.path) {
			unwritable.Argument = f.Name
		}
	}
	return &unwritable.StepError
}

func (r *Runner) attempt(ctx context.Context, a engine.Attempt) (engine.Result, error) {
	typ := r.Types.Lookup(a.Type)
	if typ == nil {
		return engine.Result{}, &engine.StepError{Code: "unknown_type", Message: fmt.Sprintf("there is no step type %q", a.Type)}
	}
	args, err := r.arguments(typ, a)
	if err != nil {
		return engine.Result{}, err
	}
	ws := newWorkspace(a.WorkingDir, r.Temporary)
	defer ws.abort()
	env, last := r.env(a, ws), &finalWork{}
	env.Finally = last.add
	files := filesOf(a.WorkingDir, typ, args)
	hashing := startHashing(ctx, files.read)
	defer hashing.stop()
	out, err := runGuarded(ctx, typ, env, args)
	if err == nil {
		hashing.wait()
		err = ctx.Err()
	}
	if err != nil {
		return engine.Result{}, blame(a.WorkingDir, typ, args, err)
	}
	outputs, err := r.verified(a, typ, out)
	if err != nil {
		return engine.Result{}, err
	}
	if err := ws.commit(); err != nil {
		return engine.Result{}, blame(a.WorkingDir, typ, args, err)
	}
	if err := last.do(ctx, typ, env); err != nil {
		return engine.Result{}, err
	}
	records := append(files.records(), ws.records...)
	return engine.Result{Outputs: outputs, Files: records, Volume: volumeOf(typ, out, records)}, nil
}

// verified is the outputs as they are recorded, once Verify has agreed.
func (r *Runner) verified(a engine.Attempt, typ *engine.StepType, out cty.Value) (json.RawMessage, error) {
	outputs, err := ctyjson.Marshal(out, typ.OutputsType())
	if err != nil {
		return nil, fmt.Errorf("record outputs: %w", err)
	}
	if r.Verify == nil {
		return outputs, nil
	}
	return outputs, r.Verify(a, outputs)
}

func (r *Runner) arguments(typ *engine.StepType, a engine.Attempt) (cty.Value, error) {
	public, err := ctyjson.Unmarshal(a.Arguments, typ.ArgsType())
	if err != nil {
		return cty.NilVal, fmt.Errorf("read the attempt's arguments: %w", err)
	}
	if len(a.Sensitive) == 0 || r.Secrets == nil {
		return public, nil
	}
	return engine.JoinSecrets(public, r.Secrets(a)), nil
}

func (r *Runner) env(a engine.Attempt, ws *workspace) *engine.Env {
	env := &engine.Env{
		RunID: a.RunID, Origin: a.Origin, Pipeline: a.Pipeline, Step: a.Step, Attempt: a.Number,
		LogicalTime: a.LogicalTime.In(r.zone(a.Timezone)), WorkingDir: a.WorkingDir,
		Log: slog.New(slog.DiscardHandler), Progress: func(int64, int64, string) {}, Files: ws,
	}
	if r.Handler != nil {
		env.Log = slog.New(r.Handler(a))
	}
	if r.Progress != nil {
		env.Progress = func(done, total int64, unit string) { r.Progress(a, done, total, unit) }
	}
	return env
}

func (r *Runner) zone(name string) *time.Location {
	if zone, ok := r.zones.Load(name); ok {
		return zone.(*time.Location)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		zone = time.UTC
	}
	r.zones.Store(name, zone)
	return zone
}

// finalWork is what a step wants to be done last.
type finalWork struct{ all []func(context.Context) error }

func (f *finalWork) add(work func(context.Context) error) { f.all = append(f.all, work) }

func (f *finalWork) do(ctx context.Context, typ *engine.StepType, env *engine.Env) (err error) {
	defer guard(typ, env, &err)
	for _, work := range f.all {
		if err := work(ctx); err != nil {
			return err
		}
	}
	return nil
}

// runGuarded runs the step.
func runGuarded(ctx context.Context, typ *engine.StepType, env *engine.Env, args cty.Value) (out cty.Value, err error) {
	defer guard(typ, env, &err)
	return typ.Run(ctx, env, args)
}

// guard turns a panic of the step into an error that is not retried.
func guard(typ *engine.StepType, env *engine.Env, err *error) {
	if p := recover(); p != nil {
		env.Log.Debug("panic", "stack", string(debug.Stack()))
		*err = &engine.StepError{
			Code:    "panic",
			Message: fmt.Sprintf("step type %s panicked: %v", typ.Name, p),
			Remedy:  "This is a bug in the step type; please report it with the run log.",
		}
	}
}
