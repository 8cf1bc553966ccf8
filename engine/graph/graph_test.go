package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dagrun/engine"
	"dagrun/engine/graph"
)

func step(name string) engine.Address { return engine.Address{Type: "t", Name: name} }

// build makes a graph of steps named by letters and of edges such as "ab": a
// needs b.
func build(t *testing.T, steps string, edges ...string) *graph.Graph {
	t.Helper()
	g := graph.New()
	for _, name := range steps {
		if err := g.AddStep(step(string(name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range edges {
		g.AddDependency(graph.Dependency{Step: step(e[:1]), Needs: step(e[1:])})
	}
	return g
}

func settled(t *testing.T, g *graph.Graph) *graph.Graph {
	t.Helper()
	if cycles, err := g.Build(); err != nil || len(cycles) > 0 {
		t.Fatalf("got cycles %v, %v", cycles, err)
	}
	return g
}

func names(addresses []engine.Address) (s string) {
	for _, a := range addresses {
		s += a.Name
	}
	return s
}

func TestOrderPutsNeedsFirstAndKeepsTheFileOrder(t *testing.T) {
	tests := []struct {
		steps string
		edges []string
		want  string
	}{
		{"", nil, ""},
		{"cab", nil, "cab"},
		{"abc", []string{"ab", "bc"}, "cba"},
		{"dcba", []string{"da", "db", "dc"}, "cbad"},
		{"abcd", []string{"ac", "bd"}, "cadb"},
	}
	for _, tt := range tests {
		if got := names(settled(t, build(t, tt.steps, tt.edges...)).Order()); got != tt.want {
			t.Errorf("steps %s with edges %v: got order %s, want %s", tt.steps, tt.edges, got, tt.want)
		}
	}
}

func TestACycleIsReportedWithItsWholePath(t *testing.T) {
	tests := []struct {
		edges string
		want  []string
	}{
		{"aa", []string{"cycle: step.t.a -> step.t.a"}},
		{"ab ba", []string{"cycle: step.t.a -> step.t.b -> step.t.a"}},
		{"ab bc cd da", []string{"cycle: step.t.a -> step.t.b -> step.t.c -> step.t.d -> step.t.a"}},
		{"ab bd da ac cd", []string{"cycle: step.t.a -> step.t.b -> step.t.d -> step.t.a"}},
		{"ab bc cb cd dd", []string{"cycle: step.t.b -> step.t.c -> step.t.b", "cycle: step.t.d -> step.t.d"}},
	}
	for _, tt := range tests {
		g := build(t, "abcd", strings.Fields(tt.edges)...)
		cycles, err := g.Build()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range cycles {
			got = append(got, c.Error())
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.edges, diff)
		}
	}
}

func TestBeforeFollowsPaths(t *testing.T) {
	g := settled(t, build(t, "abcd", "ab", "bc"))
	for pair, want := range map[string]bool{"ca": true, "ba": true, "ac": false, "aa": false, "da": false} {
		if got := g.Before(step(pair[:1]), step(pair[1:])); got != want {
			t.Errorf("Before(%s): got %t, want %t", pair, got, want)
		}
	}
}

func TestRandomGraphsStayFreeOfCycles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const letters = "abcdefgh"
		g := graph.New()
		for _, name := range letters {
			if err := g.AddStep(step(string(name))); err != nil {
				t.Fatal(err)
			}
		}
		wanted := map[graph.Dependency]bool{}
		for _, e := range rapid.SliceOf(rapid.StringMatching("[a-h]{2}")).Draw(t, "edges") {
			d := graph.Dependency{Step: step(e[:1]), Needs: step(e[1:])}
			wanted[d] = true
			g.AddDependency(d)
		}
		cycles, err := g.Build()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cycles {
			checkPath(t, c.Path)
			delete(wanted, c.Path[len(c.Path)-1])
		}
		for d := range wanted {
			if !g.Before(d.Needs, d.Step) {
				t.Fatalf("%s does not come before %s", d.Needs, d.Step)
			}
		}
		at := map[engine.Address]int{}
		for i, a := range g.Order() {
			at[a] = i
			for _, up := range g.Needs(a) {
				if before, ok := at[up]; !ok || before > i {
					t.Fatalf("%s stands before %s, which it needs", a, up)
				}
			}
		}
		if diff := cmp.Diff(len(letters), len(at)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func checkPath(t *rapid.T, path []graph.Dependency) {
	for i, d := range path {
		if next := path[(i+1)%len(path)]; d.Needs != next.Step {
			t.Fatalf("the path breaks between %s and %s", d.Needs, next.Step)
		}
	}
}

// BenchmarkBuild shows how the cost of a graph grows with its steps.
func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{1_000, 2_000, 4_000} {
		for _, chain := range []bool{false, true} {
			b.Run(fmt.Sprintf("chain=%t/%d", chain, n), func(b *testing.B) {
				for b.Loop() {
					buildLong(b, n, chain)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/step")
			})
		}
	}
}

func buildLong(b *testing.B, n int, chain bool) {
	g := graph.New()
	for i := range n {
		if err := g.AddStep(step(fmt.Sprint(i))); err != nil {
			b.Fatal(err)
		}
		if chain && i > 0 {
			g.AddDependency(graph.Dependency{Step: step(fmt.Sprint(i)), Needs: step(fmt.Sprint(i - 1))})
		}
	}
	if _, err := g.Build(); err != nil {
		b.Fatal(err)
	}
}
