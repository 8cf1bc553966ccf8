package csvresample

import (
	"context"
	"math"
	"slices"
)

// sortable is how many values are sorted without a look at the context.
const sortable = 1 << 17

// median is the middle one of values, or the mean of the two in the middle. It
// may reorder them.
func median(ctx context.Context, values []float64) (float64, error) {
	n := len(values)
	if n <= sortable {
		slices.Sort(values)
		return middle(values[(n-1)/2], values[n/2]), nil
	}
	low, err := nth(ctx, values, (n-1)/2)
	if err != nil || n%2 == 1 {
		return low, err
	}
	high, err := nth(ctx, values, n/2)
	return middle(low, high), err
}

// middle is the mean of two numbers, as exact as other means.
func middle(low, high float64) float64 {
	if sum := low + high; math.IsInf(sum, 0) {
		return low/2 + high/2
	}
	var s sum
	for _, x := range []float64{low, high} {
		n, _ := parseNumber(appendNumber(nil, x))
		s.add(n)
	}
	return s.mean()
}

// nth is the k-th smallest value, counted from 0: a radix selection over 16
// bits at a time, which takes four passes whatever the order of the values.
func nth(ctx context.Context, values []float64, k int) (float64, error) {
	var prefix uint64
	counts := make([]int, 1<<16)
	for shift := 48; shift >= 0; shift -= 16 {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		clear(counts)
		for _, x := range values {
			if key := orderKey(x); key>>(shift+16) == prefix {
				counts[key>>shift&0xffff]++
			}
		}
		digit := 0
		for ; k >= counts[digit]; digit++ {
			k -= counts[digit]
		}
		prefix = prefix<<16 | uint64(digit)
	}
	return fromOrderKey(prefix), nil
}

const signBit = 1 << 63

// orderKey maps floats to whole numbers in the same order.
func orderKey(x float64) uint64 {
	bits := math.Float64bits(x)
	if bits&signBit != 0 {
		return ^bits
	}
	return bits | signBit
}

func fromOrderKey(key uint64) float64 {
	if key&signBit != 0 {
		return math.Float64frombits(key &^ signBit)
	}
	return math.Float64frombits(^key)
}
