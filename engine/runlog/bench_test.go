package runlog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/runlog"
)

// stepEvents are the four events of a small step.
func stepEvents() []engine.Event {
	args := json.RawMessage(`{"input":["data/weekly.csv"],"output":"out/clean.csv","interval":"1h","method":"first","period":"2024-06-15","min_rows":1}`)
	outputs := json.RawMessage(`{"output":"out/clean.csv","rows_in":672,"rows_out":24,"first_time":"2024-06-15T00:00:00Z"}`)
	return []engine.Event{
		&engine.StepStarted{Step: clean, Type: "csv_resample", Arguments: args},
		&engine.AttemptStarted{Step: clean, Type: "csv_resample", Attempt: 1},
		&engine.AttemptFinished{Step: clean, Type: "csv_resample", Attempt: 1, Result: engine.AttemptSucceeded, Duration: engine.Milliseconds(12345 * time.Microsecond)},
		&engine.StepFinished{
			Step: clean, Type: "csv_resample", Result: engine.StepSucceeded, Attempts: 1, Duration: engine.Milliseconds(12345 * time.Microsecond),
			Outputs: outputs, Volume: engine.Volume{RowsIn: 672, RowsOut: 24},
		},
	}
}

type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

func perEvent(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(4*b.N), "ns/event")
}

// BenchmarkAppend records the four events of a step, one call each, to nowhere
// and to a file. The floor is the same bytes written to a file as they are;
// encoding/json is what the encoder replaces.
func BenchmarkAppend(b *testing.B) {
	secrets := func(n int) *runlog.Redactor {
		r := new(runlog.Redactor)
		for i := range n {
			r.Add(fmt.Sprintf("s3cret-%d-%x", i, i*7919))
		}
		return r
	}
	for _, n := range []int{0, 1, 100} {
		b.Run(fmt.Sprintf("nowhere, %d secrets", n), func(b *testing.B) {
			appendSteps(b, runlog.New(nowhere{}, runID, runlog.WithRedactor(secrets(n))))
		})
	}
	for _, n := range []int{0, 100} {
		b.Run(fmt.Sprintf("file, %d secrets", n), func(b *testing.B) {
			w, err := runlog.Create(filepath.Join(b.TempDir(), "run"), runID, runlog.WithRedactor(secrets(n)))
			if err != nil {
				b.Fatal(err)
			}
			appendSteps(b, w)
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
	b.Run("nowhere, by encoding/json", func(b *testing.B) {
		events := stepEvents()
		for b.Loop() {
			for _, e := range events {
				if err := json.NewEncoder(nowhere{}).Encode(e); err != nil {
					b.Fatal(err)
				}
			}
		}
		perEvent(b)
	})
	b.Run("floor", func(b *testing.B) {
		var log bytes.Buffer
		w := runlog.New(&log, runID)
		if err := w.Append(append(aRun()[:1], stepEvents()...)...); err != nil {
			b.Fatal(err)
		}
		lines := bytes.SplitAfter(log.Bytes(), []byte("\n"))[1:5]
		f, err := os.OpenFile(filepath.Join(b.TempDir(), "log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			for _, line := range lines {
				if _, err := f.Write(line); err != nil {
					b.Fatal(err)
				}
			}
		}
		perEvent(b)
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	})
}

func appendSteps(b *testing.B, w *runlog.Writer) {
	b.Helper()
	if err := w.Append(aRun()[0]); err != nil {
		b.Fatal(err)
	}
	events := stepEvents()
	b.ReportAllocs()
	for b.Loop() {
		for _, e := range events {
			if err := w.Append(e); err != nil {
				b.Fatal(err)
			}
		}
	}
	perEvent(b)
}

// BenchmarkRedactor masks a long text without secrets in it, and a line with one.
func BenchmarkRedactor(b *testing.B) {
	r := new(runlog.Redactor)
	for i := range 100 {
		r.Add(fmt.Sprintf("s3cret-%d-%x", i, i*7919))
	}
	text := string(bytes.Repeat([]byte("The quick brown fox jumps over the lazy dog, 24 rows. "), 1000))
	b.Run("text without", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			r.String(text)
		}
	})
	line := []byte(record(b, append(aRun()[:1], &engine.Log{Step: clean, Type: "t", Attempt: 1, Level: "info", Message: "the password is s3cret-7-d88d"}))[300:])
	b.Run("line with one", func(b *testing.B) {
		for b.Loop() {
			r.JSON(line)
		}
	})
}
