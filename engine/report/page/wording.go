package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"dagrun/engine"
	"dagrun/engine/report"
)

// moment is the point in time that a page tells of: of a run that has ended the
// end, of one that is under way now.
type moment struct {
	time   time.Time
	status string
	whole  bool // the run went through its steps to the end
}

// at is the moment that a run's story tells of.
func (s *story) at(status string, now time.Time) moment {
	m := moment{time: s.last, status: status}
	if end := s.finished; end != nil {
		m.whole = end.Result != engine.RunCrashed && len(s.steps) > 0
	} else if status == running && now.After(s.last) {
		m.time = now
	}
	return m
}

// wording makes what the log says fit to be shown. Every text of the log passes
// through it.
type wording struct {
	mask func(string) string
	zone *time.Location
}

// text is a text without what must not be seen and what does more than be seen.
func (w wording) text(s string) string {
	if s == "" {
		return ""
	}
	return report.Printable(w.mask(s))
}

// line is a text on one line, cut where it is too long.
func (w wording) line(s string) string {
	return strings.ReplaceAll(report.Shortened(w.text(s), longest), "\n", " ")
}

func (w wording) short(a engine.Address) string { return w.line(report.Short(a)) }

// key names an instance in its block.
func (w wording) key(a engine.Address) string {
	if a.Keyed && a.Key != "" {
		return w.line(a.Key)
	}
	return w.line(strconv.Quote(a.Key))
}

// when is a point in time in the reader's zone.
func (w wording) when(t time.Time) string { return t.In(w.zone).Format("2006-01-02 15:04:05 MST") }

// ending says how a step ended, in a line.
func (w wording) ending(t *step, now moment) string {
	text := w.line(t.state().words(now.status))
	took := report.Length(t.took(now.time))
	switch {
	case t.finished == nil:
		text += w.standing(t, now)
	case t.finished.Attempts > 1 && t.state() == state(engine.StepSucceeded):
		text += fmt.Sprintf(" in %s on attempt %d", took, t.finished.Attempts)
	case t.finished.Attempts > 1:
		text += fmt.Sprintf(" after %d attempts in %s", t.finished.Attempts, took)
	case t.finished.Attempts == 1 && t.state() == state(engine.StepSucceeded):
		text += " in " + took
	case t.finished.Attempts == 1:
		text += " after " + took
	}
	return text
}

// standing says how far a step has come that has not ended.
func (w wording) standing(t *step, now moment) string {
	text := " for "
	if !t.ended(now) {
		text = ", last heard of after "
	}
	text += report.Length(t.took(now.time))
	if p := t.progress; p != nil {
		text += fmt.Sprintf(", %s", report.Count(int(p.Done)))
		if p.Total > 0 {
			text += " of " + report.Count(int(p.Total))
		}
		text += " " + w.line(p.Unit)
	}
	return text
}

// why says why a step ended as it did, where there is more to say.
func (w wording) why(t *step) string {
	if t.finished == nil {
		return ""
	}
	return w.line(report.Why(t.finished.Reason, w.mask(t.finished.Cause)))
}

// volume says what a step read and wrote.
func volume(v engine.Volume) string {
	var parts []string
	add := func(n int64, what string, text string) {
		if n > 0 {
			parts = append(parts, text+" "+what)
		}
	}
	add(v.RowsIn, "rows in", report.Count(int(v.RowsIn)))
	add(v.RowsOut, "rows out", report.Count(int(v.RowsOut)))
	add(v.BytesIn, "in", report.Bytes(v.BytesIn))
	add(v.BytesOut, "out", report.Bytes(v.BytesOut))
	return strings.Join(parts, ", ")
}
