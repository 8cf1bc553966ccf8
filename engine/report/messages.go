package report

import (
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"dagrun/engine"
)

// Messages writes what the steps of a run said, and which attempts failed, as
// lines of text: when, which step, how important, what.
type Messages struct {
	out   io.Writer
	zone  *time.Location
	style style
	width int // of the addresses
}

// NewMessages makes Messages that show times in a zone.
func NewMessages(out io.Writer, zone *time.Location, options Options) *Messages {
	return &Messages{out: out, zone: zone, style: style(options.Color)}
}

// Widen makes room for a step's address, so that lines are aligned from the
// first on.
func (m *Messages) Widen(step engine.Address) {
	m.width = min(max(m.width, utf8.RuneCountInString(short(step))), widest)
}

// Spoken reports whether an event is a message, and of which step.
func Spoken(e engine.Event) (engine.Address, bool) {
	switch e := e.(type) {
	case *engine.Log:
		return e.Step, true
	case *engine.AttemptFinished:
		return e.Step, e.Error != nil
	}
	return engine.Address{}, false
}

// Event writes a message; other events are passed over.
func (m *Messages) Event(e engine.Event) error {
	step, spoken := Spoken(e)
	if !spoken {
		return nil
	}
	var text string
	switch e := e.(type) {
	case *engine.Log:
		text = said(m.style, e)
	case *engine.AttemptFinished:
		text = m.style.red("error") + ": " + attemptFailed(e)
	}
	m.Widen(step)
	name := line(short(step))
	margin := strings.Repeat(" ", max(m.width-utf8.RuneCountInString(name), 0)+2)
	at := e.Head().Time.In(m.zone).Format("2006-01-02 15:04:05.000")
	_, err := io.WriteString(m.out, m.style.faint(at)+"  "+m.style.bold(name)+margin+strings.ReplaceAll(text, "\n", `\n`)+"\n")
	return err
}

// attemptFailed tells of an attempt that did not succeed.
func attemptFailed(e *engine.AttemptFinished) string {
	text := "attempt " + count(int64(e.Attempt)) + " " + strings.ReplaceAll(printable(string(e.Result)), "_", " ")
	text += " after " + length(e.Duration.Duration())
	if e.RetryIn != nil {
		text += ", retrying in " + length(e.RetryIn.Duration())
	}
	return text + colon(messageOf(e.Error)) + code(e.Error)
}
