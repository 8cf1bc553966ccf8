package csvresample

import (
	"cmp"
	"context"
	"slices"
)

// sortedAtOnce is how many entries are sorted without a look at the context.
const sortedAtOnce = 1 << 16

// sortByTime sorts entries, those with the same time staying in order. What it
// gives may be another slice.
func sortByTime(ctx context.Context, list []entry) ([]entry, error) {
	byTime := func(a, b entry) int { return cmp.Compare(a.at, b.at) }
	if slices.IsSortedFunc(list, byTime) {
		return list, nil
	}
	for run := range slices.Chunk(list, sortedAtOnce) {
		slices.SortStableFunc(run, byTime)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	spare := make([]entry, 0, len(list))
	for width := sortedAtOnce; width < len(list); width *= 2 {
		spare = spare[:0]
		for pair := range slices.Chunk(list, 2*width) {
			half := min(width, len(pair))
			spare = mergeByTime(spare, pair[:half], pair[half:])
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		list, spare = spare, list
	}
	return list, nil
}

// mergeByTime appends two sorted lists as one.
func mergeByTime(to, a, b []entry) []entry {
	for len(a) > 0 && len(b) > 0 {
		if b[0].at < a[0].at {
			to, b = append(to, b[0]), b[1:]
		} else {
			to, a = append(to, a[0]), a[1:]
		}
	}
	return append(append(to, a...), b...)
}
