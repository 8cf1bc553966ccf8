package page

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"dagrun/engine"
	"dagrun/engine/report"
)

const (
	mostRows      = 120 // of a timeline
	mostInstances = 12  // of a block that have a row each
)

// timeline shows when which attempt was at work.
type timeline struct {
	Ticks   []tick
	Rows    []row
	More    int // blocks that have no row
	Legend  []legend
	Crowded bool // a row stands for many instances
}

// tick is a mark on the axis of time.
type tick struct {
	At   percent
	Text string
}

// row is a line of a timeline.
type row struct {
	Name, Link string
	State      state
	Told       string // how it ended
	Note       string // the same in few words, where the row stands for many
	Bars       []bar
	Marks      []mark
	Took       string
}

// bar is a stretch of a row.
type bar struct {
	From, Width percent
	State       state
	Text        string
	Thin        bool // a pause between attempts
}

// percent is a part of a length, written with at most two decimals.
type percent float64

// String writes the number.
func (p percent) String() string {
	return strconv.FormatFloat(math.Round(float64(p)*100)/100, 'f', -1, 64)
}

// ruler measures time in percent of the run.
type ruler struct {
	start time.Time
	whole time.Duration
}

func (r ruler) at(t time.Time) percent {
	if r.whole <= 0 {
		return 0
	}
	return percent(min(max(100*float64(t.Sub(r.start))/float64(r.whole), 0), 100))
}

// ticks marks round times, at most six, none so near the end that its text
// would not fit.
func (r ruler) ticks() []tick {
	step := roundTime(r.whole / 5)
	var ticks []tick
	for d := time.Duration(0); d <= r.whole; d += step {
		at := r.at(r.start.Add(d))
		if at > 94 {
			break
		}
		text := report.Length(d)
		if d == 0 {
			text = "0"
		}
		ticks = append(ticks, tick{at, text})
	}
	return ticks
}

// roundTime is the next longer time that people count in.
func roundTime(d time.Duration) time.Duration {
	for unit := time.Millisecond; unit < time.Second; unit *= 10 {
		for _, n := range []time.Duration{1, 2, 5} {
			if n*unit >= d {
				return n * unit
			}
		}
	}
	for _, n := range []time.Duration{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600} {
		if n*time.Second >= d {
			return n * time.Second
		}
	}
	const day = 24 * time.Hour
	return (d + day - 1) / day * day
}

// drawTimeline draws the attempts of all blocks, the pauses between them
// included, and marks what failed without one. A block with many instances has
// one row.
func drawTimeline(blocks []*block, r ruler, now moment, w wording) timeline {
	t := timeline{Ticks: r.ticks()}
	for _, b := range blocks {
		if len(t.Rows) >= mostRows {
			t.More++
			continue
		}
		t.Rows = append(t.Rows, rowsOf(b, r, now, w)...)
		t.Crowded = t.Crowded || b.crowded()
	}
	t.Legend = legendOf(t.Rows, now)
	return t
}

func (b *block) crowded() bool { return len(b.steps) > mostInstances }

func rowsOf(b *block, r ruler, now moment, w wording) []row {
	if b.crowded() {
		return drawn(row{
			Name: w.short(b.address), Link: b.id, State: b.state(), Told: b.summary(now), Note: b.note(now), Took: b.length(now),
			Bars: crowd(b.steps, r, now), Marks: marks(b.steps, r, w),
		})
	}
	var rows []row
	for _, s := range b.steps {
		rows = append(rows, drawn(row{
			Name: w.short(s.address), Link: b.id, State: s.state().known(), Told: w.ending(s, now), Took: s.length(now),
			Bars: bars(s, r, now), Marks: marks([]*step{s}, r, w),
		})...)
	}
	return rows
}

// drawn is a row if there is anything to see in it.
func drawn(one row) []row {
	if len(one.Bars) == 0 && len(one.Marks) == 0 {
		return nil
	}
	return []row{one}
}

// bars draws the attempts of a step.
func bars(s *step, r ruler, now moment) []bar {
	var bars []bar
	for i, a := range s.attempts {
		end, how := a.ended(now)
		from := r.at(a.started)
		if i > 0 && len(bars) > 0 {
			last := bars[len(bars)-1]
			bars = append(bars, bar{From: last.From + last.Width, Width: max(from-last.From-last.Width, 0), Thin: true})
		}
		text := fmt.Sprintf("attempt %d %s", a.number, a.told(now))
		bars = append(bars, bar{From: from, Width: r.at(end) - from, State: how, Text: text})
	}
	return layered(bars)
}

// layered puts what is graver above what is less, so that no short failure is
// hidden behind its neighbours.
func layered(bars []bar) []bar {
	slices.SortStableFunc(bars, func(a, b bar) int { return cmp.Compare(b.State.gravity(), a.State.gravity()) })
	return bars
}

// ended is when and how an attempt ended; one that is under way ends now.
func (a attempt) ended(now moment) (time.Time, state) {
	if a.finished == nil {
		return now.time, atWork
	}
	end := a.started.Add(a.finished.Duration.Duration())
	switch a.finished.Result {
	case engine.AttemptSucceeded:
		return end, state(engine.StepSucceeded)
	case engine.AttemptCancelled:
		return end, state(engine.StepCancelled)
	}
	return end, state(engine.StepFailed)
}

// told says how an attempt ended, and how long it took. How long one took that
// did not end nobody knows, only when the run was last heard of.
func (a attempt) told(now moment) string {
	end, how := a.ended(now)
	took := report.Length(end.Sub(a.started))
	switch {
	case a.finished == nil && now.status == running:
		return "at work for " + took
	case a.finished == nil:
		return how.words(now.status) + ", last heard of after " + took
	case a.finished.Result == engine.AttemptTimedOut:
		return "timed out after " + took
	}
	return how.words(now.status) + " after " + took
}
