package axis

import (
	"math"
	"strconv"
	"strings"
)

// Numbers gives ticks at multiples of 1, 2 or 5 times a power of ten, all with
// the same number of decimals, and the step between them.
func Numbers(r Range, room Room) ([]Tick, NumberStep) {
	top := int(math.Ceil(math.Log10(r.Span()))) + 1
	var steps []NumberStep
	var candidates []candidate
	for exponent := top; exponent > top-5; exponent-- {
		if room.Whole && exponent < 0 {
			break
		}
		for _, mantissa := range []float64{5, 2, 1} {
			s := NumberStep{mantissa, exponent}
			steps = append(steps, s)
			candidates = append(candidates, candidate{s.times(1), func() []Tick { return s.Ticks(r) }})
		}
	}
	ticks, at := choose(r, room, candidates)
	if at < 0 {
		return nil, NumberStep{}
	}
	return ticks, steps[at]
}

// NumberStep is a distance of ticks: mantissa × 10^exponent. The zero value is
// no distance, for an axis without ticks.
type NumberStep struct {
	mantissa float64
	exponent int
}

// StepNear is the step that is nearest to a distance, as a ratio.
func StepNear(distance float64) NumberStep {
	best := NumberStep{}
	off := math.Inf(1)
	exponent := int(math.Floor(math.Log10(distance)))
	for _, s := range []NumberStep{{1, exponent}, {2, exponent}, {5, exponent}, {1, exponent + 1}} {
		if d := math.Abs(math.Log(s.times(1) / distance)); d < off {
			best, off = s, d
		}
	}
	return best
}

// IsZero reports whether the axis has no ticks.
func (s NumberStep) IsZero() bool { return s.mantissa == 0 }

// Below is the largest multiple of the step that is not above v, but for
// rounding errors, and Above the smallest that is not below it.
func (s NumberStep) Below(v float64) float64 { return s.times(math.Floor(s.count(v))) }

// Above is described at Below.
func (s NumberStep) Above(v float64) float64 { return s.times(math.Ceil(s.count(v))) }

// Count is how many whole steps v is above zero, and At the number that is so
// many steps above it.
func (s NumberStep) Count(v float64) float64 {
	n := v / s.times(1)
	if whole := math.Round(n); math.Abs(n-whole) <= 1e-9*math.Min(math.Max(1, math.Abs(n)), 1e6) {
		return whole
	}
	return math.Floor(n)
}

// At is described at Count.
func (s NumberStep) At(n float64) float64 { return s.times(n) }

// count is how many steps v is from zero: whole if it is nearly so.
func (s NumberStep) count(v float64) float64 {
	n := v / s.times(1)
	if whole := math.Round(n); math.Abs(n-whole) <= 1e-9*math.Max(1, math.Abs(n)) {
		return whole
	}
	return n
}

// times multiplies in the order that rounds least: 3 × 10 / 100 is 0.3, which
// 3 × 0.1 is not.
func (s NumberStep) times(n float64) float64 {
	if s.exponent < 0 {
		return n * s.mantissa / math.Pow10(-s.exponent)
	}
	return n * s.mantissa * math.Pow10(s.exponent)
}

// Ticks lists the multiples of the step within a range.
func (s NumberStep) Ticks(r Range) []Tick {
	var ticks []Tick
	label := s.labels(math.Max(math.Abs(r.Min), math.Abs(r.Max)))
	for n := math.Ceil(s.count(r.Min)); ; n++ {
		v := s.times(n)
		if !r.holds(v) || len(ticks) > mostTicks {
			return ticks
		}
		ticks = append(ticks, Tick{Value: v, Label: label(v)})
	}
}

// labels is how multiples of the step up to a largest are written: plainly, or
// as a number between 1 and 10 times a power of ten where that is shorter.
func (s NumberStep) labels(largest float64) func(float64) string {
	exponent := int(math.Floor(math.Log10(largest)))
	decimals := exponent - s.exponent
	if (exponent >= 9 || s.exponent < -6) && decimals <= 4 {
		return func(v float64) string { return scientific(v, exponent, max(decimals, 0)) }
	}
	return func(v float64) string { return Plain(v, max(-s.exponent, 0)) }
}

// scientific writes 1.5e12: the typeface lacks some of the raised digits.
func scientific(v float64, exponent, decimals int) string {
	if v == 0 {
		return "0"
	}
	return Plain(v/math.Pow10(exponent), decimals) + "e" + Plain(float64(exponent), 0)
}

// Plain writes a number with a fixed count of decimals, a minus sign that is as
// wide as a plus, and thin spaces between thousands from 10 000 on (ISO
// 80000-1), which means the same in every language.
func Plain(v float64, decimals int) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, fraction, point := strings.Cut(s, ".")
	whole = grouped(whole)
	if point {
		whole += "." + fraction
	}
	if v < 0 && strings.Trim(s, "0.") != "" {
		return "−" + whole
	}
	return whole
}

func grouped(digits string) string {
	if len(digits) < 5 {
		return digits
	}
	const thinSpace = "\u2009"
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(thinSpace)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Shortest writes a number with as many decimals as it has.
func Shortest(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	_, fraction, _ := strings.Cut(text, ".")
	if len(text) > 15 {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return Plain(v, len(fraction))
}
