package report_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/report"
)

// failing is a run in which one step fails with a message.
func failing(message string) func(*scene) {
	return func(s *scene) {
		s.run(engine.Manual)
		s.begin(mail)
		why := busy()
		why.Message = message
		s.fail(mail, engine.AttemptFailed, why, time.Second)
		s.try(mail)
		s.fail(mail, engine.AttemptFailed, why, 0)
		s.end(mail, engine.StepFinished{Result: engine.StepFailed, Error: why})
		s.over(engine.RunFailed, "")
	}
}

// numbered is a text of so many lines.
func numbered(n int) string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprint("line ", i+1))
	}
	return strings.Join(lines, "\n")
}

func TestALongMessageIsShownInPart(t *testing.T) {
	const rest = " in the log: dagrun show 0190163d-8694-739b-aea5-966c26f8ad91\n"
	for name, tt := range map[string]struct {
		message      string
		wants, spare []string
	}{
		"many lines":   {numbered(5000), []string{"attempts in <1ms: line 1 …\n", "\n  line 20\n  … and 4,980 more lines" + rest}, []string{"line 21\n"}},
		"one too many": {numbered(21), []string{"\n  … and 1 more line" + rest}, []string{"line 21\n"}},
		"just as many": {numbered(20), []string{"\n  line 20\n\n  What to do"}, []string{"more line"}},
		"a long line": {
			strings.Repeat("é", 1_000_000),
			[]string{"<1ms: " + strings.Repeat("é", 199) + "…\n", "\n  " + strings.Repeat("é", 2000) + "…\n  … and the rest of it" + rest},
			[]string{strings.Repeat("é", 2001)},
		},
		"long lines": {
			strings.Repeat(strings.Repeat("x", 1500)+"\n", 9) + "end", []string{"\n  … and 8 more lines" + rest}, nil,
		},
		"blank lines": {"a\n\n   \nb", []string{"\n  a\n\n\n  b\n"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			failing(tt.message)(newScene(t, &out, report.Options{}))
			if out.Len() > 10_000 {
				t.Errorf("%d bytes are shown", out.Len())
			}
			for _, want := range append(tt.wants, "What to do: "+busy().Remedy) {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is not in\n%s", want, out.String())
				}
			}
			for _, spare := range tt.spare {
				if strings.Contains(out.String(), spare) {
					t.Errorf("%q is in\n%s", spare, out.String())
				}
			}
		})
	}
}

func TestALongMessageIsWholeWhereItIsLookedFor(t *testing.T) {
	run := record(t, failing(numbered(5000)))
	var shown, junit bytes.Buffer
	report.Show(&shown, run, "failed", time.UTC, report.Options{})
	suite := report.SuiteOf(run, report.Options{})
	if err := report.WriteSuite(&junit, suite); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"show": shown.String(), "junit": junit.String()} {
		if n := strings.Count(text, "line 5000\n"); n != 1 {
			t.Errorf("%s has the last line %d times", name, n)
		}
	}
	if n := len(suite.Cases[0].Failures[0].Message); n > 1100 {
		t.Errorf("the attribute of the message has %d bytes", n)
	}
	summary := report.Markdown(run, report.Options{})
	if !strings.Contains(summary, "… and 4,980 more lines in the log") || !strings.Contains(summary, "What to do: "+busy().Remedy) {
		t.Errorf("the summary is\n%s", summary)
	}
}

func TestInstancesThatFailAlikeAreToldOfOnce(t *testing.T) {
	play := func(s *scene) {
		s.run(engine.Manual)
		fail := func(key, message string) {
			step := engine.Address{Type: "smtp", Name: "odd", Key: key, Keyed: true}
			s.begin(step)
			why := busy()
			why.Message = message
			s.end(step, engine.StepFinished{Result: engine.StepFailed, Error: why})
		}
		for i := range 19 {
			key := string(rune('a' + i))
			fail(key, "read out/"+key+".csv of probe "+key+": no data")
		}
		fail("other", "read out/other.csv: no such file")
		fail("", "no key")
		s.over(engine.RunFailed, "")
	}
	want := `
Error: smtp.odd["a"] failed [smtp_refused]
  and in 18 more: smtp.odd["b"], smtp.odd["c"], smtp.odd["d"], …

  read out/a.csv of probe a: no data

  What to do: ` + busy().Remedy + `

Error: smtp.odd["other"] failed [smtp_refused]

  read out/other.csv: no such file

  What to do: ` + busy().Remedy + `

Error: smtp.odd[""] failed [smtp_refused]

  no key

  What to do: ` + busy().Remedy + "\n"
	var out bytes.Buffer
	play(newScene(t, &out, report.Options{}))
	_, got, _ := strings.Cut(out.String(), "21 failed\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := strings.Count(report.Markdown(record(t, play), report.Options{}), "What to do"); n != 3 {
		t.Errorf("the summary tells of %d failures, want 3", n)
	}
}

func TestStepsThatFailTogetherAreCounted(t *testing.T) {
	var out bytes.Buffer
	s := newScene(t, io.Writer(&out), report.Options{})
	s.run(engine.Manual)
	for i := range 100 {
		why := busy()
		why.Message = fmt.Sprint(why.Message, i%25)
		s.end(engine.Address{Type: "smtp", Name: "p", Key: fmt.Sprint("k", i), Keyed: true}, engine.StepFinished{Result: engine.StepFailed, Error: why})
	}
	s.over(engine.RunFailed, "")
	if n := strings.Count(out.String(), "and in 3 more: "); n != 20 || !strings.HasSuffix(out.String(), "\n20 more steps failed; the log has their errors.\n") {
		t.Errorf("%d failures tell of others, want 20:\n%s", n, out.String())
	}
}
