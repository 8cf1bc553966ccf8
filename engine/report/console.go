// Package report shows runs to people. Console is what `dagrun run` prints
// while a run goes on: a line for each event that matters, a summary, and what
// went wrong as the last thing on the screen. On a terminal the steps at work
// have lines that live below these. JUnit and Markdown show a run that has ended
// to CI servers.
//
// It shows events as the run log has them, and knows neither the log's file nor
// the pipeline. The pipeline's outputs are results, not talk: whoever starts
// the run prints them.
package report

import (
	"cmp"
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"dagrun/engine"
)

// patience is how long a step may be at work without a line about it.
const patience = 10 * time.Second

// widest is how much room the longest address can claim in front of a line, and
// narrowest how much of a terminal's width it can claim always.
const (
	widest    = 48
	narrowest = 12
)

// Options are what a Console cannot learn from events. All may be left out.
type Options struct {
	// Color is true for a terminal that wants it.
	Color bool
	// Verbose shows what steps say on the debug level too.
	Verbose bool
	// Log is the path of the run log, named in the summary.
	Log string
	// Dir is the folder that paths are shown relative to.
	Dir string
	// MaxAttempts says how many attempts each step may make; what it says of a
	// block holds for its instances. With it, lines are aligned from the first on.
	MaxAttempts map[engine.Address]int
	// ForFailures are the steps that are there for what goes wrong: a run that is
	// asked to end still begins them, and lets them go on.
	ForFailures []engine.Address
	// Terminal gives the size of the terminal that is written to; without it,
	// nothing is drawn twice. A terminal without rows is one that somebody else
	// uses just now: there are no live lines on it.
	Terminal func() (columns, rows int)
	// ASCII is true for a terminal whose font has little more than letters.
	ASCII bool
	// Source gives the lines of the pipeline's file that a place is in; nil where
	// they are not at hand.
	Source func(engine.Range) *engine.Snippet
}

// Console writes what happens in a run as lines of text, and keeps a line for
// each step at work below them if it writes to a terminal. Elsewhere nothing is
// drawn twice, so that it suits a file and a CI log. Its methods may be called
// from any goroutine; errors of the writer are not reported, since a run does
// not end because nobody can watch it.
type Console struct {
	out     io.Writer
	options Options
	style   style

	mu       sync.Mutex
	longest  int    // of the addresses, in cells
	gap      string // what has to stand before the next line
	steps    map[engine.Address]*activity
	failures failures
	whole    bool                    // messages of failures are shown to their end
	leftOut  int                     // steps that are no part of the run
	spared   map[engine.Address]bool // of ForFailures, those that have not ended
	live     *live                   // nil where nothing is drawn twice
}

// NewConsole makes a Console for one run.
func NewConsole(out io.Writer, options Options) *Console {
	c := &Console{out: out, options: options, style: style(options.Color), steps: map[engine.Address]*activity{}, spared: map[engine.Address]bool{}}
	if options.Terminal != nil {
		c.live = &live{screen: screen{out: out}, total: len(options.MaxAttempts), glyphs: glyphsOf(options)}
	}
	for step := range options.MaxAttempts {
		c.widen(short(step))
	}
	for _, step := range options.ForFailures {
		c.spared[step] = true
	}
	return c
}

// Event shows an event. Events come in the order of the run log.
func (c *Console) Event(e engine.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if end, ok := e.(*engine.StepFinished); ok {
		delete(c.spared, end.Step)
		if end.Reason == engine.ReasonNotTargeted {
			c.leaveOut(end)
			return
		}
	}
	c.countLeftOut()
	at := e.Head().Time.Time
	switch e := e.(type) {
	case *engine.RunStarted:
		c.runStarted(e)
	case *engine.StepStarted:
		c.widen(line(short(e.Step)))
		c.steps[e.Step] = &activity{step: e.Step, seq: e.Seq, started: at, said: at, because: Because(e.Decision)}
	case *engine.AttemptStarted:
		c.attemptStarted(e)
	case *engine.Progress:
		if a := c.steps[e.Step]; a != nil {
			a.progress = e
		}
	case *engine.Log:
		c.log(e)
	case *engine.AttemptFinished:
		c.attemptFinished(e)
	case *engine.StepFinished:
		c.stepFinished(e)
	case *engine.RunFinished:
		if c.live != nil {
			c.live.over = true
		}
		c.runFinished(e)
	}
}

// Run shows how far the steps at work have come, until ctx ends: on a terminal
// ten times a second, elsewhere every ten seconds.
func (c *Console) Run(ctx context.Context) {
	pace := time.Second
	if c.live != nil {
		pace = frameTime
		defer c.leave()
	}
	ticker := time.NewTicker(pace)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			c.Tick(now)
		}
	}
}

// Tick draws the live lines anew. Where there are none, it shows how far those
// steps have come about which there was no line in the ten seconds before now.
func (c *Console) Tick(now time.Time) {
	if c.live != nil {
		c.draw(now)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.atWork() {
		if now.Sub(a.said) >= patience {
			a.said = now
			c.line(a.step, c.style.faint(c.standing(a, now)))
		}
	}
}

// atWork lists the steps at work, in the order in which they began.
func (c *Console) atWork() []*activity {
	return slices.SortedFunc(maps.Values(c.steps), func(a, b *activity) int { return cmp.Compare(a.seq, b.seq) })
}

func (c *Console) runStarted(e *engine.RunStarted) {
	c.print(c.heading(e) + "\n")
	c.gap = "\n"
	if c.live != nil { // whose lines begin below the gap
		c.print(c.gap)
		c.gap, c.live.started = "", e.Time.Time
	}
}

// leaveOut tells of a step that is no part of the run. Who leaves out a thousand
// need not read of each.
func (c *Console) leaveOut(e *engine.StepFinished) {
	if c.live != nil {
		c.live.total--
	}
	if c.leftOut++; c.leftOut <= shown {
		c.marked(c.mark(e.Result), e.Step, c.ending(e))
	}
}

// countLeftOut counts the steps left out that were not told of.
func (c *Console) countLeftOut() {
	if more := c.leftOut - shown; more > 0 {
		c.leftOut = shown
		c.print(steps(more, "more ") + " " + verb(more, "is", "are") + " no part of this run\n")
	}
}

// heading is the first line of a run.
func (c *Console) heading(e *engine.RunStarted) string {
	s := c.style.bold(printable(e.Pipeline)) + ": run " + e.RunID + " for " + clock(e.LogicalTime)
	switch {
	case e.ResumedFrom != "":
		return s + ", taking up run " + e.ResumedFrom
	case e.Trigger == engine.Cron:
		return s + ", started by cron"
	case e.Trigger == engine.Backfill:
		return s + ", a backfill"
	}
	return s
}

// line prints a line about a step. The further lines of a text are indented as
// far as the first.
func (c *Console) line(step engine.Address, text string) { c.marked(" ", step, text) }

// marked is line with a mark before the address, which a terminal shows.
func (c *Console) marked(mark string, step engine.Address, text string) {
	name := line(short(step))
	c.widen(name)
	margin := strings.Repeat(" ", max(c.width()-cells(name), 0)+2)
	hang := c.width() + 2
	if c.live != nil {
		mark, hang = mark+" ", hang+2
	} else {
		mark = ""
	}
	c.printHanging(c.gap+mark+c.style.bold(name)+margin+indent(text, hang)+"\n", hang)
	c.gap = ""
}

// widen makes room for an address.
func (c *Console) widen(name string) { c.longest = max(c.longest, cells(name)) }

// width is the room for addresses. On a terminal, as wide as it is just now,
// there is to be more room for what is said of them.
func (c *Console) width() int {
	limit := widest
	if c.live != nil {
		limit = min(limit, max(c.columns()*2/5, narrowest))
	}
	return min(c.longest, limit)
}

// print writes a text with one write.
func (c *Console) print(text string) { c.printHanging(text, 0) }

// printHanging is print for a text whose lines, where a terminal has no room for
// them, go on so far from the margin.
func (c *Console) printHanging(text string, hang int) {
	if c.live == nil {
		_, _ = io.WriteString(c.out, text)
		return
	}
	c.live.settle(wrap(text, c.columns(), hang))
}

// more is the sign that something goes on.
func (c *Console) more() string {
	if c.live == nil {
		return "…"
	}
	return c.live.glyphs.more
}

// short is an address without the word that all begin with.
func short(step engine.Address) string { return strings.TrimPrefix(step.String(), "step.") }
