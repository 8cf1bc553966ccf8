package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"

	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"

	"dagrun/engine/runlog"
)

// resume takes up the last run, after asking for the plan, which must have
// foreseen what happens.
func (s *session) resume(t *testing.T, args ...string) {
	t.Helper()
	foreseen := s.plan(t, append([]string{"--resume"}, args...)...)
	s.call(t, "run", append([]string{"--resume"}, args...)...)
	s.readLog(t)
	for name, end := range s.results(t) {
		happened := string(end.Result)
		if end.Attempts > 0 {
			happened = "run"
		}
		possible := map[string][]string{
			"run": {"run"}, "reuse": {"reused"}, "skip": {"skipped"}, "run_or_reuse": {"run", "reused"}, "run_or_skip": {"run", "skipped"},
		}[foreseen[name]]
		if !slices.Contains(possible, happened) {
			t.Errorf("the plan says of %s %q, and it %s", name, foreseen[name], happened)
		}
	}
}

// plan gives the action of each step.
func (s *session) plan(t *testing.T, args ...string) map[string]string {
	t.Helper()
	s.call(t, "plan", append([]string{"--json"}, args...)...)
	var plan struct {
		Steps []struct {
			Step   engine.Address
			Action string
		}
	}
	if err := json.Unmarshal([]byte(s.stdout), &plan); err != nil {
		t.Fatalf("%v: %s%s", err, s.stdout, s.stderr)
	}
	actions := map[string]string{}
	for _, p := range plan.Steps {
		actions[p.Step.Name] = p.Action
	}
	return actions
}

// ran lists the steps that were at work, with the reason for each.
func (s *session) ran(t *testing.T) []string {
	t.Helper()
	var ran []string
	attempted := map[engine.Address]string{}
	for e, err := range runlog.Read(bytes.NewReader(s.log)) {
		if err != nil {
			t.Fatal(err)
		}
		switch e := e.(type) {
		case *engine.StepStarted:
			if e.Decision == nil {
				t.Errorf("the log gives no reason for %s", e.Step)
				continue
			}
			attempted[e.Step] = e.Step.Name + ": " + string(e.Decision.Reason)
		case *engine.AttemptStarted:
			ran = append(ran, attempted[e.Step])
		}
	}
	slices.Sort(ran)
	return ran
}

func edit(t *testing.T, path, old, new string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		t.Fatalf("%s has no %q", path, old)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(data), old, new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestWhatChangedRunsAgainAndNothingElse changes one thing after a run, and
// takes it up.
func TestWhatChangedRunsAgainAndNothingElse(t *testing.T) {
	const eml = "mail/20261120.temperature.report.eml"
	remove := func(name string) func(*testing.T, *session, string) []string {
		return func(t *testing.T, s *session, _ string) []string {
			if err := os.Remove(filepath.Join(s.folder, name)); err != nil {
				t.Fatal(err)
			}
			return nil
		}
	}
	flip := func(name string) func(*testing.T, *session, string) []string {
		return func(t *testing.T, s *session, _ string) []string {
			data := s.read(t, name)
			data[len(data)/2] ^= 1
			if err := os.WriteFile(filepath.Join(s.folder, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
			return nil
		}
	}
	with := func(args ...string) func(*testing.T, *session, string) []string {
		return func(*testing.T, *session, string) []string { return args }
	}
	tests := map[string]struct {
		change func(t *testing.T, s *session, readings string) (args []string)
		want   []string
	}{
		"nothing": {with(), nil},
		"one byte of the input that the day's sample has": {
			func(t *testing.T, _ *session, readings string) []string {
				edit(t, readings, "577,2026-03-08,00:00:00,", "577,2026-03-08,00:00:00,1")
				return nil
			},
			[]string{"backup: input_changed", "chart: upstream_changed", "clean: input_changed", "report: argument_changed", "store: input_changed"},
		},
		"one byte of the input that the sample leaves out": {
			func(t *testing.T, _ *session, readings string) []string {
				edit(t, readings, "578,2026-03-08,00:15:00,", "578,2026-03-08,00:15:00,1")
				return nil
			},
			[]string{"clean: input_changed"},
		},
		"an argument of the chart":   {with("--var", "maximum=36"), []string{"chart: argument_changed", "report: argument_changed"}},
		"an argument of the mail":    {with("--var", `recipients=["eva@example.org"]`), []string{"report: argument_changed"}},
		"where the backup goes":      {with("--var", "bucket=file://"+t.TempDir()), []string{"backup: argument_changed"}},
		"the hourly log is deleted":  {remove(hourly), []string{"clean: output_missing"}},
		"one byte of the hourly log": {flip(hourly), []string{"clean: output_changed"}},
		"the chart is deleted":       {remove(chart), []string{"chart: output_missing"}},
		"one byte of the chart":      {flip(chart), []string{"chart: output_changed"}},
		"the mail is deleted":        {remove(eml), []string{"report: output_missing"}},
		"one byte of the mail":       {flip(eml), []string{"report: output_changed"}},
		"the backup is deleted":      {remove(backup), []string{"backup: output_missing"}},
		"the database is deleted":    {remove("temperature.duckdb"), []string{"chart: input_changed", "store: output_changed"}},
		"the database is written to": {
			func(t *testing.T, s *session, _ string) []string {
				execSQL(t, filepath.Join(s.folder, "temperature.duckdb"), "CREATE TABLE other AS SELECT 1 AS a")
				return nil
			},
			[]string{"chart: input_changed", "store: output_changed"},
		},
		"everything is to be done again":   {with("--force"), []string{"backup: forced", "chart: forced", "clean: forced", "report: forced", "store: forced"}},
		"the hourly log goes to be backed": {with("--var", "delete_local=true"), []string{"remove_local: not_recorded"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cleanEnvironment(t)
			data, err := os.ReadFile("../../testdata/probe1_log.csv")
			readings := filepath.Join(t.TempDir(), "probe.csv")
			if err != nil || os.WriteFile(readings, data, 0o600) != nil {
				t.Fatal(err)
			}
			s := temperatureSession()
			s.args = append(s.args, "--var", "readings="+readings)
			s.run(t)
			if s.code != 0 {
				t.Fatal(s.stderr)
			}
			first := s.log
			csv, picture := s.read(t, hourly), s.read(t, chart)
			s.resume(t, tt.change(t, s, readings)...)
			if s.code != 0 {
				t.Fatal(s.stderr)
			}
			if diff := cmp.Diff(tt.want, s.ran(t)); diff != "" {
				t.Errorf("(-want +ran):\n%s\n%s", diff, s.stderr)
			}
			if name == "nothing" && (!bytes.Equal(csv, s.read(t, hourly)) || !bytes.Equal(picture, s.read(t, chart))) {
				t.Error("files changed")
			}
			start := startOf(t, s.log)
			if before := startOf(t, first); start.ResumedFrom != before.RunID || start.Trigger != engine.Resume || !start.LogicalTime.Equal(before.LogicalTime) {
				t.Errorf("the run began as %+v, the first as %+v", start, before)
			}
		})
	}
}

func execSQL(t *testing.T, database, query string) {
	t.Helper()
	db, err := sql.Open("duckdb", database)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), query)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func startOf(t *testing.T, log []byte) *engine.RunStarted {
	t.Helper()
	for e, err := range runlog.Read(bytes.NewReader(log)) {
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := e.(*engine.RunStarted); ok {
			return start
		}
	}
	t.Fatal("the log has no start")
	return nil
}
