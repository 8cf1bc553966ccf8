package runlog_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/runlog"
)

const runID = "0190163d-8694-739b-aea5-966c26f8ad91"

var (
	start = time.Date(2024, 6, 15, 8, 0, 0, 123456000, time.UTC)
	clean = engine.Address{Type: "csv_resample", Name: "clean"}
	mail  = engine.Address{Type: "smtp", Name: "mail", Key: `a "quoted" key`, Keyed: true}
	hash  = strings.Repeat("0123456789abcdef", 4)
)

// everyEvent gives events of every kind with every field filled in, in an order
// that a run could have.
func everyEvent() []engine.Event {
	retry := engine.Milliseconds(2100 * time.Millisecond)
	failure := func() *engine.LocatedError {
		return &engine.LocatedError{
			StepError: engine.StepError{
				Code: "smtp_refused", Message: "send the mail to \"a@example.com\":\n451 <busy> & tired", Remedy: "Try later.",
				Argument: "server", Retryable: true,
			},
			Range: &engine.Range{
				Filename: "pipelines/t.hcl",
				Start:    engine.Pos{Line: 3, Column: 5, Byte: 60}, End: engine.Pos{Line: 3, Column: 9, Byte: 64},
			},
		}
	}
	return []engine.Event{
		&engine.RunStarted{
			Version: "1.2.3", Pipeline: "temperature", Sources: []engine.Source{{Path: "/p/t.hcl", SHA256: hash}},
			LogicalTime: start.In(time.FixedZone("", 7200)), Trigger: engine.Cron, Variables: json.RawMessage(`{"probe":"probe1","n":[1,2.5,null]}`),
			Host: "box", PID: 4242, ResumedFrom: "0190163d-0000-739b-aea5-966c26f8ad91",
			ResumedRuns: []string{"0190163d-0000-739b-aea5-966c26f8ad91", "0190163c-0000-739b-aea5-966c26f8ad91"},
			Steps:       []engine.Block{{Step: clean, Type: "csv_resample"}, {Step: mail.Block(), Type: "smtp", Needs: []engine.Address{clean}}},
			Targets:     []engine.Address{mail}, Exclusions: []engine.Address{clean},
		},
		&engine.StepStarted{Step: mail, Type: "smtp", Arguments: json.RawMessage(`{"to":["a@example.com"],"password":null}`)},
		&engine.AttemptStarted{Step: mail, Type: "smtp", Attempt: 1},
		&engine.Log{Step: mail, Type: "smtp", Attempt: 1, Level: "warn", Message: "plain line — no TLS", Fields: map[string]any{"host": "h", "n": 3.5}},
		&engine.Progress{Step: mail, Type: "smtp", Attempt: 1, Done: 5, Total: 10, Unit: "bytes"},
		&engine.AttemptFinished{Step: mail, Type: "smtp", Attempt: 1, Result: engine.AttemptFailed, Duration: engine.Milliseconds(1234567 * time.Nanosecond), Error: failure(), RetryIn: &retry},
		&engine.StepFinished{
			Step: mail, Type: "smtp", Result: engine.StepFailed, Reason: engine.ReasonTimeout, Cause: "5m", Attempts: 1,
			Duration: engine.Milliseconds(3 * time.Second), Error: failure(), Outputs: json.RawMessage(`{"size":1}`),
			Files:  []engine.FileRecord{{Path: "/p/a.png", Role: engine.Reads, Size: 7, SHA256: hash}, {Path: "/p/t.duckdb", Role: engine.Exclusive}},
			Volume: engine.Volume{RowsIn: 1, RowsOut: 2, BytesIn: 3, BytesOut: 4},
		},
		&engine.RunFinished{
			Result: engine.RunFailed, Steps: map[engine.StepResult]int{engine.StepFailed: 1}, Duration: engine.Milliseconds(4 * time.Second),
			Outputs: json.RawMessage(`{"chart":"/p/a.png"}`), Error: "the time limit passed",
		},
	}
}

// aRun gives the events of a run of one step that succeeds.
func aRun() []engine.Event {
	return []engine.Event{
		&engine.RunStarted{Version: "1.2.3", Pipeline: "temperature", LogicalTime: start, Trigger: engine.Manual, Host: "box", PID: 1},
		&engine.StepStarted{Step: clean, Type: "csv_resample"},
		&engine.AttemptStarted{Step: clean, Type: "csv_resample", Attempt: 1},
		&engine.AttemptFinished{Step: clean, Type: "csv_resample", Attempt: 1, Result: engine.AttemptSucceeded},
		&engine.StepFinished{Step: clean, Type: "csv_resample", Result: engine.StepSucceeded, Attempts: 1},
		&engine.RunFinished{Result: engine.RunSucceeded, Steps: map[engine.StepResult]int{engine.StepSucceeded: 1}},
	}
}

// ticking gives a clock that goes on by a second at each reading.
func ticking() func() time.Time {
	now := start
	return func() time.Time {
		now = now.Add(time.Second)
		return now
	}
}

// record writes events into a log of its own and gives the log.
func record(t testing.TB, events []engine.Event, options ...runlog.Option) string {
	t.Helper()
	var log strings.Builder
	w := runlog.New(&log, runID, append([]runlog.Option{runlog.WithClock(ticking())}, options...)...)
	if err := w.Append(events...); err != nil {
		t.Fatal(err)
	}
	return log.String()
}
