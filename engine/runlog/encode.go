package runlog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"dagrun/engine"
)

// encoder turns events into lines. It writes what encoding/json would for the
// same structs, without HTML escapes, at a fraction of the time: a run of many
// small steps spends more on its record than on anything else. Rare and nested
// parts are left to encoding/json. The first error of an event is kept.
type encoder struct {
	buf    bytes.Buffer
	nested *json.Encoder // writes into buf
	err    error
	speech int // where the line's head ends, in which nobody's words stand

	second int64 // what stamp says
	stamp  []byte
}

// largest is how much room an encoder keeps from one call to the next.
const largest = 1 << 20

func newEncoder() *encoder {
	e := new(encoder)
	e.nested = json.NewEncoder(&e.buf)
	e.nested.SetEscapeHTML(false)
	return e
}

// release gives the room of an unusually long line back.
func (e *encoder) release() {
	if e.buf.Cap() > largest {
		e.buf = bytes.Buffer{}
	}
}

// event appends an event as one line.
func (e *encoder) event(ev engine.Event) error {
	e.err = nil
	e.head(ev.Head())
	e.speech = e.buf.Len()
	e.body(ev)
	e.buf.WriteString("}\n")
	return e.err
}

func (e *encoder) head(h *engine.Header) {
	e.buf.WriteString(`{"time":"`)
	e.time(h.Time.Time)
	e.buf.WriteString(`Z"`)
	e.integer("seq", h.Seq)
	e.text("event", h.Event)
	e.text("run_id", h.RunID)
}

// time appends a time but for its zone. Formatting a date takes longer than the
// rest of a small event, and the date is mostly that of the event before.
func (e *encoder) time(t time.Time) {
	if e.stamp == nil || t.Unix() != e.second {
		e.second, e.stamp = t.Unix(), t.UTC().AppendFormat(e.stamp[:0], "2006-01-02T15:04:05.")
	}
	e.buf.Write(e.stamp)
	micros := strconv.AppendInt(e.buf.AvailableBuffer(), int64(1_000_000+t.Nanosecond()/1000), 10)
	e.buf.Write(micros[1:])
}

func (e *encoder) body(ev engine.Event) {
	switch ev := ev.(type) {
	case *engine.RunStarted:
		e.runStarted(ev)
	case *engine.StepStarted:
		e.step(ev.Step, ev.Type)
		e.raw("arguments", ev.Arguments)
		if ev.Decision != nil {
			e.any("decision", ev.Decision)
		}
	case *engine.AttemptStarted:
		e.attempt(ev.Step, ev.Type, ev.Attempt)
	case *engine.AttemptFinished:
		e.attemptFinished(ev)
	case *engine.Log:
		e.log(ev)
	case *engine.Progress:
		e.attempt(ev.Step, ev.Type, ev.Attempt)
		e.integer("done", ev.Done)
		e.positive("total", ev.Total)
		e.text("unit", ev.Unit)
	case *engine.StepFinished:
		e.stepFinished(ev)
	case *engine.RunFinished:
		e.runFinished(ev)
	default:
		e.err = fmt.Errorf("%T is no event of this format", ev)
	}
}

func (e *encoder) runStarted(ev *engine.RunStarted) {
	e.text("schema", ev.Schema)
	e.text("version", ev.Version)
	e.text("pipeline", ev.Pipeline)
	e.any("sources", ev.Sources)
	e.any("logical_time", ev.LogicalTime)
	e.text("trigger", string(ev.Trigger))
	e.raw("variables", ev.Variables)
	e.text("host", ev.Host)
	e.integer("pid", int64(ev.PID))
	e.given("resumed_from", ev.ResumedFrom)
	if len(ev.ResumedRuns) > 0 {
		e.any("resumed_runs", ev.ResumedRuns)
	}
	if len(ev.Targets) > 0 {
		e.any("targets", ev.Targets)
	}
	if len(ev.Exclusions) > 0 {
		e.any("exclusions", ev.Exclusions)
	}
	if len(ev.Steps) > 0 {
		e.any("steps", ev.Steps)
	}
}

func (e *encoder) attemptFinished(ev *engine.AttemptFinished) {
	e.attempt(ev.Step, ev.Type, ev.Attempt)
	e.text("result", string(ev.Result))
	e.milliseconds("duration_ms", ev.Duration)
	if ev.Error != nil {
		e.any("error", ev.Error)
	}
	if ev.RetryIn != nil {
		e.milliseconds("retry_in_ms", *ev.RetryIn)
	}
}

func (e *encoder) log(ev *engine.Log) {
	e.attempt(ev.Step, ev.Type, ev.Attempt)
	e.text("level", ev.Level)
	e.text("message", ev.Message)
	if len(ev.Fields) > 0 {
		e.any("fields", ev.Fields)
	}
}

func (e *encoder) stepFinished(ev *engine.StepFinished) {
	e.step(ev.Step, ev.Type)
	e.text("result", string(ev.Result))
	e.given("reason", string(ev.Reason))
	e.given("cause", ev.Cause)
	e.integer("attempts", int64(ev.Attempts))
	e.milliseconds("duration_ms", ev.Duration)
	if ev.Error != nil {
		e.any("error", ev.Error)
	}
	if len(ev.Outputs) > 0 {
		e.raw("outputs", ev.Outputs)
	}
	if len(ev.Files) > 0 {
		e.any("files", ev.Files)
	}
	if ev.Fingerprint != nil {
		e.any("fingerprint", ev.Fingerprint)
	}
	e.positive("rows_in", ev.RowsIn)
	e.positive("rows_out", ev.RowsOut)
	e.positive("bytes_in", ev.BytesIn)
	e.positive("bytes_out", ev.BytesOut)
}

func (e *encoder) runFinished(ev *engine.RunFinished) {
	e.text("result", string(ev.Result))
	e.any("steps", ev.Steps)
	e.milliseconds("duration_ms", ev.Duration)
	if len(ev.Outputs) > 0 {
		e.raw("outputs", ev.Outputs)
	}
	e.given("error", ev.Error)
	if len(ev.AtWork) > 0 {
		e.any("at_work", ev.AtWork)
	}
}

func (e *encoder) step(a engine.Address, typ string) {
	e.text("step", a.String())
	e.text("type", typ)
}

func (e *encoder) attempt(a engine.Address, typ string, number int) {
	e.step(a, typ)
	e.integer("attempt", int64(number))
}

// key begins a field that is not the first.
func (e *encoder) key(name string) {
	e.buf.WriteString(`,"`)
	e.buf.WriteString(name)
	e.buf.WriteString(`":`)
}

func (e *encoder) text(name, value string) {
	e.key(name)
	e.quote(value)
}

// given is text that is left out when it is empty.
func (e *encoder) given(name, value string) {
	if value != "" {
		e.text(name, value)
	}
}

func (e *encoder) integer(name string, n int64) {
	e.key(name)
	e.buf.Write(strconv.AppendInt(e.buf.AvailableBuffer(), n, 10))
}

// positive is an integer that is left out when it is zero.
func (e *encoder) positive(name string, n int64) {
	if n != 0 {
		e.integer(name, n)
	}
}

func (e *encoder) milliseconds(name string, m engine.Milliseconds) {
	e.key(name)
	ms := float64(time.Duration(m).Microseconds()) / 1000
	e.buf.Write(strconv.AppendFloat(e.buf.AvailableBuffer(), ms, 'f', -1, 64))
}

// any leaves a value to encoding/json.
func (e *encoder) any(name string, value any) {
	e.key(name)
	if err := e.nested.Encode(value); err != nil {
		e.keep(name, err)
		return
	}
	e.buf.Truncate(e.buf.Len() - 1) // Encode ends with a newline
}

// raw appends JSON made elsewhere, on one line and without HTML escapes.
func (e *encoder) raw(name string, value json.RawMessage) {
	e.key(name)
	start := e.buf.Len()
	if err := json.Compact(&e.buf, value); err != nil {
		e.keep(name, err)
		return
	}
	e.buf.Truncate(start + len(withoutHTMLEscapes(e.buf.Bytes()[start:])))
}

func (e *encoder) keep(name string, err error) {
	if e.err == nil {
		e.err = fmt.Errorf("%s: %w", name, err)
	}
}
