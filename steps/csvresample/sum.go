package csvresample

import (
	"math"
	"math/big"
)

// sum adds numbers up. As long as they are decimals whose sum fits in 53 bits,
// it is exact; what does not fit is spilled into a compensated float sum.
type sum struct {
	count    int64
	digits   int64 // of the exact part, at most maxExact in size
	decimals int
	spilled  bool
	rest     compensated
}

func (s *sum) add(n number) {
	s.count++
	if n.decimals == s.decimals {
		if d := s.digits + n.digits; d <= maxExact && d >= -maxExact {
			s.digits = d
			return
		}
	}
	s.addUnlike(n)
}

// addUnlike adds a number that does not go with the exact part as it is.
func (s *sum) addUnlike(n number) {
	if n.decimals < 0 {
		s.spill(n.value)
		return
	}
	mine, okMine := rescale(s.digits, n.decimals-s.decimals)
	others, okOthers := rescale(n.digits, s.decimals-n.decimals)
	if d := mine + others; okMine && okOthers && d <= maxExact && d >= -maxExact {
		s.digits, s.decimals = d, max(s.decimals, n.decimals)
		return
	}
	s.spill(s.exact())
	s.digits, s.decimals = n.digits, n.decimals
}

// rescale gives digits more decimals, if any are to be added and there is room.
func rescale(digits int64, more int) (int64, bool) {
	for range more {
		digits *= 10
		if digits > maxExact || digits < -maxExact {
			return 0, false
		}
	}
	return digits, true
}

func (s *sum) spill(x float64) {
	s.rest.add(x)
	s.spilled = true
}

func (s *sum) merge(later *sum) {
	if later.spilled {
		s.spill(later.rest.sum)
		if !math.IsInf(later.rest.sum, 0) {
			s.spill(later.rest.lost)
		}
	}
	count := s.count + later.count
	s.add(number{digits: later.digits, decimals: later.decimals})
	s.count = count
}

func (s *sum) exact() float64 { return float64(s.digits) / pow10[s.decimals] }

// total is the sum as the nearest float64, but for what was lost in spilling.
func (s *sum) total() float64 {
	if !s.spilled {
		return s.exact()
	}
	all := s.rest
	all.add(s.exact())
	return all.total()
}

// mean is the mean as the nearest float64, with the same reservation.
func (s *sum) mean() float64 {
	if s.spilled {
		return s.total() / float64(s.count)
	}
	if divisor := float64(s.count) * pow10[s.decimals]; divisor <= maxExact {
		return float64(s.digits) / divisor
	}
	divisor := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(s.decimals)), nil)
	divisor.Mul(divisor, big.NewInt(s.count))
	x, _ := new(big.Rat).SetFrac(big.NewInt(s.digits), divisor).Float64()
	return x
}

// compensated adds up floats and keeps what rounding loses: the algorithm of
// A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher
// Summen" (1974), an improvement of Kahan's.
type compensated struct{ sum, lost float64 }

func (c *compensated) add(x float64) {
	t := c.sum + x
	if math.Abs(c.sum) >= math.Abs(x) {
		c.lost += (c.sum - t) + x
	} else {
		c.lost += (x - t) + c.sum
	}
	c.sum = t
}

func (c *compensated) total() float64 {
	if math.IsInf(c.sum, 0) {
		return c.sum // what was lost is then meaningless
	}
	return c.sum + c.lost
}
