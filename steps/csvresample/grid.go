package csvresample

import "math"

// grid lays buckets over time; the package comment says where they start.
type grid struct {
	clock  *clock
	width  int64 // nanoseconds
	anchor day   // the first day, where the grid needs one
}

// newGrid makes the grid of a job, with a clock of its own.
func (j *job) newGrid(anchor day) grid {
	return grid{clock: j.dayClock(), width: int64(j.args.Interval), anchor: anchor}
}

// daily reports whether buckets start anew every day.
func (g *grid) daily() bool { return g.width < nanosPerDay && nanosPerDay%g.width == 0 }

// days is how many calendar days a bucket is long; 0 when they do not count.
func (g *grid) days() int64 {
	if g.width%nanosPerDay != 0 {
		return 0
	}
	return g.width / nanosPerDay
}

// anchored reports whether it matters which day is the first.
func (g *grid) anchored() bool { return !g.daily() && g.days() != 1 }

// bucket gives the start and the exclusive end of the bucket of an instant.
func (g *grid) bucket(at int64) (start, end int64) {
	if g.daily() {
		today := g.clock.dayOf(at)
		start = at - (at-today.start)%g.width
		return start, min(start+g.width, today.end)
	}
	if days := g.days(); days > 0 {
		first := g.anchor.number
		number := first + floorDiv(g.clock.dayOf(at).number-first, days)*days
		return g.clock.day(number).start, g.clock.day(number + days).start
	}
	// The difference of two instants may not fit in 64 bits, that of their
	// remainders does.
	past := (at%g.width - g.anchor.start%g.width) % g.width
	if past < 0 {
		past += g.width
	}
	start = at - past
	if start > math.MaxInt64-g.width {
		return start, math.MaxInt64
	}
	return start, start + g.width
}
