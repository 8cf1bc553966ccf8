package chart

import (
	"math"
	"slices"

	"dagrun/steps/plot/internal/axis"
)

// bins count the readings of a histogram: bin i holds those from edge(i) up to
// but not including edge(i+1).
type bins struct {
	step     axis.NumberStep
	first    float64 // the first edge, in steps
	count    int
	counts   [][]int // by series and bin
	breached [][]int // by threshold and bin, of the series that has most
}

// mostBins bounds what can be told apart.
const mostBins = 200

// binsOf counts the readings of a panel. The bins of all series are the same,
// and they begin and end at round numbers, but where all readings are alike.
func binsOf(p *Panel) *bins {
	var all []float64
	for _, s := range p.Series {
		for _, y := range s.Y {
			if !math.IsNaN(y) {
				all = append(all, y)
			}
		}
	}
	slices.Sort(all)
	lowest, highest := all[0], all[len(all)-1]
	b := &bins{}
	if flat(axis.Range{Min: lowest, Max: highest}) {
		b.step, b.count = axis.StepNear(widthOfOne(lowest)), 1
		b.first = lowest/b.step.At(1) - 0.5 // the reading is in the middle
	} else {
		b.step = axis.StepNear(binWidth(all))
		b.first = b.step.Count(lowest)
		b.count = int(b.step.Count(highest)-b.first) + 1
	}
	for range p.Series {
		b.counts = append(b.counts, make([]int, b.count))
	}
	for range p.Thresholds {
		b.breached = append(b.breached, make([]int, b.count))
	}
	b.tally(p)
	return b
}

func (b *bins) tally(p *Panel) {
	for i, s := range p.Series {
		beyond := make([][]int, len(p.Thresholds))
		for t := range beyond {
			beyond[t] = make([]int, b.count)
		}
		for _, y := range s.Y {
			if math.IsNaN(y) {
				continue
			}
			at := b.of(y)
			b.counts[i][at]++
			if t := Breach(p.Thresholds, y); t >= 0 {
				beyond[t][at]++
			}
		}
		for t := range beyond {
			for at, n := range beyond[t] {
				b.breached[t][at] = max(b.breached[t][at], n)
			}
		}
	}
}

// binWidth is the width of bins that suits sorted readings that differ: that of Freedman
// and Diaconis ("On the histogram as a density estimator: L2 theory",
// Zeitschrift für Wahrscheinlichkeitstheorie 57, 1981), or the one of Sturges
// ("The choice of a class interval", JASA 21, 1926) where that is narrower or
// half of the readings are alike. It is no narrower than the finest distance
// of readings that are few different numbers, lest every other bin be empty.
func binWidth(all []float64) float64 {
	n := float64(len(all))
	span := all[len(all)-1] - all[0]
	width := span / (math.Ceil(math.Log2(n)) + 1)
	if spread := quantile(all, 0.75) - quantile(all, 0.25); spread > 0 {
		width = math.Min(width, 2*spread/math.Cbrt(n))
	}
	width = math.Max(width, span/(mostBins/2.5)) // rounding makes it up to 2.5 times narrower
	if gaps := distances(all); len(gaps) < len(all)/2 {
		width = math.Max(width, slices.Min(gaps))
	}
	return width
}

// widthOfOne is the width of the bin of readings that are all alike: one, which
// suits what people measure, but no wider than the place of the first digit of
// a smaller reading, and no narrower than the digits of a huge one can show.
func widthOfOne(y float64) float64 {
	size := math.Abs(y)
	switch {
	case size < 1e-280:
		return 1
	case size < 1:
		return math.Pow10(int(math.Floor(math.Log10(size))))
	}
	return math.Max(1, size*1e-9)
}

// quantile of sorted readings, the nearest rank.
func quantile(sorted []float64, share float64) float64 {
	return sorted[int(share*float64(len(sorted)-1)+0.5)]
}

// of is the bin that a reading is in.
func (b *bins) of(y float64) int {
	return min(max(int(b.step.Count(y)-b.first), 0), b.count-1)
}

// edge is the lower end of a bin; that of the one behind the last is the end.
func (b *bins) edge(i int) float64 { return b.step.At(b.first + float64(i)) }

// highest is the largest count of a bin.
func (b *bins) highest() int {
	most := 0
	for _, counts := range b.counts {
		most = max(most, slices.Max(counts))
	}
	return most
}
