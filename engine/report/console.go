// Package report shows runs to people. Console is what `dagrun run` prints
// while a run goes on: a line for each event that matters, a summary, and what
// went wrong as the last thing on the screen.
//
// It shows events as the run log has them, and knows neither the log's file nor
// the pipeline. The pipeline's outputs are results, not talk: whoever starts
// the run prints them.
package report

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"dagrun/engine"
)

// patience is how long a step may be at work without a line about it.
const patience = 10 * time.Second

// widest is how much room the longest address can claim in front of a line.
const widest = 48

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
	// MaxAttempts says how many attempts each step may make. With it, lines are
	// aligned from the first on.
	MaxAttempts map[engine.Address]int
}

// Console writes what happens in a run as lines of text. Nothing is drawn
// twice, so that it suits a terminal, a file and a CI log. Its methods may be
// called from any goroutine; errors of the writer are not reported, since a run
// does not end because nobody can watch it.
type Console struct {
	out     io.Writer
	options Options
	style   style

	mu       sync.Mutex
	width    int    // of the addresses
	gap      string // what has to stand before the next line
	steps    map[engine.Address]*activity
	failures []*engine.StepFinished
}

// NewConsole makes a Console for one run.
func NewConsole(out io.Writer, options Options) *Console {
	c := &Console{out: out, options: options, style: style(options.Color), steps: map[engine.Address]*activity{}}
	for step := range options.MaxAttempts {
		c.widen(short(step))
	}
	return c
}

// Event shows an event. Events come in the order of the run log.
func (c *Console) Event(e engine.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := e.Head().Time.Time
	switch e := e.(type) {
	case *engine.RunStarted:
		c.print(c.heading(e) + "\n")
		c.gap = "\n"
	case *engine.StepStarted:
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
		c.runFinished(e)
	}
}

// Run shows every ten seconds how far the steps at work have come, until ctx
// ends.
func (c *Console) Run(ctx context.Context) {
	ticker := time.NewTicker(time.Second)
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

// Tick shows how far those steps have come about which there was no line in
// the ten seconds before now.
func (c *Console) Tick(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var due []*activity
	for _, a := range c.steps {
		if now.Sub(a.said) >= patience {
			due = append(due, a)
		}
	}
	slices.SortFunc(due, func(a, b *activity) int { return cmp.Compare(a.seq, b.seq) })
	for _, a := range due {
		a.said = now
		c.line(a.step, c.style.faint(c.standing(a, now)))
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
func (c *Console) line(step engine.Address, text string) {
	name := short(step)
	c.widen(name)
	margin := strings.Repeat(" ", max(c.width-utf8.RuneCountInString(name), 0)+2)
	c.print(c.gap + c.style.bold(name) + margin + indent(text, c.width+2) + "\n")
	c.gap = ""
}

func (c *Console) widen(name string) {
	c.width = min(max(c.width, utf8.RuneCountInString(name)), widest)
}

// print writes a text with one write.
func (c *Console) print(text string) { _, _ = io.WriteString(c.out, text) }

// short is an address without the word that all begin with.
func short(step engine.Address) string { return strings.TrimPrefix(step.String(), "step.") }
