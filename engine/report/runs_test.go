package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/report"
	"dagrun/engine/runlog"
)

func TestRunsAreListedAsATable(t *testing.T) {
	row := func(status string, s runlog.Summary) report.Row {
		s.Short, s.Pipeline, s.LogicalTime, s.Started = "ac933b7c", "temperature", start, start
		return report.Row{Summary: s, Status: status}
	}
	rows := []report.Row{
		row("running", runlog.Summary{}),
		row("failed", runlog.Summary{Result: engine.RunFailed, Duration: 1500 * time.Millisecond, FailedStep: mail.String()}),
		row("failed", runlog.Summary{Result: engine.RunFailed, Duration: time.Microsecond, Error: "two\nlines \x1b[2J"}),
		row("failed", runlog.Summary{Result: engine.RunFailed, Error: "another run is under way"}),
		row("crashed", runlog.Summary{Result: engine.RunCrashed, Duration: 14 * time.Millisecond, AtWork: []engine.AtWork{{Step: keyed}, {Step: mail, Attempt: 2}}}),
		row("skipped", runlog.Summary{Result: engine.RunSkipped, Error: "another run is under way"}),
	}
	var out bytes.Buffer
	if err := report.Runs(&out, rows, time.FixedZone("", 3600), report.Options{}); err != nil {
		t.Fatal(err)
	}
	want := `RUN       PIPELINE     LOGICAL TIME          STARTED              DURATION  RESULT   STEP OR REASON
ac933b7c  temperature  2024-06-15 08:00 UTC  2024-06-15 09:00:00  -         running
ac933b7c  temperature  2024-06-15 08:00 UTC  2024-06-15 09:00:00  1.5s      failed   smtp.report
ac933b7c  temperature  2024-06-15 08:00 UTC  2024-06-15 09:00:00  <1ms      failed   two\nlines \x1b[2J
ac933b7c  temperature  2024-06-15 08:00 UTC  2024-06-15 09:00:00  -         failed   another run is under way
ac933b7c  temperature  2024-06-15 08:00 UTC  2024-06-15 09:00:00  >14ms     crashed  at work: plot.probe["north side"], smtp.report (attempt 2)
ac933b7c  temperature  2024-06-15 08:00 UTC  2024-06-15 09:00:00  -         skipped  another run is under way
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	out.Reset()
	if err := report.Runs(&out, rows, time.UTC, report.Options{Color: true}); err != nil {
		t.Fatal(err)
	}
	if plain := strings.NewReplacer("\x1b[1;31m", "", "\x1b[33m", "", "\x1b[0m", "").Replace(out.String()); strings.Contains(plain, "\x1b") || plain == out.String() {
		t.Errorf("the colours are not those of results: %q", out.String())
	}
}

func TestMessagesAreALineEach(t *testing.T) {
	var out bytes.Buffer
	m := report.NewMessages(&out, time.UTC, report.Options{})
	in := engine.Milliseconds(2 * time.Second)
	at := engine.Header{Time: engine.Timestamp{Time: start}}
	for _, e := range []engine.Event{
		&engine.StepStarted{Header: at, Step: mail},
		&engine.Log{Header: at, Step: mail, Level: "debug", Message: "two\nlines", Fields: map[string]any{"n": 3, "a": "x y"}},
		&engine.AttemptFinished{Header: at, Step: mail, Attempt: 1, Result: engine.AttemptTimedOut, RetryIn: &in, Error: &engine.LocatedError{StepError: engine.StepError{Code: "timeout", Message: "too\nslow"}}},
		&engine.AttemptFinished{Header: at, Step: mail, Attempt: 2, Result: engine.AttemptSucceeded},
	} {
		if err := m.Event(e); err != nil {
			t.Fatal(err)
		}
	}
	want := `2024-06-15 08:00:00.000  smtp.report  debug: two\nlines  a="x y"  n=3
2024-06-15 08:00:00.000  smtp.report  error: attempt 1 timed out after <1ms, retrying in 2s: too\nslow [timeout]
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
