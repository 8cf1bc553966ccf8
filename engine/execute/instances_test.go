package execute_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/execute"
	"dagrun/engine/runlog"
)

// Shapes of pipelines with many instances; keys.json holds the keys.
var shapes = map[string]string{
	"one block": `
pipeline "p" {}
step "echo" "one" {
  for_each = toset(jsondecode(file("keys.json")))
  text     = each.key
}
`,
	"two blocks and a report": `
pipeline "p" {}
locals {
  keys = toset(jsondecode(file("keys.json")))
}
step "echo" "one" {
  for_each = local.keys
  text     = each.key
}
step "echo" "two" {
  for_each = local.keys
  text     = step.echo.one[each.key].text
}
step "echo" "report" {
  text = length(step.echo.two)
}
`,
}

// many is a pipeline of a shape with so many keys.
func many(t testing.TB, shape string, keys int) (path string) {
	t.Helper()
	names := make([]string, keys)
	for i := range names {
		names[i] = fmt.Sprintf("probe%06d", i)
	}
	data, err := json.Marshal(names)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string]string{"keys.json": string(data), "p.hcl": shapes[shape]} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "p.hcl")
}

func validated(t testing.TB, types *engine.Registry, path string) *config.Pipeline {
	t.Helper()
	p, diags := config.Load(path, config.Options{
		Types: types, LookupEnv: func(string) (string, bool) { return "", false },
		Run: config.Run{ID: "0190163d-8694-739b-aea5-966c26f8ad91", StartedAt: time.Now(), Trigger: engine.Manual},
	})
	if p == nil {
		t.Fatal(diags)
	}
	return p
}

func runOf(t testing.TB, types *engine.Registry, p *config.Pipeline) {
	t.Helper()
	log, err := runlog.Create(t.TempDir(), p.Run.ID)
	if err != nil {
		t.Fatal(err)
	}
	result, err := execute.Run(p, execute.Options{Types: types, Log: log, Redactor: &runlog.Redactor{}, Concurrency: 2})
	if err != nil || result.Result != engine.RunSucceeded {
		t.Fatalf("got %+v, %v", result, err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestManyInstancesRunOnceEach(t *testing.T) {
	for shape, want := range map[string]int32{"one block": 2_000, "two blocks and a report": 4_001} {
		var attempts atomic.Int32
		types := counted(&attempts)
		p := validated(t, types, many(t, shape, 2_000))
		if got := len(execute.Plan(p, nil, execute.Selection{})); got != int(want) {
			t.Errorf("%s: the plan has %d steps, want %d", shape, got, want)
		}
		runOf(t, types, p)
		if got := attempts.Load(); got != want {
			t.Errorf("%s: %d attempts, want %d", shape, got, want)
		}
	}
}

// BenchmarkInstances measures what each instance of a block costs to validate,
// to plan and to run, in nanoseconds, and the heap that is in use after that in
// bytes.
func BenchmarkInstances(b *testing.B) {
	var attempts atomic.Int32
	types := counted(&attempts)
	for shape := range shapes {
		for _, n := range []int{1_000, 10_000, 100_000} {
			path := many(b, shape, n)
			name := shape + "/" + strconv.Itoa(n)
			b.Run("validate/"+name, func(b *testing.B) {
				var p *config.Pipeline
				for range b.N {
					p = validated(b, types, path)
				}
				report(b, n)
				runtime.KeepAlive(p)
			})
			p := validated(b, types, path)
			b.Run("plan/"+name, func(b *testing.B) {
				var prospects []execute.Prospect
				for range b.N {
					prospects = execute.Plan(p, nil, execute.Selection{})
				}
				report(b, n)
				runtime.KeepAlive(prospects)
			})
			b.Run("run/"+name, func(b *testing.B) {
				for range b.N {
					runOf(b, types, p)
				}
				report(b, n)
			})
		}
	}
}

func report(b *testing.B, n int) {
	b.Helper()
	b.StopTimer()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/instance")
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/float64(n), "heap-B/instance")
}
