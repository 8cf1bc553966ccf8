package page

import (
	"slices"
	"time"

	"dagrun/engine"
)

// sections tells of each block. Where there are too many steps and instances,
// what went wrong comes first, then what has no instances, then what was
// remarkable, and the others are told of in a line.
func (w wording) sections(blocks []*block, start time.Time, now moment) []section {
	full, briefs := fullyTold(blocks), 0
	sections := make([]section, 0, len(blocks))
	for _, b := range blocks {
		s := w.sectionOf(b, now)
		for _, need := range b.needs {
			s.Needs = append(s.Needs, link{blocks[need].id, w.short(blocks[need].address)})
		}
		for _, t := range b.steps {
			switch {
			case full[t]:
				s.tell(w.accountOf(t, start, now), t)
			case briefs < mostBriefs:
				s.Rest = append(s.Rest, brief{Name: w.key(t.address), State: t.state().known(), Text: w.ending(t, now)})
				briefs++
			default:
				s.Hidden++
			}
		}
		sections = append(sections, s)
	}
	return sections
}

// sectionOf begins the section of a block.
func (w wording) sectionOf(b *block, now moment) section {
	s := section{ID: b.id, Name: w.short(b.address), State: b.state(), Text: b.summary(now), Keyed: b.keyed(), Open: b.state() == state(engine.StepFailed)}
	if len(b.steps) == 1 && !s.Keyed {
		s.Text, s.Brief = w.ending(b.steps[0], now), w.brief(b.steps[0])
	}
	return s
}

// tell adds the account of a step. Of instances those that went well without
// remark are folded, so that what went wrong is seen.
func (s *section) tell(a account, t *step) {
	switch {
	case a.State == state(engine.StepFailed):
		a.Open = len(s.Steps) < openSteps
		s.Steps = append(s.Steps, a)
	case s.Keyed && t.state() != atWork && !t.remarkable():
		s.Quiet = append(s.Quiet, a)
	default:
		s.Steps = append(s.Steps, a)
	}
}

// fullyTold chooses the steps that are told of in full.
func fullyTold(blocks []*block) map[*step]bool {
	var ranks [4][]*step
	for _, b := range blocks {
		for _, t := range b.steps {
			rank := 3
			switch s := t.state(); {
			case s == state(engine.StepFailed), s == atWork:
				rank = 0
			case !t.address.Keyed:
				rank = 1
			case t.remarkable():
				rank = 2
			}
			ranks[rank] = append(ranks[rank], t)
		}
	}
	all := slices.Concat(ranks[:]...)
	full := map[*step]bool{}
	for _, t := range all[:min(len(all), mostAccounts)] {
		full[t] = true
	}
	return full
}
