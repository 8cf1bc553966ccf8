package report

import (
	"strings"
	"time"
)

// Stopping tells that the run was asked to end: how long the steps at work are
// given, what may run all the same, and how to have everything stopped at once.
func (c *Console) Stopping(now time.Time, grace time.Duration, sooner string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	busy, spared := c.giveUntil(now.Add(grace)), c.namesOfSpared()
	text := "stopping: " + steps(busy, "") + " at work " + verb(busy, "gets", "get") + " " + length(grace)
	switch {
	case busy == 0 && spared == "":
		c.say("stopping: no step is at work")
		return
	case busy == 0:
		text = "stopping: steps that are there for failures may still run (" + spared + ")"
	case spared != "":
		text += ", then steps that are there for failures may still run (" + spared + ")"
	}
	c.say(text + "; " + sooner)
}

// giveUntil sets the time until which the steps at work may go on that are to
// stop, and counts them.
func (c *Console) giveUntil(deadline time.Time) (busy int) {
	for _, a := range c.steps {
		if a.attempt > 0 && a.again.IsZero() && !c.spared[a.step] {
			a.deadline = deadline
			busy++
		}
	}
	return busy
}

// namesOfSpared names the first of the steps that still run, or go on, in a run
// that was asked to end.
func (c *Console) namesOfSpared() string {
	var names []string
	for _, step := range c.options.ForFailures {
		switch {
		case !c.spared[step]:
			continue
		case len(names) == named:
			return strings.Join(append(names, c.more()), ", ")
		}
		names = append(names, line(short(step)))
	}
	return strings.Join(names, ", ")
}

// StoppingNow tells that nothing is waited for any more.
func (c *Console) StoppingNow() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.say("stopping at once")
}

// say prints a line about the run.
func (c *Console) say(text string) {
	c.print(c.gap + c.style.yellow(text) + "\n")
	c.gap = ""
}
