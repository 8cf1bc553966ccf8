package report

import (
	"fmt"
	"strings"
	"time"

	"dagrun/engine"
)

// A live line has two columns for its mark, one for the name, six for the time,
// and two between each and the next.
const (
	aroundTime = 2 + 2 // where it is left out
	aroundName = aroundTime + 6 + 2
)

// fewest is how much of a name stays where there is a time beside it, and
// claimed how much room the details can take from it.
const (
	fewest  = 8
	claimed = 24
)

// liveLine says which step is at work, for how long, and how far it has come.
// Where that is wider than the terminal it does without the bar, then with
// shorter words, and in the end without the time and most of the name.
func (c *Console) liveLine(a *activity, now time.Time, room, columns int) string {
	head := c.liveHead(a, now, room)
	since := "  " + fmt.Sprintf("%6s", elapsed(now.Sub(a.started)))
	details := c.details(a, now)
	for _, text := range []string{head + since + apart(details.whole), head + since + apart(details.plain), head + since + apart(details.brief)} {
		if cells(text) <= columns {
			return text
		}
	}
	least := columns - aroundTime - cells(details.brief)
	return c.liveHead(a, now, min(room, max(least, fewest/2))) + apart(details.brief)
}

// liveHead is a mark and the name of a step at work, in so much room.
func (c *Console) liveHead(a *activity, now time.Time, room int) string {
	name := middle(line(short(a.step)), room, c.live.glyphs.more)
	return c.spinner(a, now) + " " + c.style.bold(name) + strings.Repeat(" ", max(room-cells(name), 0))
}

// apart is a text, if there is one, set off from what stands before it.
func apart(text string) string {
	if text == "" {
		return ""
	}
	return "  " + text
}

// nameRoom is the room for names in the live lines: as much as above them, but
// where the terminal is narrow no more than leaves room for the details.
func (c *Console) nameRoom(these []*activity, now time.Time, columns int) int {
	longest := 0
	for _, a := range these {
		longest = max(longest, min(cells(c.details(a, now).brief), claimed))
	}
	return min(c.width(), max(columns-aroundName-longest, fewest))
}

// detail is what there is to say about a step at work, in three lengths: with a
// bar, without it, and in few words.
type detail struct{ whole, plain, brief string }

// add adds what is to be said as well.
func (d *detail) add(whole, plain, brief string) {
	if d.whole != "" {
		whole, plain, brief = apart(whole), apart(plain), apart(brief)
	}
	d.whole, d.plain, d.brief = d.whole+whole, d.plain+plain, d.brief+brief
}

// details are what there is to say about a step at work.
func (c *Console) details(a *activity, now time.Time) (d detail) {
	left := func(until time.Time) string { return elapsed(max(until.Sub(now), 0) + time.Second - 1) }
	switch {
	case !a.again.IsZero():
		text := c.style.yellow("waiting for retry in "+left(a.again)) + " (" + c.attempt(a.step, a.attempt+1) + ")"
		d.add(text, text, c.style.yellow("retry in "+left(a.again))+", "+c.attemptInBrief(a.step, a.attempt+1))
		return d
	case a.attempt == 0:
		const text = "waiting for a file that another step uses"
		d.add(text, text, "waits for a file")
		return d
	}
	if !a.deadline.IsZero() {
		text := c.style.yellow("stopping, " + left(a.deadline) + " left")
		d.add(text, text, c.style.yellow(left(a.deadline)+" left"))
	}
	if a.attempt > 1 {
		text := c.attempt(a.step, a.attempt)
		d.add(text, text, c.attemptInBrief(a.step, a.attempt))
	}
	if p := a.progress; p != nil && p.Done > 0 {
		d.add(c.bar(p)+progress(p), progress(p), progressInBrief(p))
	}
	return d
}

// attemptInBrief names an attempt: 2/3.
func (c *Console) attemptInBrief(step engine.Address, n int) string {
	if limit := c.limit(step); limit > 1 {
		return fmt.Sprintf("%d/%d", n, limit)
	}
	return fmt.Sprintf("attempt %d", n)
}

// bar shows which part of a total is done; nothing where that is not known.
func (c *Console) bar(p *engine.Progress) string {
	const columns = 10
	if p.Total <= 0 {
		return ""
	}
	full := int(min(max(float64(p.Done)/float64(p.Total), 0), 1) * columns)
	return strings.Repeat(c.live.glyphs.full, full) + strings.Repeat(c.live.glyphs.empty, columns-full) + " "
}
