package runlog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"net/url"
	"strings"
	"testing"
	"testing/slogtest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/runlog"
	"dagrun/engine/runlog/runlogtest"
)

// speaking gives a Writer with an attempt under way, the attempt, and the log.
func speaking(t *testing.T, options ...runlog.Option) (*runlog.Writer, engine.Attempt, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	w := runlog.New(&log, runID, options...)
	if err := w.Append(aRun()[:3]...); err != nil {
		t.Fatal(err)
	}
	return w, engine.Attempt{Step: clean, Type: "csv_resample", Number: 1}, &log
}

// said ends the run, checks the whole log, and gives what was said.
func said(t *testing.T, w *runlog.Writer, log *bytes.Buffer) (out []*engine.Log) {
	t.Helper()
	if err := w.Append(aRun()[3:]...); err != nil {
		t.Fatal(err)
	}
	runlogtest.Validate(t, log.Bytes())
	for _, e := range read(t, log.String()) {
		if e, ok := e.(*engine.Log); ok {
			out = append(out, e)
		}
	}
	return out
}

type secretly struct{ name string }

func (s secretly) LogValue() slog.Value {
	return slog.GroupValue(slog.String("name", s.name), slog.String("more", "…"))
}

type cold float64

func (c cold) String() string { return fmt.Sprintf("%.1f °C", float64(c)) }

func TestWhatAStepSaysBecomesEvents(t *testing.T) {
	var nobody *url.URL // its String method panics
	for name, c := range map[string]struct {
		say  func(*slog.Logger)
		want *engine.Log
	}{
		"debug":           {func(l *slog.Logger) { l.Debug("hm") }, &engine.Log{Level: "debug", Message: "hm"}},
		"info":            {func(l *slog.Logger) { l.Info("so") }, &engine.Log{Level: "info", Message: "so"}},
		"warn":            {func(l *slog.Logger) { l.Warn("oh") }, &engine.Log{Level: "warn", Message: "oh"}},
		"error":           {func(l *slog.Logger) { l.Error("no") }, &engine.Log{Level: "error", Message: "no"}},
		"between":         {func(l *slog.Logger) { l.Log(context.Background(), slog.LevelInfo+2, "so") }, &engine.Log{Level: "info", Message: "so"}},
		"below":           {func(l *slog.Logger) { l.Log(context.Background(), slog.LevelDebug-4, "hm") }, &engine.Log{Level: "debug", Message: "hm"}},
		"plain values":    {func(l *slog.Logger) { l.Info("", "s", "a", "i", 1, "u", uint64(2), "f", 2.5, "b", true, "n", nil) }, with(map[string]any{"s": "a", "i": 1.0, "u": 2.0, "f": 2.5, "b": true, "n": nil})},
		"numbers":         {func(l *slog.Logger) { l.Info("", "nan", math.NaN(), "inf", math.Inf(-1)) }, with(map[string]any{"nan": "NaN", "inf": "-Inf"})},
		"a duration":      {func(l *slog.Logger) { l.Info("", "d", 90*time.Second) }, with(map[string]any{"d": "1m30s"})},
		"a time":          {func(l *slog.Logger) { l.Info("", "t", start) }, with(map[string]any{"t": "2024-06-15T08:00:00.123456Z"})},
		"an error value":  {func(l *slog.Logger) { l.Info("", "err", fmt.Errorf("open: %w", fs.ErrNotExist)) }, with(map[string]any{"err": "open: file does not exist"})},
		"a Stringer":      {func(l *slog.Logger) { l.Info("", "c", cold(3)) }, with(map[string]any{"c": "3.0 °C"})},
		"a TextMarshaler": {func(l *slog.Logger) { l.Info("", "a", mail) }, with(map[string]any{"a": mail.String()})},
		"bytes":           {func(l *slog.Logger) { l.Info("", "b", []byte("abc")) }, with(map[string]any{"b": "abc"})},
		"a struct":        {func(l *slog.Logger) { l.Info("", "s", engine.Source{Path: "p"}) }, with(map[string]any{"s": map[string]any{"path": "p", "sha256": ""}})},
		"a list":          {func(l *slog.Logger) { l.Info("", "l", []string{"a", "b"}) }, with(map[string]any{"l": []any{"a", "b"}})},
		"no JSON":         {func(l *slog.Logger) { l.Info("", "x", map[string]float64{"a": math.NaN()}) }, with(map[string]any{"x": "map[a:NaN]"})},
		"a LogValuer":     {func(l *slog.Logger) { l.Info("", "who", secretly{"me"}) }, with(map[string]any{"who": map[string]any{"name": "me", "more": "…"}})},
		"groups":          {func(l *slog.Logger) { l.With("a", 1).WithGroup("g").With("b", 2).WithGroup("h").Info("", "c", 3) }, with(map[string]any{"a": 1.0, "g": map[string]any{"b": 2.0, "h": map[string]any{"c": 3.0}}})},
		"no group":        {func(l *slog.Logger) { l.WithGroup("").Info("", "a", 1) }, with(map[string]any{"a": 1.0})},
		"a key twice":     {func(l *slog.Logger) { l.With("a", 1).Info("", "a", 2) }, with(map[string]any{"a": 2.0})},
		"a panic":         {func(l *slog.Logger) { l.Info("", "u", nobody) }, with(map[string]any{"u": "*url.URL that panicked: runtime error: invalid memory address or nil pointer dereference"})},
	} {
		t.Run(name, func(t *testing.T) {
			w, a, log := speaking(t)
			c.say(slog.New(w.Handler(a)))
			got := said(t, w, log)
			if len(got) != 1 {
				t.Fatalf("got %d events, want 1", len(got))
			}
			c.want.Header, c.want.Step, c.want.Type, c.want.Attempt = got[0].Header, clean, "csv_resample", 1
			if diff := cmp.Diff(c.want, got[0]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func with(fields map[string]any) *engine.Log { return &engine.Log{Level: "info", Fields: fields} }

func TestWhatAStepSaysOutsideItsAttemptIsDropped(t *testing.T) {
	w, a, log := speaking(t)
	h := slog.New(w.Handler(a))
	h.Info("during")
	another := a
	another.Number = 2
	slog.New(w.Handler(another)).Info("too early")
	w.Progress(another, 1, 2, "rows")
	if err := w.Append(aRun()[3]); err != nil {
		t.Fatal(err)
	}
	h.Info("too late")
	if err := w.Append(aRun()[4:]...); err != nil {
		t.Fatal(err)
	}
	h.Info("far too late")
	w.Progress(a, 1, 2, "rows")
	runlogtest.Validate(t, log.Bytes())
	if n := strings.Count(log.String(), `"event":"log"`); n != 1 {
		t.Errorf("%d messages were recorded, want the one from during the attempt", n)
	}
}

func TestAHandlerTellsThatTheLogCannotBeWritten(t *testing.T) {
	full := errors.New("no space left on device")
	w := runlog.New(&failing{after: 1, err: full}, runID)
	if err := w.Append(aRun()[:3]...); err != nil {
		t.Fatal(err)
	}
	h := w.Handler(engine.Attempt{Step: clean, Number: 1})
	if err := h.Handle(t.Context(), slog.NewRecord(start, slog.LevelInfo, "so", 0)); !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
}

// The rules of package slog hold; time, level and message are not fields here.
func TestTheHandlerIsASlogHandler(t *testing.T) {
	w, a, log := speaking(t)
	h := &timekeeper{Handler: w.Handler(a), times: new([]time.Time)}
	err := slogtest.TestHandler(h, func() []map[string]any {
		var out []map[string]any
		for i, e := range said(t, w, log) {
			record := map[string]any{slog.LevelKey: e.Level, slog.MessageKey: e.Message}
			if at := (*h.times)[i]; !at.IsZero() {
				record[slog.TimeKey] = at
			}
			for key, v := range e.Fields {
				record[key] = v
			}
			out = append(out, record)
		}
		return out
	})
	if err != nil {
		t.Error(err)
	}
}

// timekeeper notes the records' times, which the log replaces by its own.
type timekeeper struct {
	slog.Handler

	times *[]time.Time
}

func (k *timekeeper) Handle(ctx context.Context, r slog.Record) error {
	*k.times = append(*k.times, r.Time)
	return k.Handler.Handle(ctx, r)
}

func (k *timekeeper) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &timekeeper{k.Handler.WithAttrs(attrs), k.times}
}

func (k *timekeeper) WithGroup(name string) slog.Handler {
	return &timekeeper{k.Handler.WithGroup(name), k.times}
}

func TestFieldsOfAnyTypeAreMasked(t *testing.T) {
	w, a, log := speaking(t, runlog.WithRedactor(redactor("hunter22")))
	slog.New(w.Handler(a)).With("hunter22", 1).WithGroup("g").Info("hunter22", "err", errors.New("hunter22"), "raw", json.RawMessage(`{"a":"hunter22"}`))
	if strings.Contains(log.String(), "hunter22") {
		t.Error(log.String())
	}
	if got := said(t, w, log); len(got) != 1 {
		t.Errorf("got %d messages, want 1", len(got))
	}
}
