package plot

import (
	"math"

	"dagrun/steps/plot/internal/chart"
)

// Outputs are the outputs of the step type.
type Outputs struct {
	Output   string  `out:"output" doc:"The picture."`
	Points   int64   `out:"points" doc:"Readings of all lines and panels, empty ones left out."`
	Min      float64 `out:"min" doc:"The smallest reading of all lines and panels."`
	Max      float64 `out:"max" doc:"The largest reading of all lines and panels."`
	Mean     float64 `out:"mean" doc:"The mean of the readings of all lines and panels."`
	Breaches int64   `out:"breaches" doc:"Readings below a threshold of kind min or above one of kind max, each counted once."`
}

// summarize counts and measures the readings of a chart that has some.
func summarize(c *chart.Chart) Outputs {
	o := Outputs{Min: math.Inf(1), Max: math.Inf(-1)}
	var sum exactSum
	for _, p := range c.Panels {
		for _, s := range p.Series {
			for _, y := range s.Y {
				if math.IsNaN(y) {
					continue
				}
				o.Points++
				o.Min, o.Max = min(o.Min, y), max(o.Max, y)
				sum.add(y)
				if chart.Breach(p.Thresholds, y) >= 0 {
					o.Breaches++
				}
			}
		}
	}
	o.Mean = sum.total() / float64(o.Points)
	return o
}

// exactSum is compensated (Neumaier 1974): the mean of short decimals stays
// short.
type exactSum struct{ sum, lost float64 }

func (s *exactSum) add(y float64) {
	total := s.sum + y
	if math.Abs(s.sum) >= math.Abs(y) {
		s.lost += (s.sum - total) + y
	} else {
		s.lost += (y - total) + s.sum
	}
	s.sum = total
}

func (s *exactSum) total() float64 { return s.sum + s.lost }
