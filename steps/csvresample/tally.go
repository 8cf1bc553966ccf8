package csvresample

import (
	"context"
	"math"
	"strconv"
)

// tally gathers the numbers of one bucket, for each column by itself.
type tally interface {
	add(column int, n number)
	merge(later tally)
	// appendResult writes a column's result; nothing when there is none, or
	// when the work is to end.
	appendResult(ctx context.Context, text []byte, column int) []byte
}

func newTally(method string, columns int) tally {
	switch method {
	case "mean":
		return means{make(sums, columns)}
	case "sum":
		return make(sums, columns)
	case "min":
		return minima{newExtremes(columns)}
	case "max":
		return maxima{newExtremes(columns)}
	case "median":
		return make(medians, columns)
	default:
		return make(counts, columns)
	}
}

type counts []int64

func (c counts) add(column int, _ number) { c[column]++ }

func (c counts) merge(later tally) {
	for i, n := range later.(counts) {
		c[i] += n
	}
}

func (c counts) appendResult(_ context.Context, text []byte, column int) []byte {
	return strconv.AppendInt(text, c[column], 10)
}

type sums []sum

func (s sums) add(column int, n number) { s[column].add(n) }

func (s sums) merge(later tally) { s.mergeSums(later.(sums)) }

func (s sums) mergeSums(later sums) {
	for i := range later {
		s[i].merge(&later[i])
	}
}

func (s sums) appendResult(_ context.Context, text []byte, column int) []byte {
	if s[column].count == 0 {
		return text
	}
	return appendNumber(text, s[column].total())
}

type means struct{ sums }

func (m means) merge(later tally) { m.mergeSums(later.(means).sums) }

func (m means) appendResult(_ context.Context, text []byte, column int) []byte {
	if m.sums[column].count == 0 {
		return text
	}
	return appendNumber(text, m.sums[column].mean())
}

// extremes holds one number for each column; NaN stands for none.
type extremes []float64

func newExtremes(columns int) extremes {
	e := make(extremes, columns)
	for i := range e {
		e[i] = math.NaN()
	}
	return e
}

func (e extremes) appendResult(_ context.Context, text []byte, column int) []byte {
	if math.IsNaN(e[column]) {
		return text
	}
	return appendNumber(text, e[column])
}

type minima struct{ extremes }

func (m minima) add(column int, n number) { m.take(column, n.float()) }

func (m minima) take(column int, x float64) {
	if !(x >= m.extremes[column]) && !math.IsNaN(x) {
		m.extremes[column] = x
	}
}

func (m minima) merge(later tally) {
	for i, x := range later.(minima).extremes {
		m.take(i, x)
	}
}

type maxima struct{ extremes }

func (m maxima) add(column int, n number) { m.take(column, n.float()) }

func (m maxima) take(column int, x float64) {
	if !(x <= m.extremes[column]) && !math.IsNaN(x) {
		m.extremes[column] = x
	}
}

func (m maxima) merge(later tally) {
	for i, x := range later.(maxima).extremes {
		m.take(i, x)
	}
}

// medians holds every number of each column.
type medians [][]float64

func (m medians) add(column int, n number) { m[column] = append(m[column], n.float()) }

func (m medians) merge(later tally) {
	for i, values := range later.(medians) {
		m[i] = append(m[i], values...)
	}
}

func (m medians) appendResult(ctx context.Context, text []byte, column int) []byte {
	if len(m[column]) == 0 {
		return text
	}
	x, err := median(ctx, m[column])
	if err != nil {
		return text
	}
	return appendNumber(text, x)
}
