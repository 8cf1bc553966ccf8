package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dagrun/engine"
	"dagrun/engine/report"
	"dagrun/engine/runlog"
)

// record plays a scene and gives what its log tells.
func record(t *testing.T, play func(*scene)) runlog.Record {
	t.Helper()
	s := newScene(t, io.Discard, report.Options{})
	play(s)
	run := runlog.Run{Dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(run.Dir, runlog.FileName), s.written.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for e, err := range run.Events() {
		if err != nil {
			t.Fatal(err)
		}
		switch e := e.(type) {
		case *engine.RunStarted:
			run.Started = e
		case *engine.RunFinished:
			run.Finished = e
		}
	}
	got, err := run.Record()
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// died is a run whose process died while a step was at work.
func died(s *scene) {
	s.run(engine.Manual)
	s.begin(clean)
}

// hostile is a run whose names and texts try to be more than text.
func hostile(s *scene) {
	s.tell(&engine.RunStarted{Pipeline: "p\x1b[2J<b>|`*_", LogicalTime: start, Trigger: engine.Manual})
	step := engine.Address{Type: "t", Name: "n", Key: "a|b`c``</testcase>]]>\x00\uffff\n| x | y |", Keyed: true}
	s.begin(step)
	why := &engine.LocatedError{
		StepError: engine.StepError{Code: "c<d>", Message: "```\n<script>alert(1)</script> ]]> \x01 \ufffe\n````\n# h", Remedy: "| a | b |"},
		Range:     &engine.Range{Filename: "a<b>.hcl", Start: engine.Pos{Line: 3, Column: 1}},
	}
	s.fail(step, engine.AttemptFailed, why, 0)
	s.end(step, engine.StepFinished{Result: engine.StepFailed, Error: why})
	s.skip(clean, "*why* <i>|\n", "**_`cause`_** [a](b) ~~c~~ $x$ &amp;")
	s.over(engine.RunFailed, "<h1>no</h1> | `code` **bold**")
}

func withLine(r engine.Range) *engine.Snippet {
	return &engine.Snippet{Code: "  y = \"<temperature>\"", StartLine: r.Start.Line, HighlightStart: 6, HighlightEnd: 21}
}

func TestARunIsToldToCIServers(t *testing.T) {
	plays := map[string]func(*scene){"died": died, "hostile": hostile}
	for name, play := range scenes {
		plays[name] = play
	}
	for name, play := range plays {
		t.Run(name, func(t *testing.T) {
			run := record(t, play)
			var junit bytes.Buffer
			if err := report.WriteSuites(&junit, []*report.Suite{report.SuiteOf(run, report.Options{Source: withLine})}); err != nil {
				t.Fatal(err)
			}
			wellFormed(t, junit.Bytes())
			golden(t, name+".xml", junit.Bytes())
			golden(t, name+".md", []byte(report.Markdown(run, report.Options{Source: withLine})))
		})
	}
}

// wellFormed checks a document as strictly as XML 1.0 asks, and that its counts
// are those of its cases.
func wellFormed(t *testing.T, document []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(document))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, document)
		}
	}
	var suites struct {
		Suites []report.Suite `xml:"testsuite"`
	}
	if err := xml.Unmarshal(document, &suites); err != nil {
		t.Fatal(err)
	}
	for _, s := range suites.Suites {
		var again report.Suite
		for _, c := range s.Cases {
			again.Add(c)
		}
		if got, want := fmt.Sprint(s.Tests, s.Failures, s.Errors, s.Skipped), fmt.Sprint(again.Tests, again.Failures, again.Errors, again.Skipped); got != want {
			t.Errorf("the suite counts %s, and has %s", got, want)
		}
	}
}

func TestASummaryOfManyStepsFitsAndBeginsWithWhatFailed(t *testing.T) {
	run := record(t, func(s *scene) {
		s.run(engine.Manual)
		for i := range 600 {
			step := engine.Address{Type: "plot", Name: "probe", Key: fmt.Sprint(strings.Repeat("<|&", 200), i), Keyed: true}
			s.begin(step)
			if i < 300 {
				s.succeed(step, engine.StepFinished{})
				continue
			}
			why := busy()
			why.Message = fmt.Sprint(i) + strings.Repeat("`<|", 2_000)
			s.end(step, engine.StepFinished{Result: engine.StepFailed, Error: why})
		}
		s.over(engine.RunFailed, "")
	})
	got := report.Markdown(run, report.Options{})
	if len(got) > 1<<19 {
		t.Errorf("the summary has %d bytes", len(got))
	}
	if n := strings.Count(got, "| failed |"); n != 200 || strings.Contains(got, "| succeeded |") {
		t.Errorf("%d rows are of steps that failed, want 200, and none of others", n)
	}
	if n := strings.Count(got, busy().Remedy); n != 20 {
		t.Errorf("%d errors say what to do, want 20", n)
	}
	for _, want := range []string{"\nand 400 more steps\n", "\n280 more steps failed; the run log has their errors.\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the summary does not say %q", want)
		}
	}
}
