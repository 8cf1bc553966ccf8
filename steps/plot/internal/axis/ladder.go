package axis

import (
	"math"
	"time"
)

const (
	day   = 24 * 3600.0
	month = 30.436875 * day // the mean of the Gregorian calendar
	year  = 12 * month
)

// rung is one distance that ticks on a time axis may have.
type rung struct {
	nominal      float64 // seconds
	within       func(Range, Calendar) []time.Time
	label        string // layout of the upper line
	context      string // layout of the lower line; none for years
	shortContext string // the same within a year
}

// ladder lists the rungs, finest first. The steps are those a clock face and a
// calendar suggest; labels in two lines follow the idea of matplotlib's
// ConciseDateFormatter: what does not change is said once.
func ladder() []rung {
	var rungs []rung
	for decimals := 6; decimals > 0; decimals-- {
		for _, n := range []float64{1, 2, 5} {
			layout := "15:04:05.000000"[:len("15:04:05.")+decimals]
			rungs = append(rungs, clockRung(n*math.Pow10(-decimals), layout))
		}
	}
	for _, n := range []float64{1, 2, 5, 10, 15, 30} {
		rungs = append(rungs, clockRung(n, "15:04:05"))
	}
	for _, n := range []float64{1, 2, 5, 10, 15, 30, 60, 2 * 60, 3 * 60, 6 * 60, 12 * 60} {
		rungs = append(rungs, clockRung(n*60, "15:04"))
	}
	for _, n := range []int{1, 2, 7, 14} {
		rungs = append(rungs, rung{float64(n) * day, days(n), "2 Jan", "2006", "2006"})
	}
	for _, n := range []int{1, 2, 3, 6} {
		rungs = append(rungs, rung{float64(n) * month, months(n), "Jan", "2006", "2006"})
	}
	for scale := 1; scale <= 1000; scale *= 10 {
		for _, n := range []int{1, 2, 5} {
			rungs = append(rungs, rung{float64(n*scale) * year, months(12 * n * scale), "2006", "", ""})
		}
	}
	return rungs
}

func clockRung(step float64, layout string) rung {
	return rung{step, clock(step), layout, "2 Jan 2006", "2 Jan"}
}
