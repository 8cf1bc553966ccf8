package runlog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/runlog"
)

// read gives the events of a log that has no error.
func read(t testing.TB, log string) []engine.Event {
	t.Helper()
	events, errs := readAll(strings.NewReader(log))
	if len(errs) > 0 {
		t.Fatal(errors.Join(errs...))
	}
	return events
}

func readAll(r io.Reader) (events []engine.Event, errs []error) {
	for e, err := range runlog.Read(r) {
		if err != nil {
			errs = append(errs, err)
		} else {
			events = append(events, e)
		}
	}
	return events, errs
}

func TestWhatWasWrittenIsRead(t *testing.T) {
	events := everyEvent()
	log := record(t, events)
	got, errs := readAll(iotest.OneByteReader(strings.NewReader(log)))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	events[5].(*engine.AttemptFinished).Duration = engine.Milliseconds(1234000) // microseconds are kept
	if diff := cmp.Diff(events, got, cmp.Comparer(sameJSON)); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
}

func sameJSON(a, b json.RawMessage) bool { return bytes.Equal(a, b) }

func TestALongLineIsRead(t *testing.T) {
	long := strings.Repeat("0123456789", 1<<20)
	got := read(t, record(t, append(aRun()[:1], &engine.Log{Step: clean, Level: "info", Message: long}, aRun()[1])))
	if len(got) != 3 || got[1].(*engine.Log).Message != long {
		t.Errorf("got %d events, want 3 with the long message", len(got))
	}
}

func TestATornLastLineIsTold(t *testing.T) {
	log := record(t, aRun())
	whole := strings.SplitAfter(log, "\n")
	last := whole[len(whole)-2]
	before := strings.TrimSuffix(log, last)
	for cut := 1; cut < len(last)-1; cut++ {
		events, errs := readAll(strings.NewReader(before + last[:cut]))
		if len(events) != 5 || len(errs) != 1 || !errors.Is(errs[0], runlog.ErrTorn) {
			t.Fatalf("cut at %d: %d events and %v, want 5 and ErrTorn", cut, len(events), errs)
		}
	}
	if events := read(t, strings.TrimSuffix(log, "\n")); len(events) != 6 {
		t.Errorf("without the last newline: %d events, want all 6", len(events))
	}
}

func TestACorruptLineIsToldByItsNumber(t *testing.T) {
	lines := strings.SplitAfter(record(t, aRun()), "\n")
	for name, bad := range map[string]string{
		"no JSON":      "\x00\x00\x00\n",
		"no object":    "[1]\n",
		"no event":     "{\"seq\":3}\n",
		"empty":        "\n",
		"wrong types":  strings.Replace(lines[2], `"attempt":1`, `"attempt":"one"`, 1),
		"no address":   strings.Replace(lines[2], `step.csv`, `csv`, 1),
		"cut and more": lines[2][:40] + "\n",
	} {
		events, errs := readAll(strings.NewReader(lines[0] + lines[1] + bad + lines[3] + lines[4] + lines[5]))
		var at *runlog.LineError
		if len(events) != 5 || len(errs) != 1 || !errors.As(errs[0], &at) || at.Line != 3 || errors.Is(errs[0], runlog.ErrTorn) {
			t.Errorf("%s: %d events and %v, want 5 and an error of line 3", name, len(events), errs)
		}
	}
}

func TestANewerMinorVersionIsRead(t *testing.T) {
	log := record(t, aRun())
	log = strings.Replace(log, `"dagrun.runlog/1"`, `"dagrun.runlog/1.4"`, 1)
	log = strings.ReplaceAll(log, `"run_id":`, `"colour":{"of":"the run"},"run_id":`)
	news := `{"time":"2031-01-01T00:00:00Z","seq":7,"event":"step_dreamt","run_id":"r","of":"sheep"}`
	events := read(t, log+news+"\n")
	if len(events) != 7 {
		t.Fatalf("got %d events, want 7", len(events))
	}
	u, ok := events[6].(*runlog.Unknown)
	if !ok || u.Kind() != "step_dreamt" || u.Head().Seq != 7 || string(u.Line) != news {
		t.Errorf("got %#v", events[6])
	}
}

func TestANewerMajorVersionIsRefused(t *testing.T) {
	log := strings.Replace(record(t, aRun()), `"dagrun.runlog/1"`, `"dagrun.runlog/2"`, 1)
	_, errs := readAll(strings.NewReader(log))
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), `its format is "dagrun.runlog/2"`) {
		t.Errorf("got %v", errs)
	}
}

func TestAReaderThatFailsIsTold(t *testing.T) {
	broken := errors.New("the disk is gone")
	log := record(t, aRun())
	events, errs := readAll(io.MultiReader(strings.NewReader(log[:len(log)-5]), iotest.ErrReader(broken)))
	if len(events) != 5 || len(errs) != 1 || !errors.Is(errs[0], broken) || errors.Is(errs[0], runlog.ErrTorn) {
		t.Errorf("%d events and %v, want 5 and the reader's error", len(events), errs)
	}
}

func TestReadingCanStop(t *testing.T) {
	n := 0
	for _, err := range runlog.Read(strings.NewReader(record(t, aRun()))) {
		if n++; n == 2 || err != nil {
			break
		}
	}
	if n != 2 {
		t.Errorf("got %d events, want 2", n)
	}
}

func FuzzRead(f *testing.F) {
	log := record(f, everyEvent())
	f.Add([]byte(log))
	f.Add([]byte(log[:len(log)-9]))
	f.Add([]byte("\n\n{}\n{\"event\":\"log\"}\n{\"event\":\"step_finished\",\"step\":\"step.a.b[\\\"\"}"))
	f.Add([]byte(`{"event":"attempt_finished","duration_ms":1e400}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := bytes.Count(data, []byte("\n"))
		if len(data) > 0 && data[len(data)-1] != '\n' {
			lines++
		}
		got := 0
		for e, err := range runlog.Read(bytes.NewReader(data)) {
			got++
			if (e == nil) == (err == nil) {
				t.Fatalf("event %v with error %v", e, err)
			}
			if errors.Is(err, runlog.ErrTorn) && (got != lines || data[len(data)-1] == '\n') {
				t.Fatalf("line %d of %d is called torn", got, lines)
			}
		}
		if got != lines {
			t.Fatalf("%d results for %d lines", got, lines)
		}
	})
}
