package plot

import (
	"math"

	"dagrun/steps/plot/internal/chart"
)

// Outputs are the outputs of the step type.
type Outputs struct {
	Output   string  `out:"output" doc:"The picture."`
	Points   int64   `out:"points" doc:"Readings of all lines, empty ones left out."`
	Min      float64 `out:"min" doc:"The smallest reading of all lines."`
	Max      float64 `out:"max" doc:"The largest reading of all lines."`
	Mean     float64 `out:"mean" doc:"The mean of the readings of all lines."`
	Breaches int64   `out:"breaches" doc:"Readings below a threshold of kind min or above one of kind max, each counted once."`
}

// summarize counts and measures the readings of a chart that has some. The sum
// is compensated (Neumaier 1974): the mean of short decimals stays short.
func summarize(c *chart.Chart) Outputs {
	o := Outputs{Min: math.Inf(1), Max: math.Inf(-1)}
	var sum, lost float64
	for _, s := range c.Series {
		for _, y := range s.Y {
			if math.IsNaN(y) {
				continue
			}
			o.Points++
			o.Min, o.Max = math.Min(o.Min, y), math.Max(o.Max, y)
			total := sum + y
			if math.Abs(sum) >= math.Abs(y) {
				lost += (sum - total) + y
			} else {
				lost += (y - total) + sum
			}
			sum = total
			if chart.Breach(c.Thresholds, y) >= 0 {
				o.Breaches++
			}
		}
	}
	o.Mean = (sum + lost) / float64(o.Points)
	return o
}
