package page

import (
	"slices"
	"strconv"
	"time"

	"dagrun/engine"
)

// sections tells of each block. Where there are too many steps and instances,
// what went wrong comes first, then what has no instances, then what was
// remarkable, and the others are told of in a line.
func (w wording) sections(blocks []*block, full map[*step]string, start time.Time, now moment) []section {
	briefs := 0
	sections := make([]section, 0, len(blocks))
	for _, b := range blocks {
		s := w.sectionOf(b, now)
		for _, need := range b.needs {
			s.Needs = append(s.Needs, link{blocks[need].id, w.short(blocks[need].address)})
		}
		for _, t := range b.steps {
			switch {
			case full[t] != "":
				a := w.accountOf(t, start, now)
				a.ID = full[t]
				s.tell(a, t)
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

// fullyTold chooses the steps that are told of in full, and gives them names to
// link to.
func fullyTold(blocks []*block) map[*step]string {
	var ranks [4][]*step
	names := map[*step]string{}
	for _, b := range blocks {
		for i, t := range b.steps {
			ranks[t.rank()] = append(ranks[t.rank()], t)
			names[t] = b.id + "-" + strconv.Itoa(i)
		}
	}
	full := map[*step]string{}
	all := slices.Concat(ranks[:]...)
	for _, t := range all[:min(len(all), mostAccounts)] {
		full[t] = names[t]
	}
	return full
}

// rank says how much there is to say of a step; 0 is most.
func (t *step) rank() int {
	switch s := t.state(); {
	case s == state(engine.StepFailed), s == atWork:
		return 0
	case !t.address.Keyed:
		return 1
	case t.remarkable():
		return 2
	}
	return 3
}
