package csvresample

// cell gathers the numbers of a column in a bucket.
type cell struct {
	sum       sum
	low, high number
}

func (c *cell) add(n number) {
	if c.sum.count == 0 {
		c.low, c.high = n, n
	} else if n.decimals == c.low.decimals && n.decimals == c.high.decimals && n.decimals >= 0 {
		if n.digits < c.low.digits {
			c.low = n
		}
		if n.digits > c.high.digits {
			c.high = n
		}
	} else {
		c.widen(n, n)
	}
	c.sum.add(n)
}

// widen makes room for other extremes.
func (c *cell) widen(low, high number) {
	if low.float() < c.low.float() {
		c.low = low
	}
	if high.float() > c.high.float() {
		c.high = high
	}
}

func (c *cell) merge(later *cell) {
	switch {
	case later.sum.count == 0:
		return
	case c.sum.count == 0:
		c.low, c.high = later.low, later.high
	default:
		c.widen(later.low, later.high)
	}
	c.sum.merge(&later.sum)
}

// result is what a function makes of the cell; false when there is none.
func (c *cell) result(f Function) (x float64, any bool) {
	any = c.sum.count > 0
	switch f {
	case "count":
		return float64(c.sum.count), true
	case "sum":
		return c.sum.total(), any
	case "mean":
		if any {
			x = c.sum.mean()
		}
	case "min":
		x = c.low.float()
	case "max":
		x = c.high.float()
	}
	return x, any
}
