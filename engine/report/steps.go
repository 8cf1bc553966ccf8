package report

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dagrun/engine"
)

// activity is a step at work.
type activity struct {
	step     engine.Address
	seq      int64 // of its start
	started  time.Time
	said     time.Time // when there was a line about it
	because  string    // it runs, in a resumed run
	attempt  int
	again    time.Time // between attempts: when the next is due
	deadline time.Time // when the run was asked to end: until when the step may go on
	progress *engine.Progress
}

// tell prints a line about a step, which then needs none for a while.
func (c *Console) tell(e engine.Event, step engine.Address, text string) {
	if a := c.steps[step]; a != nil {
		a.said = e.Head().Time.Time
	}
	c.line(step, text)
}

// attemptStarted tells that a step is at work; where it has a live line, that is
// said there, but for why it is.
func (c *Console) attemptStarted(e *engine.AttemptStarted) {
	text, because := "started", ""
	if e.Attempt > 1 {
		text += " " + c.attempt(e.Step, e.Attempt)
	}
	if a := c.steps[e.Step]; a != nil {
		a.attempt, a.again, a.progress = e.Attempt, time.Time{}, nil
		if e.Attempt == 1 {
			because = colon(a.because)
		}
	}
	if c.live != nil && because == "" {
		return
	}
	text += because
	c.tell(e, e.Step, c.style.faint(text))
}

// attempt names an attempt: attempt 2 of 3.
func (c *Console) attempt(step engine.Address, n int) string {
	if limit := c.limit(step); limit > 1 {
		return fmt.Sprintf("attempt %d of %d", n, limit)
	}
	return fmt.Sprintf("attempt %d", n)
}

// limit is how many attempts a step may make; 0 where that is not known.
func (c *Console) limit(step engine.Address) int {
	if limit, known := c.options.MaxAttempts[step]; known {
		return limit
	}
	return c.options.MaxAttempts[step.Block()]
}

// attemptFinished tells of an attempt that another follows; the last one is
// told with its step.
func (c *Console) attemptFinished(e *engine.AttemptFinished) {
	if e.RetryIn == nil {
		return
	}
	wait := e.RetryIn.Duration()
	if a := c.steps[e.Step]; a != nil {
		a.again = e.Time.Add(wait)
	}
	how := "failed"
	if e.Result == engine.AttemptTimedOut {
		how = "timed out"
	}
	text := c.style.yellow(how) + ", retrying in " + length(wait) + " (" + c.attempt(e.Step, e.Attempt+1) + ")"
	c.tell(e, e.Step, text+colon(head(messageOf(e.Error), c.more())))
}

func (c *Console) log(e *engine.Log) {
	if e.Level == "debug" && !c.options.Verbose {
		return
	}
	c.tell(e, e.Step, said(c.style, e))
}

// said is what a step said: its level, the message, and what it is about.
func said(style style, e *engine.Log) string {
	level := printable(e.Level)
	switch e.Level {
	case "debug":
		level = style.faint(level)
	case "warn":
		level = style.yellow("warning")
	case "error":
		level = style.red(level)
	}
	var fields strings.Builder
	for _, key := range slices.Sorted(maps.Keys(e.Fields)) {
		fields.WriteString("  " + printable(key) + "=" + value(e.Fields[key]))
	}
	return level + ": " + printable(e.Message) + style.faint(fields.String())
}

// standing says how far a step has come that is at work.
func (c *Console) standing(a *activity, now time.Time) string {
	elapsed := length(now.Sub(a.started).Truncate(time.Second))
	switch {
	case !a.again.IsZero():
		left := max(a.again.Sub(now).Round(time.Second), 0)
		return fmt.Sprintf("waiting, %s in %s", c.attempt(a.step, a.attempt+1), length(left))
	case a.attempt == 0:
		return "waiting for " + elapsed + " for a file that another step uses"
	}
	text := "at work for " + elapsed
	if a.attempt > 1 {
		text += " (" + c.attempt(a.step, a.attempt) + ")"
	}
	if a.progress != nil {
		text += ", " + progress(a.progress)
	}
	return text
}

// stepFinished tells how a step ended. Of those that fail the first are kept:
// their errors come at the end.
func (c *Console) stepFinished(e *engine.StepFinished) {
	delete(c.steps, e.Step)
	if e.Result == engine.StepFailed {
		c.failures.add(e)
	}
	if c.live != nil {
		c.live.ended++
	}
	c.marked(c.mark(e.Result), e.Step, c.ending(e))
}

// ending says how a step ended.
func (c *Console) ending(e *engine.StepFinished) string {
	took := length(e.Duration.Duration())
	switch e.Result {
	case engine.StepSucceeded:
		text := c.style.green("succeeded") + " in " + took
		if e.Attempts > 1 {
			text += " on " + c.attempt(e.Step, e.Attempts)
		}
		return text + c.volume(e)
	case engine.StepReused:
		return c.style.green("reused") + colon(why(e)) + c.volume(e)
	case engine.StepSkipped:
		return c.style.yellow("skipped") + colon(why(e))
	case engine.StepCancelled:
		text := c.style.yellow("cancelled")
		if e.Attempts > 0 {
			text += " after " + took
		}
		return text + colon(why(e))
	}
	return c.style.red("failed") + after(e, took) + colon(head(messageOf(e.Error), c.more()))
}

// mark stands before the address of a step that has ended, on a terminal.
func (c *Console) mark(r engine.StepResult) string {
	switch {
	case c.live == nil:
		return ""
	case r == engine.StepSucceeded, r == engine.StepReused:
		return c.style.green(c.live.glyphs.done)
	case r == engine.StepFailed:
		return c.style.red(c.live.glyphs.failed)
	}
	return c.style.yellow("-")
}

// after says how long a step tried; more of the error comes at the end.
func after(e *engine.StepFinished, took string) string {
	switch e.Attempts {
	case 0:
		return ""
	case 1:
		return " after " + took
	}
	return fmt.Sprintf(" after %d attempts in %s", e.Attempts, took)
}

func messageOf(e *engine.LocatedError) string {
	if e == nil {
		return ""
	}
	return printable(e.Message)
}

// volume says what a step read and wrote.
func (c *Console) volume(e *engine.StepFinished) string {
	var parts []string
	switch {
	case e.RowsIn > 0 && e.RowsOut > 0:
		parts = append(parts, rows(e.RowsIn)+" in, "+count(e.RowsOut)+" out")
	case e.RowsIn > 0:
		parts = append(parts, rows(e.RowsIn)+" in")
	case e.RowsOut > 0:
		parts = append(parts, rows(e.RowsOut)+" out")
	}
	parts = append(parts, c.files("wrote", engine.Writes, e.Files)...)
	parts = append(parts, c.files("deleted", engine.Deletes, e.Files)...)
	if len(parts) == 0 {
		return ""
	}
	return ", " + strings.Join(parts, ", ")
}

// files names the files of a role, up to three.
func (c *Console) files(verb string, role engine.Role, files []engine.FileRecord) []string {
	var names []string
	var size int64
	for _, f := range files {
		if f.Role == role {
			names = append(names, printable(c.path(f.Path)))
			size += f.Size
		}
	}
	switch {
	case len(names) == 0:
		return nil
	case len(names) > 3:
		return []string{fmt.Sprintf("%s %s files (%s)", verb, count(int64(len(names))), bytes(size))}
	}
	return []string{fmt.Sprintf("%s %s (%s)", verb, strings.Join(names, ", "), bytes(size))}
}

// path is a path as seen from the folder of the options, where it lies in it.
func (c *Console) path(p string) string {
	if c.options.Dir == "" {
		return p
	}
	rel, err := filepath.Rel(c.options.Dir, p)
	if err != nil || !filepath.IsLocal(rel) {
		return p
	}
	return rel
}
