package report_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dagrun/engine"
	"dagrun/engine/report"
)

// stage is a scene that is played on a terminal.
func stage(t tester, columns, rows int, options report.Options) (*scene, *vt) {
	v := newVT(t, columns, rows)
	options.Terminal = v.size
	return newScene(t, v, options), v
}

// leave ends the live view.
func (s *scene) leave() {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	s.console.Run(ended)
}

func TestATerminalShowsTheStepsAtWorkBelowWhatHasSettled(t *testing.T) {
	s, v := stage(t, 80, 24, report.Options{MaxAttempts: map[engine.Address]int{clean: 1, store: 1, chart: 1, mail: 3, backup: 1}})
	s.run(engine.Manual)
	s.begin(clean)
	s.progress(clean, 1200, 5000, "rows")
	s.tell(&engine.StepStarted{Step: store, Type: store.Type})
	s.pass(65 * time.Second)
	s.begin(mail)
	s.fail(mail, engine.AttemptFailed, busy(), 2500*time.Millisecond)
	s.pass(time.Second)
	want := `temperature: run 0190163d-8694-739b-aea5-966c26f8ad91 for 2024-06-15 08:00 UTC

  smtp.report         failed, retrying in 2.5s (attempt 2 of 3): send to
                      smtp.example.com:587: 451 4.3.0 Mail server temporarily
                      rejected message
⠋ csv_resample.clean   1m06s  ▰▰▱▱▱▱▱▱▱▱ 1,200 of 5,000 rows (24%)
. duckdb_load.store    1m06s  waiting for a file that another step uses
. smtp.report             1s  waiting for retry in 2s (attempt 2 of 3)
  0 of 5 done in 1m06s`
	if diff := cmp.Diff(want, v.screen()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.pass(1500 * time.Millisecond)
	s.try(mail)
	s.progress(mail, 40_000, 0, "bytes")
	s.console.Stopping(s.now, 10*time.Second, "press Ctrl-C again to stop at once")
	s.pass(3 * time.Second)
	want = `
  smtp.report         failed, retrying in 2.5s (attempt 2 of 3): send to
                      smtp.example.com:587: 451 4.3.0 Mail server temporarily
                      rejected message
stopping: 2 steps at work get 10s; press Ctrl-C again to stop at once
⠴ csv_resample.clean   1m10s  stopping, 7s left  1,200 of 5,000 rows (24%)
. duckdb_load.store    1m10s  waiting for a file that another step uses
⠴ smtp.report             5s  stopping, 7s left  attempt 2 of 3  40.0 kB
  0 of 5 done in 1m10s`
	if diff := cmp.Diff(want, strings.TrimPrefix(v.screen(), v.all()[0]+"\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.console.StoppingNow()
	for _, step := range []engine.Address{clean, store, mail} {
		s.end(step, engine.StepFinished{Result: engine.StepCancelled, Reason: engine.ReasonInterrupted})
	}
	s.over(engine.RunCancelled, "")
	s.leave()
	want = `stopping at once
- csv_resample.clean  cancelled after 1m10s: the run was interrupted
- duckdb_load.store   cancelled: the run was interrupted
- smtp.report         cancelled after 5.5s: the run was interrupted

Run cancelled in 1m10s: 3 cancelled`
	if diff := cmp.Diff(want, strings.Join(v.all()[6:12], "\n")); diff != "" || strings.Contains(strings.Join(v.all(), "\n"), "⠋") {
		t.Errorf("(-want +got):\n%s\n%s", diff, v.screen())
	}
}

func TestAStepThatFailedHasItsErrorAtTheEnd(t *testing.T) {
	s, v := stage(t, 60, 24, report.Options{Source: func(r engine.Range) *engine.Snippet {
		return &engine.Snippet{Code: "\tpassword = var.p\x1b[2J", StartLine: r.Start.Line, HighlightStart: 12, HighlightEnd: 17}
	}})
	s.run(engine.Manual)
	s.begin(mail)
	why := refused()
	why.Message = "log in:\n" + why.Message
	s.fail(mail, engine.AttemptFailed, why, 0)
	s.end(mail, engine.StepFinished{Result: engine.StepFailed, Error: why})
	s.over(engine.RunFailed, "")
	s.leave()
	want := `✗ smtp.report  failed after <1ms: log in: …

Run failed in <1ms: 1 failed

Error: smtp.report failed [smtp_auth]
  pipelines/temperature.hcl:61:15, argument password

      |
   61 |     password = var.p\x1b[2J
      |                ^^^^^

  log in:
  log in to smtp.example.com:587 as plc@example.com: 535
  5.7.8 Authentication credentials invalid

  What to do: Check username and password; some providers
  want an app password instead of the account's.`
	if diff := cmp.Diff(want, strings.Join(v.all()[len(v.all())-18:len(v.all())-1], "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestALineIsCutToTheTerminal(t *testing.T) {
	for name, tt := range map[string]struct {
		key, unit string
		columns   int
		want      string
	}{
		"wide characters":    {"温度センサー", "行", 40, `⠋ plot.p…ンサー"]      0s  7 行`},
		"not within one":     {"a温度センサーb", "行", 40, `⠋ plot.…ンサーb"]      0s  7 行`},
		"control characters": {"a\x1b[2Jb\n", "\x1b[2J\n", 80, `⠋ plot.probe["a\x1b[2Jb\n"]      0s  7 \x1b[2J`},
		"a narrow terminal":  {"k", "rows", 30, `⠋ plot…e["k"]      0s  7 rows`},
		"a very narrow one":  {"k", "rows", 5, `⠋ p…`},
	} {
		t.Run(name, func(t *testing.T) {
			s, v := stage(t, tt.columns, 24, report.Options{})
			s.run(engine.Manual)
			step := engine.Address{Type: "plot", Name: "probe", Key: tt.key, Keyed: true}
			s.begin(step)
			s.progress(step, 7, 0, tt.unit)
			s.console.Tick(s.now)
			lines := strings.Split(v.screen(), "\n")
			got := lines[len(lines)-2]
			if !strings.HasPrefix(got, tt.want) || len(v.lines[len(v.lines)-3]) >= tt.columns {
				t.Errorf("got %q, want %q, of less than %d columns", got, tt.want, tt.columns)
			}
		})
	}
}

func TestLongAddressesLeaveRoomForWhatIsSaid(t *testing.T) {
	long := engine.Address{Type: "csv_resample", Name: "readings_of_the_north_side_of_the_cold_store"}
	s, v := stage(t, 80, 24, report.Options{MaxAttempts: map[engine.Address]int{long: 1, clean: 1}})
	s.run(engine.Manual)
	s.begin(long)
	s.begin(clean)
	s.pass(time.Second)
	s.succeed(clean, engine.StepFinished{})
	s.pass(time.Second)
	s.succeed(long, engine.StepFinished{Volume: engine.Volume{RowsIn: 1, RowsOut: 1}})
	s.pass(time.Second)
	want := `✓ csv_resample.clean               succeeded in 1s
✓ csv_resample.readings_of_the_north_side_of_the_cold_store  succeeded in 2s, 1
                                   row in, 1 out
  2 of 2 done in 3s`
	if diff := cmp.Diff(want, strings.Join(v.all()[2:6], "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// bottom is the live lines, of which there are so many.
func (v *vt) bottom(n int) string {
	lines := strings.Split(v.screen(), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

func TestALongNameTakesNoRoomFromWhatIsSaid(t *testing.T) {
	wide := engine.Address{Type: "smtp", Name: "probe", Key: "probe-of-the-north-side-of-the-cold-store-31", Keyed: true}
	s, v := stage(t, 80, 24, report.Options{MaxAttempts: map[engine.Address]int{wide.Block(): 3, chart: 3}})
	s.run(engine.Manual)
	s.begin(wide)
	s.fail(wide, engine.AttemptFailed, busy(), 90*time.Second)
	s.begin(chart)
	s.fail(chart, engine.AttemptFailed, busy(), time.Second)
	s.pass(time.Second)
	s.try(chart)
	s.progress(chart, 1200, 5000, "rows")
	s.begin(clean)
	s.progress(clean, 1200, 5000, "rows")
	s.tell(&engine.StepStarted{Step: store, Type: store.Type})
	wants := map[int]string{
		80: `. smtp.probe["…he-cold-store-31"]      2s  retry in 1m28s, 2/3
⠋ plot.dashboard                       2s  2/3  24%
⠋ csv_resample.clean                   1s  ▰▰▱▱▱▱▱▱▱▱ 1,200 of 5,000 rows (24%)
. duckdb_load.store                    1s  waits for a file
  0 of 2 done in 2s`,
		40: `. smt…31"]      3s  retry in 1m27s, 2/3
⠋ plo…oard      3s  2/3  24%
⠋ csv…lean      2s  24%
. duc…tore      2s  waits for a file
  0 of 2 done in 3s`,
		30: `. sm…1"]  retry in 1m26s, 2/3
⠋ plo…oard      4s  2/3  24%
⠋ csv…lean      3s  24%
. duc…tore  waits for a file
  0 of 2 done in 4s`,
		100: `. smtp.probe["pro…-of-the-cold-store-31"]      5s  waiting for retry in 1m25s (attempt 2 of 3)
⠋ plot.dashboard                               5s  attempt 2 of 3  1,200 of 5,000 rows (24%)
⠋ csv_resample.clean                           4s  ▰▰▱▱▱▱▱▱▱▱ 1,200 of 5,000 rows (24%)
. duckdb_load.store                            4s  waiting for a file that another step uses
  0 of 2 done in 5s`,
	}
	for _, columns := range []int{80, 40, 30, 100} {
		v.columns = columns
		s.pass(time.Second)
		if diff := cmp.Diff(wants[columns], v.bottom(5)); diff != "" {
			t.Errorf("%d columns (-want +got):\n%s", columns, diff)
		}
	}
}

func TestStepsWithoutRoomAreCounted(t *testing.T) {
	for rows, want := range map[int]string{
		24: "  … and 1,981 more; 0 done in 0s", 6: "  … and 1,999 more; 0 done in 0s", 5: "  … and 2,000 more; 0 done in 0s", 2: "  … and 2,000 more; 0 done in 0s", 1: "", 0: "",
	} {
		s, v := stage(t, 80, rows, report.Options{})
		s.run(engine.Manual)
		for i := range 2000 {
			s.begin(engine.Address{Type: "plot", Name: "probe", Key: fmt.Sprint(i), Keyed: true})
		}
		s.console.Tick(s.now)
		lines := v.all()
		if got := lines[len(lines)-2]; got != want {
			t.Errorf("on %d rows the last line is %q, want %q", rows, got, want)
		}
		if live := len(lines) - 3; live > max(rows-4, 1) {
			t.Errorf("on %d rows there are %d live lines", rows, live)
		}
	}
}

func TestOfStepsThatAreNoPartOfTheRunTheFirstAreTold(t *testing.T) {
	attempts := map[engine.Address]int{clean: 1, chart: 1}
	leaveOut := func(s *scene) {
		s.run(engine.Manual)
		for i := range 1000 {
			s.skip(engine.Address{Type: "plot", Name: "p", Key: fmt.Sprint(i), Keyed: true}, engine.ReasonNotTargeted, "")
		}
		s.begin(clean)
	}
	for i := range 1000 {
		attempts[engine.Address{Type: "plot", Name: "p", Key: fmt.Sprint(i), Keyed: true}] = 1
	}
	s, v := stage(t, 80, 40, report.Options{MaxAttempts: attempts})
	leaveOut(s)
	s.pass(time.Second)
	s.succeed(clean, engine.StepFinished{})
	s.begin(chart)
	s.pass(time.Second)
	want := `- plot.p["19"]        skipped: it is no part of this run
980 more steps are no part of this run
✓ csv_resample.clean  succeeded in 1s
⠋ plot.dashboard          1s
  1 of 2 done in 2s`
	if diff := cmp.Diff(want, strings.Join(v.all()[21:26], "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var out bytes.Buffer
	leaveOut(newScene(t, &out, report.Options{}))
	if n := strings.Count(out.String(), "skipped: it is no part of this run\n"); n != 20 || !strings.Contains(out.String(), "\n980 more steps are no part of this run\n") {
		t.Errorf("%d steps are told of, and in the end:\n%s", n, out.String()[out.Len()-200:])
	}
}

func TestATerminalThatBecomesNarrowerBreaksTheLinesThatStand(t *testing.T) {
	var out bytes.Buffer
	columns := 80
	s := newScene(t, &out, report.Options{Terminal: func() (int, int) { return columns, 24 }})
	s.run(engine.Manual)
	s.begin(clean)
	s.begin(store)
	s.progress(store, 1, 0, strings.Repeat("long ", 20))
	s.console.Tick(s.now)
	out.Reset()
	columns = 40
	s.console.Tick(s.now.Add(time.Second))
	if !strings.HasPrefix(out.String(), "\r\x1b[4A") {
		t.Errorf("got %q, want it to begin four rows above: a line of 79 columns takes two rows of 40", out.String())
	}
}

func TestNothingIsDrawnWhereSomebodyElseUsesTheTerminal(t *testing.T) {
	s, v := stage(t, 80, 24, report.Options{})
	s.run(engine.Manual)
	s.begin(clean)
	s.console.Tick(s.now)
	v.rows = 0
	s.pass(time.Second)
	before := v.writes
	s.pass(3 * time.Second)
	if v.writes != before {
		t.Errorf("%d frames were drawn", v.writes-before)
	}
	s.say(clean, "warn", "this is told", nil)
	s.pass(time.Second)
	if v.rows = 24; !strings.HasSuffix(v.screen(), "warning: this is told") {
		t.Errorf("got:\n%s", v.screen())
	}
}

func TestTheLiveLinesAreAwayWhileSomethingElseIsDone(t *testing.T) {
	s, v := stage(t, 80, 24, report.Options{})
	s.run(engine.Manual)
	s.begin(clean)
	s.console.Tick(s.now)
	s.console.Aside(func() {
		s.say(clean, "info", "said meanwhile", nil)
		s.pass(time.Second)
		if got := v.screen(); !strings.HasSuffix(got, "info: said meanwhile") {
			t.Errorf("the terminal shows:\n%s", got)
		}
	})
	s.pass(time.Second)
	if got := v.screen(); !strings.HasSuffix(got, "0 done in 2s") {
		t.Errorf("the terminal shows:\n%s", got)
	}
	s.over(engine.RunSucceeded, "")
	s.console.Aside(func() {})
	s.pass(time.Second)
	if got := v.screen(); !strings.HasSuffix(got, "Run succeeded in 2s") {
		t.Errorf("the terminal shows:\n%s", got)
	}
}

func TestATerminalWithFewSignsIsSentNoOthers(t *testing.T) {
	s, v := stage(t, 40, 24, report.Options{ASCII: true})
	s.run(engine.Manual)
	s.begin(clean)
	s.progress(clean, 3, 10, "rows")
	s.begin(chart)
	s.succeed(chart, engine.StepFinished{})
	s.fail(clean, engine.AttemptFailed, busy(), 0)
	s.pass(time.Second)
	s.end(clean, engine.StepFinished{Result: engine.StepFailed, Error: busy()})
	s.begin(store)
	s.pass(time.Second)
	for _, r := range strings.Join(v.all(), "\n") {
		if r > '~' {
			t.Errorf("%q is shown", r)
		}
	}
	for _, want := range []string{"+ plot.dashboard", "x csv_resample.clean"} {
		if !strings.Contains(v.screen(), want) {
			t.Errorf("%q is not shown", want)
		}
	}
}

func TestATerminalIsWrittenToTenTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVT(t, 80, 24)
		c := report.NewConsole(v, report.Options{Terminal: v.size})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			c.Run(ctx)
		}()
		now := func() engine.Header { return engine.Header{Time: engine.Timestamp{Time: time.Now()}} }
		c.Event(&engine.RunStarted{Header: now(), Pipeline: "p"})
		c.Event(&engine.StepStarted{Header: now(), Step: clean})
		c.Event(&engine.AttemptStarted{Header: now(), Step: clean, Attempt: 1})
		for range 1000 {
			time.Sleep(10 * time.Millisecond)
			c.Event(&engine.Log{Header: now(), Step: clean, Level: "info", Message: "one of many"})
		}
		synctest.Wait()
		if v.writes > 101 {
			t.Errorf("the terminal was written to %d times in ten seconds", v.writes)
		}
		cancel()
		<-done
		if n := strings.Count(strings.Join(v.all(), "\n"), "one of many"); n != 1000 {
			t.Errorf("%d of 1000 messages are there", n)
		}
	})
}

// TestNothingIsLostAndNothingIsLeft lets a run go in any way on any terminal.
func TestNothingIsLostAndNothingIsLeft(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s, v := stage(r, rapid.IntRange(20, 120).Draw(r, "columns"), rapid.IntRange(0, 30).Draw(r, "rows"), report.Options{})
		s.run(engine.Manual)
		var open []engine.Address
		said, ended := 0, 0
		for i := range rapid.IntRange(0, 80).Draw(r, "moments") {
			what := rapid.SampledFrom([]string{"begin", "end", "say", "time", "time", "wider", "rows"}).Draw(r, "what")
			switch {
			case what == "begin":
				open = append(open, engine.Address{Type: "t", Name: fmt.Sprint("s", i)})
				s.begin(open[len(open)-1])
			case what == "end" && len(open) > 0:
				n := rapid.IntRange(0, len(open)-1).Draw(r, "which")
				s.succeed(open[n], engine.StepFinished{})
				open = slices.Delete(open, n, n+1)
				ended++
			case what == "say" && len(open) > 0:
				s.say(open[0], "info", fmt.Sprintf("said %d", said), nil)
				said++
			case what == "wider":
				v.columns += rapid.IntRange(0, 9).Draw(r, "more")
			case what == "rows":
				v.rows = max(v.rows, rapid.IntRange(0, 30).Draw(r, "now"))
			default:
				s.pass(time.Second)
			}
		}
		s.leave()
		all := strings.Join(v.all(), "\n") + "\n"
		if n := strings.Count(all, "✓"); n != ended {
			r.Errorf("%d steps have settled, want %d:\n%s", n, ended, all)
		}
		for i := range said {
			if n := strings.Count(strings.Join(strings.Fields(all), " ")+" ", fmt.Sprintf("said %d ", i)); n != 1 {
				r.Errorf("message %d is there %d times:\n%s", i, n, all)
			}
		}
		if strings.ContainsAny(all, "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏") || strings.Contains(all, "done in") {
			r.Errorf("something of the live lines is left:\n%s", all)
		}
	})
}
