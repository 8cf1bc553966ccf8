package execute

import (
	"errors"
	"fmt"
	"slices"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/graph"
)

// Selection says which steps of a pipeline are part of a run; the zero value,
// that all are.
type Selection struct {
	targets, exclusions []engine.Address
	excluded            []bool // by step; nil for none
}

// Select takes the targets and all that they need, or without targets all
// steps, and of these leaves out the exclusions and all that needs them. An
// address is that of a step, or of a block and means all its instances. The
// pipeline is expanded.
func Select(p *config.Pipeline, targets, exclusions []engine.Address) (Selection, error) {
	if len(targets)+len(exclusions) == 0 {
		return Selection{}, nil
	}
	needs := p.Needs()
	wanted, err := reach(p, targets, needs)
	if err != nil {
		return Selection{}, fmt.Errorf("--target: %w", err)
	}
	without, err := reach(p, exclusions, downstream(needs))
	if err != nil {
		return Selection{}, fmt.Errorf("--exclude: %w", err)
	}
	s := Selection{targets, exclusions, make([]bool, len(p.Steps))}
	for i := range s.excluded {
		s.excluded[i] = len(targets) > 0 && !wanted[i] || without[i]
	}
	if !slices.Contains(s.excluded, false) {
		return Selection{}, errors.New("--target and --exclude leave no step to run")
	}
	return s, nil
}

// reach is all that is reached from the steps with some addresses, these
// included.
func reach(p *config.Pipeline, from []engine.Address, along [][]graph.Span) (map[int]bool, error) {
	reached := map[int]bool{}
	for _, a := range from {
		span, err := p.Find(a)
		if err != nil {
			return nil, err
		}
		for i := span.From; i < span.To; i++ {
			if reached[i] {
				continue
			}
			reached[i] = true
			for up := range closure(i, along) {
				reached[up] = true
			}
		}
	}
	return reached, nil
}

// downstream turns the edges around.
func downstream(needs [][]graph.Span) [][]graph.Span {
	groups := map[graph.Span][]int{}
	for id, spans := range needs {
		for _, span := range spans {
			groups[span] = append(groups[span], id)
		}
	}
	next := make([][]graph.Span, len(needs))
	for span, ids := range groups {
		spans := spansOf(ids)
		for i := span.From; i < span.To; i++ {
			next[i] = append(next[i], spans...)
		}
	}
	return next
}

// spansOf joins ascending indexes that stand one behind another.
func spansOf(ids []int) []graph.Span {
	var spans []graph.Span
	for _, id := range ids {
		if last := len(spans) - 1; last >= 0 && spans[last].To == id {
			spans[last].To++
			continue
		}
		spans = append(spans, graph.One(id))
	}
	return spans
}

// excludes reports whether a step is no part of the run.
func (s Selection) excludes(i int) bool { return s.excluded != nil && s.excluded[i] }

// partial reports whether the run leaves steps out.
func (s Selection) partial() bool { return s.excluded != nil }
