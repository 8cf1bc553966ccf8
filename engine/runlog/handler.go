package runlog

import (
	"context"
	"log/slog"
	"slices"

	"dagrun/engine"
)

// Handler gives a slog.Handler that records what an attempt says, from its
// attempt_started to its attempt_finished and on every level. Attributes become
// fields, groups become fields of fields; where a key is used twice, the last
// value stands. It has the form that the runner of attempts wants.
func (w *Writer) Handler(a engine.Attempt) slog.Handler { return &handler{writer: w, attempt: a} }

type handler struct {
	writer  *Writer
	attempt engine.Attempt
	scopes  []scope
}

// scope is one With or WithGroup of a logger: a group's name or some attributes.
type scope struct {
	group string
	attrs []slog.Attr
}

// Enabled is true for all that a log can hold.
func (h *handler) Enabled(context.Context, slog.Level) bool { return true }

// Handle records one message.
func (h *handler) Handle(_ context.Context, r slog.Record) error {
	return h.writer.say(h.attempt, &engine.Log{
		Step: h.attempt.Step, Type: h.attempt.Type, Attempt: h.attempt.Number,
		Level: levelName(r.Level), Message: r.Message, Fields: h.fields(r),
	})
}

// WithAttrs gives a handler that adds the attributes to every message.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler { return h.with(scope{attrs: attrs}) }

// WithGroup gives a handler that puts what follows into a group.
func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return h.with(scope{group: name})
}

func (h *handler) with(s scope) slog.Handler {
	c := *h
	c.scopes = append(slices.Clip(h.scopes), s)
	return &c
}

// fields builds the fields of a message from the outside in. A group without
// anything in it leaves no trace.
func (h *handler) fields(r slog.Record) map[string]any {
	attrs := make([]slog.Attr, 0, r.NumAttrs())
	r.Attrs(func(a slog.Attr) bool {
		attrs = append(attrs, a)
		return true
	})
	for _, s := range slices.Backward(h.scopes) {
		if s.group != "" {
			attrs = []slog.Attr{{Key: s.group, Value: slog.GroupValue(attrs...)}}
		} else {
			attrs = slices.Concat(s.attrs, attrs)
		}
	}
	return object(attrs)
}

// levelName is the name of the highest of the four levels that is not above l.
func levelName(l slog.Level) string {
	switch {
	case l < slog.LevelInfo:
		return "debug"
	case l < slog.LevelWarn:
		return "info"
	case l < slog.LevelError:
		return "warn"
	}
	return "error"
}
