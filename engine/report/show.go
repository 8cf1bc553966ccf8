package report

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"dagrun/engine"
	"dagrun/engine/runlog"
)

// Show writes all that a person wants to know of one run: what it was, how each
// step ended, what came out, and what went wrong. Status is the run's result,
// or what there is instead. Times are shown in a zone.
func Show(out io.Writer, run runlog.Record, status string, zone *time.Location, options Options) {
	c := NewConsole(out, options)
	c.whole = true
	for _, s := range run.Steps {
		c.widen(short(s.Step))
	}
	for _, b := range run.Started.Steps {
		c.widen(short(b.Step))
	}
	c.print(c.heading(run.Started) + "\n")
	c.print(c.circumstances(run, zone) + "\n\n")
	for _, s := range run.Steps {
		c.showStep(s, status)
	}
	c.showRest(run)
	if run.Finished != nil {
		c.showOutputs("\nOutputs\n", run.Finished.Outputs, 2)
		if run.Finished.Result == engine.RunCrashed {
			c.print("\nAt work when the process died: " + line(AtWork(run.Finished.AtWork)) + "\n")
		}
		c.runFinished(run.Finished)
		return
	}
	c.print("\nRun " + c.style.yellow(status) + ", at work: " + line(AtWork(run.AtWork())) + "\n" + c.whereTheLogIs())
}

// circumstances says when, where and by what a run was made.
func (c *Console) circumstances(run runlog.Record, zone *time.Location) string {
	at := run.Started.Time.In(zone)
	return c.style.faint("started " + moment(at) + at.Format(" MST") + " (" + printable(string(run.Started.Trigger)) + ") by dagrun " +
		line(run.Started.Version) + " on " + line(run.Started.Host))
}

func (c *Console) showStep(s runlog.StepRecord, status string) {
	if s.Finished == nil {
		text := c.style.yellow("at work")
		if status != "running" {
			text = c.style.yellow("did not end")
		}
		if s.Attempt > 1 {
			text += " (" + c.attempt(s.Step, s.Attempt) + ")"
		}
		c.line(s.Step, text)
		return
	}
	c.stepFinished(s.Finished)
	if d := s.Decision; d != nil && d.Reason != engine.DecisionUnchanged {
		c.print(strings.Repeat(" ", c.width()+2) + c.style.faint("it ran: "+line(Because(d))) + "\n")
	}
	if v := bytesMoved(s.Finished.Volume); v != "" {
		c.print(strings.Repeat(" ", c.width()+2) + c.style.faint(v) + "\n")
	}
	c.showOutputs("", s.Finished.Outputs, c.width()+2)
}

// showRest lists the blocks of a run of which the log tells no more, since the
// run goes on or its process died. Of a block of which it tells of an instance
// nobody knows how many others there would have been.
func (c *Console) showRest(run runlog.Record) {
	if end := run.Finished; end != nil && end.Result != engine.RunCrashed {
		return
	}
	told := map[engine.Address]bool{}
	for _, s := range run.Steps {
		told[s.Step.Block()] = true
	}
	for _, b := range run.Started.Steps {
		if !told[b.Step] {
			c.line(b.Step, c.style.faint("not begun"))
		}
	}
}

// bytesMoved says how much a step read and wrote.
func bytesMoved(v engine.Volume) string {
	var parts []string
	if v.BytesIn > 0 {
		parts = append(parts, bytes(v.BytesIn)+" read")
	}
	if v.BytesOut > 0 {
		parts = append(parts, bytes(v.BytesOut)+" written")
	}
	return strings.Join(parts, ", ")
}

// showOutputs lists the members of an object by name, below a title.
func (c *Console) showOutputs(title string, object json.RawMessage, margin int) {
	var outputs map[string]any
	d := json.NewDecoder(strings.NewReader(string(object)))
	d.UseNumber() // some numbers are too large for Go
	if d.Decode(&outputs) != nil || len(outputs) == 0 {
		return
	}
	c.print(title)
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		c.print(strings.Repeat(" ", margin) + c.style.faint(line(name)+" = ") + line(value(outputs[name])) + "\n")
	}
}
