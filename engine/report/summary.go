package report

import (
	"fmt"
	"strings"

	"dagrun/engine"
)

// runFinished prints the summary, and after it what went wrong.
func (c *Console) runFinished(e *engine.RunFinished) {
	c.print("\n" + c.result(e) + "\n" + c.whereTheLogIs())
	title, forgiven := c.style.red("Error: "), ""
	switch e.Result {
	case engine.RunSucceeded:
		title, forgiven = c.style.yellow("Warning: "), "; the run went on without it"
	case engine.RunSkipped:
		title = c.style.yellow("Warning: ")
	}
	for _, f := range c.failures.list {
		c.print("\n" + title + c.account(f, forgiven))
	}
	if more := c.failures.untold; more > 0 {
		c.print("\n" + steps(more, "more ") + " failed; the log has their errors.\n")
	}
	if e.Error != "" {
		c.print("\n" + title + indent(printable(e.Error), 2) + "\n")
	}
}

// result is the line that says how a run ended.
func (c *Console) result(e *engine.RunFinished) string {
	return "Run " + c.style.result(e.Result, string(e.Result)) + duration(e) + colon(counts(e.Steps))
}

// duration says how long a run took. When the process of one died, nobody knows.
func duration(e *engine.RunFinished) string {
	took := length(e.Duration.Duration())
	switch {
	case e.Idle():
		return ""
	case e.Result == engine.RunCrashed:
		return ", last heard of after " + took
	}
	return " in " + took
}

// counts says how many steps ended how.
func counts(by map[engine.StepResult]int) string {
	var parts []string
	for _, r := range engine.StepResults {
		if n := by[r]; n > 0 {
			parts = append(parts, count(int64(n))+" "+string(r))
		}
	}
	if n := by[engine.StepSucceeded]; n > 0 && len(parts) == 1 {
		return steps(n, "") + " succeeded"
	}
	return strings.Join(parts, ", ")
}

func (c *Console) whereTheLogIs() string {
	if c.options.Log == "" {
		return ""
	}
	return "Log: " + printable(c.options.Log) + "\n"
}

// account tells a person what went wrong in a step: how it ended, where in the
// pipeline that is, what was tried and what came back, where the same went wrong
// as well, and what to do.
func (c *Console) account(f *failure, forgiven string) string {
	text := c.style.bold(headline(f.StepFinished)+forgiven+code(f.Error)) + "\n"
	if others := f.others(c.more()); others != "" {
		text += "  " + others + "\n"
	}
	if f.Error == nil {
		return text
	}
	if place := placeOf(f.Error); place != "" {
		text += "  " + c.style.faint(place) + "\n" + c.source(f.Error.Range)
	}
	message := printable(f.Error.Message)
	if !c.whole {
		message = abridged(message, f.RunID, c.more())
	}
	text += "\n  " + indent(message, 2) + "\n"
	if f.Error.Remedy != "" {
		text += "\n  " + c.style.bold("What to do: ") + indent(printable(f.Error.Remedy), 2) + "\n"
	}
	return text
}

// source is the line of the pipeline's file that an error's cause stands in.
func (c *Console) source(r *engine.Range) string {
	if r == nil || c.options.Source == nil {
		return ""
	}
	snippet := c.options.Source(*r)
	if snippet == nil {
		return ""
	}
	room := Longest
	if c.live != nil {
		room = min(room, max(c.columns()-10, 20)/2)
	}
	return "\n" + Excerpt(*snippet, room, c.options.Color)
}

// headline is the first line of an account.
func headline(f *engine.StepFinished) string {
	text := short(f.Step) + " failed"
	if f.Attempts > 1 {
		text += fmt.Sprintf(" after %d attempts", f.Attempts)
	}
	if f.Reason == engine.ReasonFailFast {
		text += "; it was not tried again, since " + why(f)
	} else {
		text += colon(why(f))
	}
	return text
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func code(e *engine.LocatedError) string {
	if e == nil {
		return ""
	}
	return " [" + e.Code + "]"
}

// placeOf is where in the pipeline's file an error's cause stands.
func placeOf(e *engine.LocatedError) string {
	var parts []string
	if e.Range != nil {
		parts = append(parts, printable(e.Range.String()))
	}
	if e.Argument != "" {
		parts = append(parts, "argument "+printable(e.Argument))
	}
	return strings.Join(parts, ", ")
}

// steps counts steps: 1 step, 3 more steps.
func steps(n int, which string) string {
	if n == 1 {
		return "1 " + which + "step"
	}
	return count(int64(n)) + " " + which + "steps"
}
