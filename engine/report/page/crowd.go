package page

import (
	"dagrun/engine/report"
)

// grain is how finely the row of many instances is divided.
const grain = 500

// span is an attempt of an instance, from one slot of its row to another.
type span struct {
	first, last int
	state       state
}

// crowd draws the attempts of many steps in one row. A stretch of it has the
// colour of the gravest of the attempts that were at work in it.
func crowd(steps []*step, r ruler, now moment) []bar {
	spans := spansOf(steps, r, now)
	bars, at := stretches(spans)
	counts := make([]map[state]int, len(bars))
	for i := range counts {
		counts[i] = map[state]int{}
	}
	for _, s := range spans {
		for i := at[s.first]; i <= at[s.last]; i++ {
			counts[i][s.state]++
		}
	}
	for i := range bars {
		bars[i].Text = attemptsOf(counts[i], now)
	}
	return layered(bars)
}

func spansOf(steps []*step, r ruler, now moment) []span {
	var spans []span
	for _, t := range steps {
		for _, a := range t.attempts {
			end, how := a.ended(now)
			first := slot(r.at(a.started))
			spans = append(spans, span{first: first, last: max(first, slot(r.at(end))), state: how})
		}
	}
	return spans
}

func slot(at percent) int { return min(int(at/100*grain), grain-1) }

// stretches joins neighbouring slots of one colour to bars, and says of each
// slot in which bar it is.
func stretches(spans []span) (bars []bar, at [grain]int) {
	before := len(gravest)
	for i, worst := range worstOf(spans) {
		switch worst {
		case len(gravest):
		case before:
			bars[len(bars)-1].Width += 100.0 / grain
		default:
			bars = append(bars, bar{From: percent(i) * 100 / grain, Width: 100.0 / grain, State: gravest[worst]})
		}
		at[i], before = len(bars)-1, worst
	}
	return bars, at
}

// worstOf is the gravity of the gravest attempt in each slot.
func worstOf(spans []span) (slots [grain]int) {
	for i := range slots {
		slots[i] = len(gravest)
	}
	for _, s := range spans {
		gravity := s.state.gravity()
		for i := s.first; i <= s.last; i++ {
			slots[i] = min(slots[i], gravity)
		}
	}
	return slots
}

// attemptsOf says how many attempts there were, and what became of them.
func attemptsOf(counts map[state]int, now moment) string {
	total := 0
	for _, n := range counts {
		total += n
	}
	text := report.Count(total) + " attempts: "
	if total == 1 {
		text = "1 attempt: "
	}
	return text + listed(counts, now.status)
}
