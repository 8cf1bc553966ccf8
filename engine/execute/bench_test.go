package execute

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/graph"
	"dagrun/engine/runlog"
	"dagrun/engine/sched"
)

type nothing struct{}

var noop = engine.Define("noop", "Does nothing.", func(context.Context, *engine.Env, nothing) (nothing, error) {
	return nothing{}, nil
})

// given is an evaluator for steps without arguments.
type given struct{}

func (given) Prepare(*config.Step) config.Prepared {
	return config.Prepared{Arguments: cty.EmptyObjectVal}
}
func (given) Complete(*config.Step, cty.Value, json.RawMessage) (*config.Failure, error) {
	return nil, nil
}
func (given) Failed(*config.Step, engine.StepError, int) {}

// BenchmarkEngine measures what the engine itself costs for each step: state
// machine, loop, the attempt of a step that does nothing, and a run log of four
// events a step in a file. It reports nanoseconds a step. The floor is the bare
// writing of a log of that size, one write for each step.
func BenchmarkEngine(b *testing.B) {
	b.Run("floor/10000", func(b *testing.B) { benchmarkFloor(b, 10_000) })
	for _, shape := range []string{"independent", "chain"} {
		for _, n := range []int{1_000, 10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", shape, n), func(b *testing.B) { benchmarkEngine(b, n, shape == "chain") })
		}
	}
}

func benchmarkEngine(b *testing.B, n int, chain bool) {
	steps := make([]*config.Step, n)
	plan := sched.Plan{Concurrency: 2, Steps: make([]sched.Step, n)}
	for i := range steps {
		a := engine.Address{Type: noop.Name, Name: fmt.Sprintf("step%d", i)}
		steps[i] = &config.Step{Block: &config.Block{Address: a, Type: noop}, Address: a}
		plan.Steps[i] = sched.Step{Address: a, Rule: engine.AllSuccess, Retry: engine.DefaultRetry()}
		if chain && i > 0 {
			plan.Steps[i].Needs = []graph.Span{graph.One(i - 1)}
		}
	}
	types := engine.NewRegistry(noop)
	for i := range b.N {
		dir := filepath.Join(b.TempDir(), fmt.Sprint(i))
		log, err := runlog.Create(dir, "0190163d-8694-739b-aea5-966c26f8ad91")
		if err != nil {
			b.Fatal(err)
		}
		if err := log.Append(&engine.RunStarted{Schema: engine.RunLogSchema}); err != nil {
			b.Fatal(err)
		}
		shared := &asker{attempt: engine.Attempt{Timezone: "UTC", WorkingDir: dir}}
		d := newDriver(steps, shared, given{}, Options{Types: types, Log: log})
		if _, err := sched.Run(plan, d, sched.Control{}); err != nil {
			b.Fatal(err)
		}
		if d.counts[engine.StepSucceeded] != n {
			b.Fatalf("got %v", d.counts)
		}
		if err := log.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/step")
}

func benchmarkFloor(b *testing.B, n int) {
	lines := bytes.Repeat([]byte("x"), 970) // what four events of a step without arguments take
	for i := range b.N {
		f, err := os.Create(filepath.Join(b.TempDir(), fmt.Sprint(i)))
		if err != nil {
			b.Fatal(err)
		}
		for range n {
			if _, err := f.Write(lines); err != nil {
				b.Fatal(err)
			}
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/step")
}
