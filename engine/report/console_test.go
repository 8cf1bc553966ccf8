package report_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/report"
	"dagrun/engine/runlog"
)

var update = flag.Bool("update", false, "write the golden files anew")

var start = time.Date(2024, 6, 15, 8, 0, 0, 0, time.UTC)

var (
	clean  = engine.Address{Type: "csv_resample", Name: "clean"}
	store  = engine.Address{Type: "duckdb_load", Name: "store"}
	chart  = engine.Address{Type: "plot", Name: "dashboard"}
	mail   = engine.Address{Type: "smtp", Name: "report"}
	backup = engine.Address{Type: "s3_put", Name: "backup"}
	keyed  = engine.Address{Type: "plot", Name: "probe", Key: "north side", Keyed: true}
)

// tester is a test, of this package or of rapid.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// scene is a run on a stage: events go through a run log to a console, and time
// passes only where the scene says so.
type scene struct {
	t       tester
	now     time.Time
	console *report.Console
	log     *runlog.Writer
	written bytes.Buffer
	counts  map[engine.StepResult]int
	tries   map[engine.Address]int
	begun   map[engine.Address]time.Time
}

func newScene(t tester, out io.Writer, options report.Options) *scene {
	t.Helper()
	s := &scene{
		t: t, now: start, console: report.NewConsole(out, options), counts: map[engine.StepResult]int{},
		tries: map[engine.Address]int{}, begun: map[engine.Address]time.Time{},
	}
	s.log = runlog.New(&s.written, "0190163d-8694-739b-aea5-966c26f8ad91",
		runlog.WithClock(func() time.Time { return s.now }),
		runlog.WithSubscriber(func(e engine.Event, _ []byte) { s.console.Event(e) }))
	return s
}

func (s *scene) tell(events ...engine.Event) {
	s.t.Helper()
	if err := s.log.Append(events...); err != nil {
		s.t.Fatal(err)
	}
}

// pass lets time pass, the console looking at its watch each second.
func (s *scene) pass(d time.Duration) {
	for end := s.now.Add(d); s.now.Before(end); {
		s.now = s.now.Add(min(time.Second, end.Sub(s.now)))
		s.console.Tick(s.now)
	}
}

func (s *scene) run(trigger engine.Trigger) {
	s.t.Helper()
	s.tell(&engine.RunStarted{Pipeline: "temperature", LogicalTime: start, Trigger: trigger})
}

// begin starts a step and its first attempt.
func (s *scene) begin(step engine.Address) {
	s.t.Helper()
	s.begun[step] = s.now
	s.tell(&engine.StepStarted{Step: step, Type: step.Type})
	s.try(step)
}

func (s *scene) try(step engine.Address) {
	s.t.Helper()
	s.tries[step]++
	s.tell(&engine.AttemptStarted{Step: step, Type: step.Type, Attempt: s.tries[step]})
}

func (s *scene) say(step engine.Address, level, message string, fields map[string]any) {
	s.t.Helper()
	s.tell(&engine.Log{Step: step, Type: step.Type, Attempt: s.tries[step], Level: level, Message: message, Fields: fields})
}

func (s *scene) progress(step engine.Address, done, total int64, unit string) {
	s.t.Helper()
	s.tell(&engine.Progress{Step: step, Type: step.Type, Attempt: s.tries[step], Done: done, Total: total, Unit: unit})
}

// fail ends an attempt; another follows after a pause unless that is zero.
func (s *scene) fail(step engine.Address, how engine.Outcome, why *engine.LocatedError, retry time.Duration) {
	s.t.Helper()
	e := &engine.AttemptFinished{Step: step, Type: step.Type, Attempt: s.tries[step], Result: how, Error: why}
	if retry > 0 {
		in := engine.Milliseconds(retry)
		e.RetryIn = &in
	}
	s.tell(e)
}

func (s *scene) succeed(step engine.Address, e engine.StepFinished) {
	s.t.Helper()
	s.tell(&engine.AttemptFinished{Step: step, Type: step.Type, Attempt: s.tries[step], Result: engine.AttemptSucceeded})
	e.Result = engine.StepSucceeded
	s.end(step, e)
}

func (s *scene) end(step engine.Address, e engine.StepFinished) {
	s.t.Helper()
	e.Step, e.Type, e.Attempts = step, step.Type, s.tries[step]
	if begun, ok := s.begun[step]; ok {
		e.Duration = engine.Milliseconds(s.now.Sub(begun))
	}
	s.counts[e.Result]++
	s.tell(&e)
}

func (s *scene) skip(step engine.Address, reason engine.Reason, cause string) {
	s.t.Helper()
	s.end(step, engine.StepFinished{Result: engine.StepSkipped, Reason: reason, Cause: cause})
}

func (s *scene) over(result engine.RunResult, why string) {
	s.t.Helper()
	s.tell(&engine.RunFinished{Result: result, Steps: s.counts, Duration: engine.Milliseconds(s.now.Sub(start)), Error: why})
}

func wrote(path string, size int64) []engine.FileRecord {
	return []engine.FileRecord{
		{Path: "/srv/plc/data/weekly.csv", Role: engine.Reads, Size: 40_000},
		{Path: "/srv/plc/" + path, Role: engine.Writes, Size: size},
	}
}

func refused() *engine.LocatedError {
	return &engine.LocatedError{
		StepError: engine.StepError{
			Code: "smtp_auth", Argument: "password",
			Message: "log in to smtp.example.com:587 as plc@example.com: 535 5.7.8 Authentication credentials invalid",
			Remedy:  "Check username and password; some providers want an app password instead of the account's.",
		},
		Range: &engine.Range{Filename: "pipelines/temperature.hcl", Start: engine.Pos{Line: 61, Column: 15}},
	}
}

func busy() *engine.LocatedError {
	return &engine.LocatedError{StepError: engine.StepError{
		Code: "smtp_refused", Retryable: true,
		Message: "send to smtp.example.com:587: 451 4.3.0 Mail server temporarily rejected message",
		Remedy:  "Run the pipeline again later, or raise max_attempts and max_interval in the step's retry block.",
	}}
}

// firstHalf is what most runs begin with.
func (s *scene) firstHalf() {
	s.begin(clean)
	s.pass(412 * time.Millisecond)
	s.succeed(clean, engine.StepFinished{Files: wrote("out/clean.csv", 1134), Volume: engine.Volume{RowsIn: 672, RowsOut: 24}})
	s.begin(store)
	s.begin(chart)
	s.pass(130 * time.Millisecond)
	s.succeed(store, engine.StepFinished{Volume: engine.Volume{RowsIn: 24, RowsOut: 24}})
}

var scenes = map[string]func(s *scene){
	"succeeded": func(s *scene) {
		s.run(engine.Cron)
		s.firstHalf()
		s.pass(23 * time.Second)
		s.progress(chart, 1200, 5000, "points")
		s.pass(9 * time.Second)
		s.succeed(chart, engine.StepFinished{Files: wrote("out/chart.png", 181_204)})
		s.skip(mail, engine.ReasonCondition, "var.mail_enabled")
		s.begin(backup)
		s.say(backup, "info", "the object is there already", map[string]any{"key": "logs/year=2024/plc.csv", "size": 1134})
		s.say(backup, "debug", "asked the store", nil)
		s.pass(2100 * time.Millisecond)
		s.succeed(backup, engine.StepFinished{Files: []engine.FileRecord{{Path: "/srv/plc/data/old.csv", Role: engine.Deletes, Size: 40_000}}})
		s.over(engine.RunSucceeded, "")
	},
	"all_succeeded": func(s *scene) {
		s.run(engine.Manual)
		s.begin(clean)
		s.pass(400 * time.Microsecond)
		s.succeed(clean, engine.StepFinished{})
		s.over(engine.RunSucceeded, "")
	},
	"retried": func(s *scene) {
		s.run(engine.Manual)
		s.begin(mail)
		s.pass(3 * time.Second)
		s.fail(mail, engine.AttemptFailed, busy(), 2100*time.Millisecond)
		s.pass(2100 * time.Millisecond)
		s.try(mail)
		s.say(mail, "warn", "the line is not encrypted", map[string]any{"server": "smtp://localhost:25", "tls": false, "note": "a b"})
		s.pass(12 * time.Second)
		s.fail(mail, engine.AttemptTimedOut, &engine.LocatedError{StepError: engine.StepError{
			Code: "timeout", Retryable: true, Message: "the attempt was stopped after 12s:\nread tcp 10.0.0.1:587: i/o timeout",
		}}, 25*time.Second)
		s.pass(25 * time.Second)
		s.try(mail)
		s.pass(11 * time.Second)
		s.succeed(mail, engine.StepFinished{Reason: engine.ReasonRetrySucceeded})
		s.over(engine.RunSucceeded, "")
	},
	"failed": func(s *scene) {
		s.run(engine.Cron)
		s.firstHalf()
		s.pass(time.Second)
		why := &engine.LocatedError{
			StepError: engine.StepError{
				Code: "column_missing", Argument: "panel[1].y",
				Message: "read column \"temperature\" of /srv/plc/out/clean.csv:\nthe file has no such column; it has:\n  - date\n  - temperatura",
				Remedy:  "Name a column that is there.\nDid you mean \"temperatura\"?",
			},
			Range: &engine.Range{Filename: "pipelines/temperature.hcl", Start: engine.Pos{Line: 44, Column: 9}},
		}
		s.fail(chart, engine.AttemptFailed, why, 0)
		s.end(chart, engine.StepFinished{Result: engine.StepFailed, Error: why})
		s.skip(mail, engine.ReasonUpstreamFailed, chart.String())
		s.skip(keyed, engine.ReasonUpstreamSkipped, mail.String())
		s.begin(backup)
		for i := range 3 {
			s.pass(time.Second)
			retry := time.Second
			if i == 2 {
				retry = 0
			}
			s.fail(backup, engine.AttemptFailed, busy(), retry)
			if retry > 0 {
				s.pass(retry)
				s.try(backup)
			}
		}
		s.end(backup, engine.StepFinished{Result: engine.StepFailed, Error: busy()})
		s.over(engine.RunFailed, "")
	},
	"forgiven": func(s *scene) {
		s.run(engine.Manual)
		s.begin(mail)
		s.fail(mail, engine.AttemptFailed, refused(), 0)
		s.end(mail, engine.StepFinished{Result: engine.StepFailed, Error: refused()})
		s.over(engine.RunSucceeded, "")
	},
	"cancelled": func(s *scene) {
		s.run(engine.Manual)
		s.firstHalf()
		s.pass(12 * time.Second)
		s.fail(chart, engine.AttemptCancelled, nil, 0)
		s.end(chart, engine.StepFinished{Result: engine.StepCancelled, Reason: engine.ReasonInterrupted})
		s.end(mail, engine.StepFinished{Result: engine.StepCancelled, Reason: engine.ReasonInterrupted})
		s.end(backup, engine.StepFinished{Result: engine.StepCancelled, Reason: engine.ReasonInterrupted})
		s.over(engine.RunCancelled, "")
	},
	"skipped": func(s *scene) {
		s.run(engine.Manual)
		s.over(engine.RunSkipped, "another run of the pipeline is under way")
	},
	"timed_out": func(s *scene) {
		s.run(engine.Manual)
		s.begin(mail)
		s.pass(30 * time.Second)
		s.fail(mail, engine.AttemptCancelled, nil, 0)
		s.end(mail, engine.StepFinished{Result: engine.StepCancelled, Reason: engine.ReasonRunTimeout})
		s.over(engine.RunFailed, "the run was stopped after its timeout of 30s; raise timeout in the pipeline block if it needs longer")
	},
	"reasons": func(s *scene) {
		s.tell(&engine.RunStarted{
			Pipeline: "odd\x1b[2Jname", Trigger: engine.Backfill,
			LogicalTime: time.Date(2024, 6, 15, 8, 0, 7, 5000, time.FixedZone("", 7200)),
		})
		long := engine.Address{Type: "csv_resample", Name: "a_name_that_is_longer_than_any_name_should_ever_be", Key: "and\nits key", Keyed: true}
		s.skip(clean, engine.ReasonCondition, "")
		s.skip(store, engine.ReasonTriggerRule, "")
		s.skip(long, engine.ReasonFailFast, mail.String())
		s.end(chart, engine.StepFinished{Result: engine.StepReused, Reason: "not_in_this_version", Cause: "unchanged since run 1", Files: wrote("out/chart.png", 5)})
		for _, reason := range []engine.Reason{engine.ReasonPrecondition, engine.ReasonPostcondition, engine.ReasonArguments, engine.ReasonTimeout, engine.ReasonFailFast} {
			e := engine.StepFinished{Result: engine.StepFailed, Reason: reason, Error: busy()}
			if reason == engine.ReasonFailFast {
				e.Cause = chart.String()
			}
			s.end(engine.Address{Type: "smtp", Name: string(reason)}, e)
		}
		s.begin(keyed)
		s.now = s.now.Add(3*time.Hour + 5*time.Minute)
		s.succeed(keyed, engine.StepFinished{
			Volume: engine.Volume{RowsOut: 1_234_567},
			Files: []engine.FileRecord{
				{Path: "/a", Role: engine.Writes, Size: 999_949}, {Path: "/b", Role: engine.Writes, Size: 1 << 40}, {Path: "/c", Role: engine.Writes}, {Path: "/d", Role: engine.Writes},
			},
		})
		s.over(engine.RunFailed, "")
	},
}

func TestARunIsAPleasureToRead(t *testing.T) {
	for name, play := range scenes {
		for _, color := range []bool{false, true} {
			if color && name != "failed" && name != "succeeded" {
				continue
			}
			t.Run(fmt.Sprintf("%s, color %t", name, color), func(t *testing.T) {
				var out bytes.Buffer
				play(newScene(t, &out, report.Options{
					Color: color, Log: ".dagrun/runs/temperature/0190163d-8694-739b-aea5-966c26f8ad91/log.jsonl", Dir: "/srv/plc",
					MaxAttempts: map[engine.Address]int{clean: 1, store: 1, chart: 1, mail: 3, backup: 3, keyed: 1},
				}))
				file := name
				if color {
					file += "_color"
				}
				golden(t, file+".txt", out.Bytes())
			})
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
