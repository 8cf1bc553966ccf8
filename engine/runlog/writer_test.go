package runlog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/runlog"
	"dagrun/engine/runlog/runlogtest"
)

func TestALineIsWhatEncodingJSONWouldWrite(t *testing.T) {
	events := everyEvent()
	lines := strings.SplitAfter(record(t, events), "\n")
	for i, e := range events {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(e); err != nil { // its head was filled in
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), lines[i]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", e.Kind(), diff)
		}
	}
}

func TestTextsAreEscapedAsEncodingJSONDoesIt(t *testing.T) {
	for _, s := range []string{
		"", "plain", `"quoted" \ back`, "a\nb\tc\rd\be\ff", "\x00\x1f\x7f", "é°漢🔑", "\u2028\u2029", "bad \xff\xc3 bytes", "<a href=\"x\">&</a>",
	} {
		log := record(t, []engine.Event{&engine.RunStarted{Host: s}})
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(s); err != nil {
			t.Fatal(err)
		}
		if host := `"host":` + strings.TrimSuffix(want.String(), "\n") + ","; !strings.Contains(log, host) {
			t.Errorf("%q: want %s in %s", s, host, log)
		}
	}
}

func TestAHeadIsFilledIn(t *testing.T) {
	events := aRun()
	record(t, events)
	for i, e := range events {
		want := engine.Header{Time: engine.Timestamp{Time: start.Add(time.Second)}, Seq: int64(i + 1), Event: e.Kind(), RunID: runID}
		if diff := cmp.Diff(want, *e.Head()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestACauseBecomesPartOfTheMessage(t *testing.T) {
	e := &engine.LocatedError{StepError: engine.StepError{Code: "failed", Message: "read a.csv", Err: io.ErrUnexpectedEOF}}
	log := record(t, append(aRun()[:1], &engine.AttemptFinished{Step: clean, Attempt: 1, Result: engine.AttemptFailed, Error: e}))
	if want := `"message":"read a.csv: unexpected EOF"`; !strings.Contains(log, want) {
		t.Errorf("want %s in %s", want, log)
	}
}

func TestHTMLEscapesFromElsewhereAreUndone(t *testing.T) {
	args := json.RawMessage("{\n  \"sql\": \"a \\u003c b \\u0026\\u0026 c \\u003E d\", \"kept\": \"\\\\u003c \\u000a\"\n}")
	log := record(t, append(aRun()[:1], &engine.StepStarted{Step: clean, Type: "t", Arguments: args}))
	if want := `"arguments":{"sql":"a < b && c > d","kept":"\\u003c \u000a"}}`; !strings.Contains(log, want) {
		t.Errorf("want %s in %s", want, log)
	}
}

func TestEachCallIsOneWrite(t *testing.T) {
	var out writes
	w := runlog.New(&out, runID)
	events := aRun()
	for _, batch := range [][]engine.Event{events[:1], events[1:4], events[4:]} {
		if err := w.Append(batch...); err != nil {
			t.Fatal(err)
		}
	}
	var got []int
	for _, w := range out.all {
		got = append(got, strings.Count(w, "\n"))
	}
	if diff := cmp.Diff([]int{1, 3, 2}, got); diff != "" {
		t.Errorf("lines a write (-want +got):\n%s", diff)
	}
	runlogtest.Validate(t, []byte(strings.Join(out.all, "")))
}

type writes struct{ all []string }

func (w *writes) Write(p []byte) (int, error) {
	w.all = append(w.all, string(p))
	return len(p), nil
}

func TestAfterAWriteThatFailedNothingIsAccepted(t *testing.T) {
	full := errors.New("no space left on device")
	for name, c := range map[string]struct {
		short bool
		err   error
		want  error
	}{
		"failed": {err: full, want: full},
		"short":  {short: true, want: io.ErrShortWrite},
	} {
		t.Run(name, func(t *testing.T) {
			out := &failing{after: 1, short: c.short, err: c.err}
			told := 0
			w := runlog.New(out, runID, runlog.WithSubscriber(func(engine.Event, []byte) { told++ }))
			events := aRun()
			if err := w.Append(events[0]); err != nil {
				t.Fatal(err)
			}
			first := w.Append(events[1])
			if !errors.Is(first, c.want) {
				t.Errorf("got %v, want %v", first, c.want)
			}
			if second := w.Append(events[2]); second != first { //nolint:errorlint // the same error, not one like it
				t.Errorf("then %v, want the same error again", second)
			}
			if out.calls != 2 || told != 1 {
				t.Errorf("%d writes and %d events told of, want 2 and 1", out.calls, told)
			}
		})
	}
}

// failing is a disk that fills up.
type failing struct {
	after, calls int
	short        bool
	err          error
}

func (f *failing) Write(p []byte) (int, error) {
	if f.calls++; f.calls <= f.after {
		return len(p), nil
	}
	if f.short {
		return len(p) / 2, nil
	}
	return 0, f.err
}

func TestOrderIsKept(t *testing.T) {
	events := aRun()
	w := runlog.New(io.Discard, runID)
	if err := w.Append(events[1]); err == nil {
		t.Error("a step could start before the run")
	}
	if err := w.Append(events[0], events[0]); err == nil {
		t.Error("a run could start twice")
	}
	if err := w.Append(events...); err != nil {
		t.Fatal(err)
	}
	if err := w.Append(&engine.Log{Step: clean, Level: "info"}); !errors.Is(err, runlog.ErrEnded) {
		t.Errorf("got %v, want ErrEnded", err)
	}
}

func TestAnEventThatCannotBeEncodedLeavesTheLogAsItWas(t *testing.T) {
	var log bytes.Buffer
	w := runlog.New(&log, runID)
	events := aRun()
	if err := w.Append(events[0]); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]engine.Event{
		"not JSON":        &engine.StepStarted{Step: clean, Type: "t", Arguments: json.RawMessage(`{"a":`)},
		"a field":         &engine.Log{Step: clean, Type: "t", Attempt: 1, Level: "info", Fields: map[string]any{"f": func() {}}},
		"unknown":         &runlog.Unknown{},
		"not JSON either": &engine.RunFinished{Outputs: json.RawMessage(`{]`)},
	} {
		before := log.Len()
		if err := w.Append(events[1], bad); err == nil {
			t.Errorf("%s: no error", name)
		}
		if log.Len() != before {
			t.Errorf("%s: something was written", name)
		}
	}
	if err := w.Append(events[1:]...); err != nil {
		t.Fatal(err)
	}
	runlogtest.Validate(t, log.Bytes())
}

func TestSubscribersAreToldWhatTheLogSays(t *testing.T) {
	r := new(runlog.Redactor)
	r.Add("hunter22")
	var log, lines strings.Builder
	var events []engine.Event
	w := runlog.New(&log, runID, runlog.WithRedactor(r), runlog.WithClock(ticking()),
		runlog.WithSubscriber(func(e engine.Event, line []byte) {
			events = append(events, e)
			lines.Write(line)
		}))
	said := &engine.Log{Step: clean, Type: "t", Attempt: 1, Level: "info", Message: "it is hunter22", Fields: map[string]any{"n": 1.0}}
	if err := w.Append(aRun()[0], said); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(log.String(), lines.String()); diff != "" {
		t.Errorf("lines (-log +told):\n%s", diff)
	}
	if diff := cmp.Diff(read(t, log.String()), events); diff != "" {
		t.Errorf("events (-log +told):\n%s", diff)
	}
	if got := events[1].(*engine.Log).Message; got != "it is (sensitive)" {
		t.Errorf("got %q", got)
	}
}

func TestManyGoroutinesShareAWriter(t *testing.T) {
	var log bytes.Buffer
	r := new(runlog.Redactor)
	w := runlog.New(&log, runID, runlog.WithRedactor(r))
	events := aRun()
	if err := w.Append(events[:3]...); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 50 {
				r.Add(fmt.Sprintf("secret %d of %d", j, i))
				if err := w.Append(&engine.Log{Step: clean, Type: "t", Attempt: 1, Level: "info", Message: fmt.Sprintf("secret %d of %d", j, i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if err := w.Append(events[3:]...); err != nil {
		t.Fatal(err)
	}
	runlogtest.Validate(t, log.Bytes())
	if n := strings.Count(log.String(), `"(sensitive)"`); n != 400 {
		t.Errorf("%d of 400 secrets were masked", n)
	}
}

func TestCreateMakesAPrivateFileOnce(t *testing.T) {
	dir := runlog.Dir(filepath.Join(t.TempDir(), ".dagrun"), "temperature", runID)
	w, err := runlog.Create(dir, runID)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Append(aRun()...); err != nil {
		t.Fatal(err)
	}
	if err := w.Sync(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, runlog.FileName)
	for path, want := range map[string]os.FileMode{path: 0o600, dir: 0o700, filepath.Dir(dir): 0o700} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: mode %o, want %o", path, got, want)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	runlogtest.Validate(t, data)
	if _, err := runlog.Create(dir, runID); !errors.Is(err, os.ErrExist) {
		t.Errorf("again: %v, want that it exists", err)
	}
	if err := w.Append(&engine.RunStarted{}); err == nil {
		t.Error("a closed log took an event")
	}
}

func TestCreateTellsWhyItCannot(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := runlog.Create(filepath.Join(file, "run"), runID)
	if err == nil || !strings.Contains(err.Error(), "make the run's folder") {
		t.Errorf("got %v", err)
	}
}

func TestProgressIsThinnedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		w := runlog.New(&log, runID)
		events := aRun()
		if err := w.Append(events[:3]...); err != nil {
			t.Fatal(err)
		}
		a := engine.Attempt{Step: clean, Type: "csv_resample", Number: 1}
		for i := range int64(35) {
			w.Progress(a, i, 35, "rows")
			time.Sleep(100 * time.Millisecond)
		}
		if err := w.Append(events[3:5]...); err != nil {
			t.Fatal(err)
		}
		b := engine.Attempt{Step: mail, Type: "smtp", Number: 1}
		if err := w.Append(&engine.StepStarted{Step: mail, Type: "smtp"}, &engine.AttemptStarted{Step: mail, Type: "smtp", Attempt: 1}); err != nil {
			t.Fatal(err)
		}
		w.Progress(b, 1, 0, "bytes")
		if err := w.Append(
			&engine.AttemptFinished{Step: mail, Type: "smtp", Attempt: 1, Result: engine.AttemptSucceeded},
			&engine.StepFinished{Step: mail, Type: "smtp", Result: engine.StepSucceeded, Attempts: 1},
			&engine.RunFinished{Result: engine.RunSucceeded, Steps: map[engine.StepResult]int{engine.StepSucceeded: 2}},
		); err != nil {
			t.Fatal(err)
		}
		runlogtest.Validate(t, log.Bytes())
		var got []int64
		for _, e := range read(t, log.String()) {
			if p, ok := e.(*engine.Progress); ok {
				got = append(got, p.Done)
			}
		}
		if diff := cmp.Diff([]int64{0, 10, 20, 30, 1}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestAfterASyncThatFailedNothingIsAccepted(t *testing.T) {
	w, err := runlog.Create(t.TempDir(), runID)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	first := w.Sync()
	if !errors.Is(first, os.ErrClosed) {
		t.Fatalf("got %v, want that the file is closed", first)
	}
	if err := w.Append(aRun()...); !errors.Is(err, first) {
		t.Errorf("got %v, want %v", err, first)
	}
}

func TestALogThatIsNoFileNeedsNoSync(t *testing.T) {
	w := runlog.New(io.Discard, runID)
	if err := errors.Join(w.Sync(), w.Close(), w.Append(aRun()...)); err != nil {
		t.Error(err)
	}
}

func TestALogIsClosedOnce(t *testing.T) {
	w, err := runlog.Create(t.TempDir(), runID)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("again: %v, want that it is closed", err)
	}
}
