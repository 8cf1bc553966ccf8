package page

import (
	"dagrun/engine"
	"dagrun/engine/report"
)

// mark is where in a row steps failed without an attempt, as those do whose
// precondition does not hold.
type mark struct {
	At   percent
	Text string
}

// marks gives the marks of a row. Those that would cover each other are one.
func marks(steps []*step, r ruler, w wording) []mark {
	const places = 40
	var failed [places][]*step
	for _, t := range steps {
		if t.untried() {
			i := min(int(r.at(t.finished.Time.Time)/100*places), places-1)
			failed[i] = append(failed[i], t)
		}
	}
	var marks []mark
	for _, of := range failed {
		if len(of) > 0 {
			marks = append(marks, mark{At: inside(r.at(of[0].finished.Time.Time)), Text: w.untried(of)})
		}
	}
	return marks
}

// untried reports whether the step failed without an attempt.
func (t *step) untried() bool {
	return len(t.attempts) == 0 && t.state() == state(engine.StepFailed)
}

// untried says of steps that they failed without an attempt.
func (w wording) untried(steps []*step) string {
	text := "failed without an attempt"
	if len(steps) > 1 {
		return report.Count(len(steps)) + " " + text
	}
	if why := w.why(steps[0]); why != "" {
		text += ": " + why
	}
	return text
}

// inside keeps a mark from being cut off at the ends of its row.
func inside(at percent) percent { return min(max(at, 1.5), 98.5) }

// legend says what a colour or a mark of a timeline means.
type legend struct {
	State state
	Mark  bool
	Text  string
}

// legendOf explains what is in the rows, and nothing else.
func legendOf(rows []row, now moment) []legend {
	seen, marked := map[state]bool{}, false
	for _, one := range rows {
		for _, b := range one.Bars {
			seen[b.State] = true
		}
		marked = marked || len(one.Marks) > 0
	}
	var entries []legend
	for _, g := range gravest {
		if seen[g] {
			entries = append(entries, legend{State: g, Text: g.words(now.status)})
		}
	}
	if marked {
		entries = append(entries, legend{State: state(engine.StepFailed), Mark: true, Text: "failed without an attempt"})
	}
	if seen[""] {
		entries = append(entries, legend{Text: "pause before the next attempt"})
	}
	return entries
}
