package page_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dagrun/engine/report/page"
)

// Whatever needs what: nodes do not touch each other, lie in the drawing, and
// stand behind all that they need.
func TestNodesStandApartAndBehindWhatTheyNeed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "nodes")
		needs := make([][]int, n)
		for i := 1; i < n; i++ {
			needs[i] = rapid.SliceOfNDistinct(rapid.IntRange(0, i-1), 0, min(i, 4), rapid.ID[int]).Draw(t, "needs")
		}
		upright := rapid.Bool().Draw(t, "upright")
		boxes, edges, width, height := page.Draw(needs, upright)
		if len(boxes) != n {
			t.Fatalf("%d of %d nodes are drawn", len(boxes), n)
		}
		at := func(i int) page.Box { return boxes[string(rune('a'+i))] }
		for i := range n {
			b := at(i)
			if b.X < 0 || b.Y < 0 || b.X+b.Width > width || b.Y+b.Height > height {
				t.Fatalf("node %d %v is outside of %d × %d", i, b, width, height)
			}
			for k := range i {
				if c := at(k); b.X < c.X+c.Width && c.X < b.X+b.Width && b.Y < c.Y+c.Height && c.Y < b.Y+b.Height {
					t.Fatalf("nodes %d %v and %d %v overlap", i, b, k, c)
				}
			}
			for _, need := range needs[i] {
				if c := at(need); !upright && c.X+c.Width > b.X || upright && c.Y+c.Height > b.Y {
					t.Fatalf("node %d %v is not behind %d %v", i, b, need, c)
				}
			}
		}
		if want := implied(needs); edges != want {
			t.Fatalf("%d edges are drawn, want %d", edges, want)
		}
	})
}

// implied counts the edges that no longer way stands for.
func implied(needs [][]int) (edges int) {
	var leads func(from, to int) bool
	leads = func(from, to int) bool {
		return slices.ContainsFunc(needs[from], func(n int) bool { return n == to || leads(n, to) })
	}
	for i := range needs {
		for _, need := range needs[i] {
			if !slices.ContainsFunc(needs[i], func(other int) bool { return other != need && leads(other, need) }) {
				edges++
			}
		}
	}
	return edges
}

func TestACycleInADamagedLogIsDrawnAllTheSame(t *testing.T) {
	for name, needs := range map[string][][]int{
		"of one": {{0}}, "of two": {{1}, {0}}, "behind others": {{}, {0, 3}, {1}, {2}},
	} {
		if boxes, _, _, _ := page.Draw(needs, false); len(boxes) != len(needs) {
			t.Errorf("%s: %d of %d nodes are drawn", name, len(boxes), len(needs))
		}
	}
}

func TestTextsAreCutToTheirRoom(t *testing.T) {
	for _, c := range []struct {
		text    string
		columns int
		want    string
	}{
		{"", 5, ""}, {"clean", 5, "clean"}, {"cleaner", 5, "clea…"}, {"温度温度", 8, "温度温度"}, {"温度温度", 7, "温度温…"}, {"é°é°é°", 4, "é°é…"},
	} {
		if got := page.Fitting(c.text, c.columns); got != c.want {
			t.Errorf("%q in %d columns: got %q, want %q", c.text, c.columns, got, c.want)
		}
	}
}

func TestAnAxisIsMarkedAtTimesThatPeopleCountIn(t *testing.T) {
	for d, want := range map[time.Duration]time.Duration{
		0: time.Millisecond, 3 * time.Millisecond: 5 * time.Millisecond, 70 * time.Millisecond: 100 * time.Millisecond, 900 * time.Millisecond: time.Second,
		7 * time.Second: 10 * time.Second, 40 * time.Second: time.Minute, 20 * time.Minute: 30 * time.Minute, 5 * time.Hour: 6 * time.Hour,
		30 * time.Hour: 48 * time.Hour, 24 * time.Hour: 24 * time.Hour,
	} {
		if got := page.RoundTime(d); got != want {
			t.Errorf("%s: got %s, want %s", d, got, want)
		}
	}
}
