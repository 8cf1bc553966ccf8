package graph_test

import (
	"errors"
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
		if err := g.AddDependency(graph.Dependency{Step: step(e[:1]), Needs: step(e[1:])}); err != nil {
			t.Fatal(err)
		}
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
		if got := names(build(t, tt.steps, tt.edges...).Order()); got != tt.want {
			t.Errorf("steps %s with edges %v: got order %s, want %s", tt.steps, tt.edges, got, tt.want)
		}
	}
}

func TestACycleIsReportedWithItsWholePath(t *testing.T) {
	tests := []struct{ edges, closing, want string }{
		{"", "aa", "cycle: step.t.a -> step.t.a"},
		{"ab", "ba", "cycle: step.t.b -> step.t.a -> step.t.b"},
		{"ab bc cd", "da", "cycle: step.t.d -> step.t.a -> step.t.b -> step.t.c -> step.t.d"},
		{"ab bd ac cd", "da", "cycle: step.t.d -> step.t.a -> step.t.b -> step.t.d"},
	}
	for _, tt := range tests {
		var edges []string
		for i := 0; i+1 < len(tt.edges); i += 3 {
			edges = append(edges, tt.edges[i:i+2])
		}
		g := build(t, "abcd", edges...)
		err := g.AddDependency(graph.Dependency{Step: step(tt.closing[:1]), Needs: step(tt.closing[1:])})
		var cycle *graph.CycleError
		if !errors.As(err, &cycle) || cycle.Error() != tt.want {
			t.Errorf("closing %q with %s: got %v, want %s", tt.edges, tt.closing, err, tt.want)
		}
	}
}

func TestBeforeFollowsPaths(t *testing.T) {
	g := build(t, "abcd", "ab", "bc")
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
		for _, e := range rapid.SliceOf(rapid.StringMatching("[a-h]{2}")).Draw(t, "edges") {
			d := graph.Dependency{Step: step(e[:1]), Needs: step(e[1:])}
			closes := d.Step == d.Needs || g.Before(d.Step, d.Needs)
			err := g.AddDependency(d)
			var cycle *graph.CycleError
			if errors.As(err, &cycle) != closes {
				t.Fatalf("adding %s: got %v, want a cycle: %t", e, err, closes)
			}
			if closes {
				checkPath(t, cycle.Path)
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
