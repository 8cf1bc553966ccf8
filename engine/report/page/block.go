package page

import (
	"slices"
	"strconv"
	"time"

	"dagrun/engine"
	"dagrun/engine/report"
)

// block is a step block of the pipeline with what the log tells of it: one
// step, or with for_each its instances.
type block struct {
	address engine.Address
	typ     string
	id      string // in the page
	needs   []int  // other blocks, by index
	steps   []*step
}

// blocksOf gives the blocks of a run in file order; of an old log, which does
// not list them, in the order in which the log names them. Some of the steps
// may have no block in the list, as in a damaged log.
func blocksOf(s *story) []*block {
	var blocks []*block
	index := map[engine.Address]int{}
	add := func(a engine.Address, typ string) int {
		i, known := index[a]
		if !known {
			i = len(blocks)
			index[a] = i
			blocks = append(blocks, &block{address: a, typ: typ, id: "b" + strconv.Itoa(i)})
		}
		return i
	}
	for _, b := range s.run.Started.Steps {
		add(b.Step, b.Type)
	}
	for _, b := range s.run.Started.Steps {
		of := blocks[index[b.Step]]
		for _, need := range b.Needs {
			if up, known := index[need]; known {
				of.needs = append(of.needs, up)
			}
		}
	}
	for _, t := range s.steps {
		b := blocks[add(t.address.Block(), t.typ)]
		b.steps = append(b.steps, t)
	}
	return blocks
}

// keyed reports whether the block has instances.
func (b *block) keyed() bool { return len(b.steps) > 0 && b.steps[0].address.Keyed }

// state is the gravest of the instances' states.
func (b *block) state() state {
	counts := b.counts()
	for _, g := range gravest {
		if counts[g] > 0 {
			return g
		}
	}
	return waiting
}

func (b *block) counts() map[state]int {
	counts := map[state]int{}
	for _, t := range b.steps {
		counts[t.state().known()]++
	}
	return counts
}

// took is how long it was from the first instance's beginning to the last
// one's end.
func (b *block) took(until time.Time) time.Duration {
	if len(b.steps) == 1 {
		return b.steps[0].took(until)
	}
	var first, last time.Time
	for _, t := range b.steps {
		if t.started.IsZero() {
			continue
		}
		if first.IsZero() || t.started.Before(first) {
			first = t.started
		}
		end := t.started.Add(t.took(until))
		if end.After(last) {
			last = end
		}
	}
	return last.Sub(first)
}

// begun reports whether there was an attempt at any of the steps.
func (b *block) begun() bool {
	return slices.ContainsFunc(b.steps, func(t *step) bool { return len(t.attempts) > 0 })
}

// ended reports whether it is known how long the block was at work: it is not
// where the run is over and a step has no end.
func (b *block) ended(now moment) bool {
	return !slices.ContainsFunc(b.steps, func(t *step) bool { return !t.ended(now) })
}

// length says how long the block was at work, if it was.
func (b *block) length(now moment) string {
	switch {
	case !b.ended(now):
		return unknown
	case !b.begun():
		return ""
	}
	return report.Length(b.took(now.time))
}
