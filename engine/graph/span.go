package graph

// Span is the steps with the indexes From, From+1, … up to, and without, To:
// one step, or the instances of a block, which stand one behind another.
type Span struct{ From, To int }

// One is the span of a single step.
func One(i int) Span { return Span{i, i + 1} }

// Len is how many steps are in the span.
func (s Span) Len() int { return s.To - s.From }
