package graph_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEdgesOfCyclesAreMarkedAndNoOthers(t *testing.T) {
	tests := []struct{ steps, edges, want string }{
		{"abc", "ba cb", "ba cb"},
		{"abc", "cb ca ba ba", "ba ca cb"},
		{"a", "aa", "aa!"},
		{"abc", "ab ba ca", "ab! ba! ca"},
		{"abcde", "ba cb bc dc ed", "ba bc! cb! dc ed"},
		{"two cycles that share an edge: abcd", "ab bd da ac cd", "ab! ac! bd! cd! da!"},
		{"two cycles and an edge between them: abcd", "ab ba cd dc ca", "ab! ba! ca cd! dc!"},
	}
	for _, tt := range tests {
		g := build(t, tt.steps[strings.LastIndex(tt.steps, " ")+1:], strings.Fields(tt.edges)...)
		if _, err := g.Build(); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range g.Edges() {
			text := e.Step.Name + e.Needs.Name
			if e.Cycle {
				text += "!"
			}
			got = append(got, text)
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("steps %s, edges %s: %s", tt.steps, tt.edges, diff)
		}
	}
}
