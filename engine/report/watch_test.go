package report_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/report"
)

// body is what a console printed between the heading and the summary.
func body(out string) string {
	_, out, _ = strings.Cut(out, "\n\n")
	out, _, _ = strings.Cut(out, "\n\nRun ")
	return out
}

func TestRunTellsEveryTenSecondsUntilItsContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		c := report.NewConsole(&out, report.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			c.Run(ctx)
		}()
		now := engine.Header{Time: engine.Timestamp{Time: time.Now()}}
		c.Event(&engine.StepStarted{Header: now, Step: clean})
		c.Event(&engine.AttemptStarted{Header: now, Step: clean, Attempt: 1})
		time.Sleep(25*time.Second + time.Millisecond)
		synctest.Wait()
		cancel()
		<-done
		time.Sleep(time.Minute)
		want := "csv_resample.clean  started\ncsv_resample.clean  at work for 10s\ncsv_resample.clean  at work for 20s\n"
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestARunThatIsAskedToEndSaysWhatHappens(t *testing.T) {
	var out bytes.Buffer
	s := newScene(t, &out, report.Options{})
	s.run(engine.Manual)
	s.tell(&engine.StepStarted{Step: store, Type: store.Type}) // which waits for a file
	s.console.Stopping(s.now, 10*time.Second, "a second signal stops them at once")
	s.begin(clean)
	s.begin(mail)
	s.begin(chart)
	s.fail(mail, engine.AttemptFailed, busy(), time.Second)
	s.console.Stopping(s.now, 10*time.Second, "a second signal stops them at once")
	s.console.StoppingNow()
	want := `stopping: no step is at work
csv_resample.clean  started
smtp.report         started
plot.dashboard      started
smtp.report         failed, retrying in 1s (attempt 2): send to smtp.example.com:587: 451 4.3.0 Mail server temporarily rejected message
stopping: 2 steps at work get 10s; a second signal stops them at once
stopping at once
`
	if diff := cmp.Diff(want, body(out.String())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestARunThatIsAskedToEndSaysWhatMayStillRun(t *testing.T) {
	block := engine.Address{Type: "plot", Name: "tidy"}
	options := report.Options{ForFailures: []engine.Address{backup, mail}}
	for i := range 3 {
		step := block
		step.Key, step.Keyed = fmt.Sprint(i), true
		options.ForFailures = append(options.ForFailures, step)
	}
	var out bytes.Buffer
	s := newScene(t, &out, options)
	stop := func() { s.console.Stopping(s.now, 10*time.Second, "press Ctrl-C again to stop at once") }
	s.run(engine.Manual)
	s.begin(clean)
	s.begin(backup)
	stop()
	s.end(backup, engine.StepFinished{Result: engine.StepSucceeded})
	s.skip(options.ForFailures[2], engine.ReasonNotTargeted, "")
	s.end(clean, engine.StepFinished{Result: engine.StepCancelled, Reason: engine.ReasonInterrupted})
	s.begin(mail)
	stop()
	for _, step := range options.ForFailures {
		s.end(step, engine.StepFinished{Result: engine.StepSucceeded})
	}
	stop()
	var got []string
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "stopping") {
			got = append(got, line)
		}
	}
	want := []string{
		`stopping: 1 step at work gets 10s, then steps that are there for failures may still run (s3_put.backup, smtp.report, plot.tidy["0"], …); press Ctrl-C again to stop at once` + "\n",
		`stopping: steps that are there for failures may still run (smtp.report, plot.tidy["1"], plot.tidy["2"]); press Ctrl-C again to stop at once` + "\n",
		"stopping: no step is at work\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAStepThatSpeaksNeedsNoLineOfItsOwn(t *testing.T) {
	var out bytes.Buffer
	s := newScene(t, &out, report.Options{})
	s.run(engine.Manual)
	s.begin(clean)
	s.pass(8 * time.Second)
	s.say(clean, "info", "halfway", nil)
	s.pass(8 * time.Second)
	s.say(clean, "debug", "nobody sees this", nil)
	s.pass(4 * time.Second)
	want := "csv_resample.clean  started\ncsv_resample.clean  info: halfway\ncsv_resample.clean  at work for 18s\n"
	if diff := cmp.Diff(want, body(out.String())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStepsAtWorkAreToldOfInTheOrderOfTheirStarts(t *testing.T) {
	var out bytes.Buffer
	s := newScene(t, &out, report.Options{})
	s.run(engine.Manual)
	for i := range 20 {
		s.begin(engine.Address{Type: "plot", Name: fmt.Sprint((i * 7) % 20)})
	}
	s.pass(10 * time.Second)
	lines := strings.Split(strings.TrimSpace(body(out.String())), "\n")
	for i := range 20 {
		if want, got := strings.Fields(lines[i])[0], strings.Fields(lines[20+i])[0]; got != want {
			t.Errorf("line %d is about %s, want %s", i, got, want)
		}
	}
}

func TestAStepThatWaitsForAFileSaysSo(t *testing.T) {
	var out bytes.Buffer
	s := newScene(t, &out, report.Options{})
	s.run(engine.Manual)
	s.tell(&engine.StepStarted{Step: clean, Type: "csv_resample"})
	s.pass(20 * time.Second)
	want := "csv_resample.clean  waiting for 10s for a file that another step uses\ncsv_resample.clean  waiting for 20s for a file that another step uses\n"
	if diff := cmp.Diff(want, body(out.String())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestProgressIsPutIntoWords(t *testing.T) {
	for _, c := range []struct {
		done, total int64
		unit, want  string
	}{
		{5, 0, "rows", "5 rows"},
		{999, 1000, "rows", "999 of 1,000 rows (99%)"},
		{1000, 1000, "rows", "1,000 of 1,000 rows (100%)"},
		{-1234, 0, "rows", "-1,234 rows"},
		{999, 1000, "bytes", "999 B of 1.0 kB (99%)"},
		{2_500_000, 0, "bytes", "2.5 MB"},
		{999_950, 999_949_999, "bytes", "1.0 MB of 999.9 MB (0%)"},
		{math.MaxInt64, 0, "bytes", "9.2 EB"},
	} {
		var out bytes.Buffer
		s := newScene(t, &out, report.Options{})
		s.run(engine.Manual)
		s.begin(clean)
		s.progress(clean, c.done, c.total, c.unit)
		s.pass(10 * time.Second)
		if want := "at work for 10s, " + c.want + "\n"; !strings.HasSuffix(out.String(), want) {
			t.Errorf("got %s, want %s", out.String(), want)
		}
	}
}

func TestFieldsFollowTheMessage(t *testing.T) {
	var out bytes.Buffer
	s := newScene(t, &out, report.Options{Verbose: true})
	s.run(engine.Manual)
	s.begin(clean)
	s.say(clean, "debug", "so", map[string]any{
		"b": true, "a": "plain", "c": "with space", "d": "", "e": 1.5, "f": nil, "g": map[string]any{"x": []any{1.0}}, "h\x1b": "\x1b[31mred", "i": "line\nend", "j": "a=b",
	})
	want := `csv_resample.clean  debug: so  a=plain  b=true  c="with space"  d=""  e=1.5  f=null  g={"x":[1]}  h\x1b=\x1b[31mred  i="line\nend"  j="a=b"` + "\n"
	if !strings.HasSuffix(out.String(), want) {
		t.Errorf("got %s, want %s", out.String(), want)
	}
}

func TestTextsCannotTouchTheScreen(t *testing.T) {
	for in, want := range map[string]string{
		"plain é 漢 🔑":          "plain é 漢 🔑",
		"\x1b[2J\x07\r\b\x7f":  `\x1b[2J\x07\x0d\x08\x7f`,
		"\u009b31m":            `\x9b31m`,
		"txt.\u202egpj":        `txt.\u202egpj`,
		"a\tb\r\nc\nd":         "a\tb\n" + strings.Repeat(" ", 20) + "c\n" + strings.Repeat(" ", 20) + "d",
		"ends with a line\n\n": "ends with a line",
	} {
		var out bytes.Buffer
		s := newScene(t, &out, report.Options{})
		s.run(engine.Manual)
		s.begin(clean)
		s.say(clean, "info", in, nil)
		if want := "clean  info: " + want + "\n"; !strings.HasSuffix(out.String(), want) {
			t.Errorf("got %q, want %q", out.String(), want)
		}
	}
}

func TestOfManyErrorsTheFirstAreShown(t *testing.T) {
	var out bytes.Buffer
	s := newScene(t, &out, report.Options{})
	s.run(engine.Manual)
	for i := range 1234 {
		s.end(engine.Address{Type: "plot", Name: fmt.Sprint(i)}, engine.StepFinished{Result: engine.StepFailed, Error: busy()})
	}
	s.over(engine.RunFailed, "")
	if n := strings.Count(out.String(), "Error: "); n != 20 {
		t.Errorf("%d errors are shown, want 20", n)
	}
	if want := "\n1,214 more steps failed; the log has their errors.\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("want %q at the end of %s", want, out.String()[out.Len()-200:])
	}
}

func TestALogThatBeginsInTheMiddleIsShown(t *testing.T) {
	var out bytes.Buffer
	c := report.NewConsole(&out, report.Options{})
	in := engine.Milliseconds(time.Second)
	for _, e := range []engine.Event{
		&engine.AttemptStarted{Step: clean, Attempt: 2},
		&engine.Progress{Step: clean, Attempt: 2},
		&engine.Log{Step: clean, Attempt: 2, Level: "error", Message: "no"},
		&engine.AttemptFinished{Step: clean, Attempt: 2, Result: engine.AttemptFailed, RetryIn: &in},
		&engine.StepFinished{Step: clean, Attempts: 3, Result: engine.StepFailed},
		&engine.RunFinished{Result: engine.RunCrashed, AtWork: []engine.AtWork{{Step: clean, Attempt: 2}}, Error: "the process died"},
	} {
		c.Event(e)
	}
	want := `csv_resample.clean  started attempt 2
csv_resample.clean  error: no
csv_resample.clean  failed, retrying in 1s (attempt 3)
csv_resample.clean  failed after 3 attempts in <1ms

Run crashed, last heard of after <1ms

Error: csv_resample.clean failed after 3 attempts

Error: the process died
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAConsoleServesManyGoroutines(t *testing.T) {
	out := &lines{}
	c := report.NewConsole(out, report.Options{})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 50 {
				step := engine.Address{Type: "plot", Name: fmt.Sprint(i, "_", j)}
				c.Event(&engine.StepStarted{Step: step})
				c.Event(&engine.AttemptStarted{Step: step, Attempt: 1})
				c.Tick(time.Now())
				c.Event(&engine.StepFinished{Step: step, Result: engine.StepSucceeded})
			}
		})
	}
	all.Wait()
	if out.torn {
		t.Error("a line came in two writes")
	}
}

// lines notes whether every write ended a line.
type lines struct{ torn bool }

func (l *lines) Write(p []byte) (int, error) {
	l.torn = l.torn || !bytes.HasSuffix(p, []byte("\n"))
	return len(p), nil
}

func TestAScreenThatIsGoneEndsNothing(t *testing.T) {
	out := &broken{}
	s := newScene(t, new(bytes.Buffer), report.Options{})
	s.console = report.NewConsole(out, report.Options{})
	s.run(engine.Manual)
	s.begin(clean)
	s.succeed(clean, engine.StepFinished{})
	s.over(engine.RunSucceeded, "")
	if out.tries != 4 {
		t.Errorf("%d texts were tried, want all 4", out.tries)
	}
}

// broken is a pipe whose reader has left.
type broken struct{ tries int }

func (b *broken) Write([]byte) (int, error) {
	b.tries++
	return 0, errors.New("broken pipe")
}
