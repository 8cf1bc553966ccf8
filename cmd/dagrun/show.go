package main

import (
	"encoding/json"
	"os"
	"time"

	"github.com/spf13/cobra"

	"dagrun/engine"
	"dagrun/engine/report"
	"dagrun/engine/runlog"
)

func (a *app) showCommand() *cobra.Command {
	var stateDir string
	var asJSON bool
	c := &cobra.Command{
		Use:   "show RUN",
		Short: "Show one run: every step, what came out, what went wrong",
		Long: "Shows one run. RUN is its id, the beginning or end of its id where no other run has the\n" +
			"same, or latest: the newest run of any pipeline that began. `dagrun runs` lists\n" +
			"them. Times are in the time zone of this machine (TZ).\n\n" +
			"With --json: an object with id, pipeline, result, logical_time, trigger, started, version,\n" +
			"host, pid, variables, sources, log, steps and, where there are any, finished, duration_ms,\n" +
			"resumed_from, outputs, error and at_work (step and attempt). Each of steps has step, type\n" +
			"and result (at_work while it has none) and, where there are any, the other fields of\n" +
			"step_started and step_finished in the run log: `dagrun schema runlog` describes them.",
		Args: cobra.ExactArgs(1),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	c.Flags().StringVar(&stateDir, "state-dir", "", stateDirHelp)
	c.RunE = func(_ *cobra.Command, args []string) error {
		_, run, status, err := a.find(stateDir, args[0])
		if err != nil {
			return err
		}
		record, err := run.Record()
		if err != nil {
			return err
		}
		for _, err := range record.Unread {
			a.say(err)
		}
		if asJSON {
			return a.printIndented(jsonOf(record, status))
		}
		dir, _ := os.Getwd() // paths are shown whole where there is none
		report.Show(harmless(a.stdout), record, status, time.Local, report.Options{Color: a.outColor(), Log: run.Log(), Dir: dir})
		return nil
	}
	return c
}

// jsonShow is the output of `dagrun show --json`.
type jsonShow struct {
	ID          string               `json:"id"`
	Pipeline    string               `json:"pipeline"`
	Result      string               `json:"result"`
	LogicalTime time.Time            `json:"logical_time"`
	Trigger     engine.Trigger       `json:"trigger"`
	ResumedFrom string               `json:"resumed_from,omitempty"`
	Started     engine.Timestamp     `json:"started"`
	Finished    *engine.Timestamp    `json:"finished,omitempty"`
	Duration    *engine.Milliseconds `json:"duration_ms,omitempty"`
	Version     string               `json:"version"`
	Host        string               `json:"host"`
	PID         int                  `json:"pid"`
	Log         string               `json:"log"`
	Sources     []engine.Source      `json:"sources"`
	Variables   json.RawMessage      `json:"variables"`
	Steps       []jsonStep           `json:"steps"`
	Outputs     json.RawMessage      `json:"outputs,omitempty"`
	Error       string               `json:"error,omitempty"`
	AtWork      []engine.AtWork      `json:"at_work,omitempty"`
}

// jsonStep is a step in it.
type jsonStep struct {
	Step     engine.Address       `json:"step"`
	Type     string               `json:"type"`
	Started  *engine.Timestamp    `json:"started,omitempty"`
	Decision *engine.Decision     `json:"decision,omitempty"`
	Result   string               `json:"result"`
	Reason   engine.Reason        `json:"reason,omitempty"`
	Cause    string               `json:"cause,omitempty"`
	Attempts int                  `json:"attempts"`
	Duration *engine.Milliseconds `json:"duration_ms,omitempty"`
	Error    *engine.LocatedError `json:"error,omitempty"`
	Outputs  json.RawMessage      `json:"outputs,omitempty"`
	Files    []engine.FileRecord  `json:"files,omitempty"`
	engine.Volume
}

func jsonOf(record runlog.Record, status string) jsonShow {
	start := record.Started
	out := jsonShow{
		ID: record.ID, Pipeline: start.Pipeline, Result: status, LogicalTime: start.LogicalTime, Trigger: start.Trigger, ResumedFrom: start.ResumedFrom,
		Started: start.Time, Version: start.Version, Host: start.Host, PID: start.PID, Log: record.Log(), Sources: start.Sources,
		Variables: start.Variables, Steps: make([]jsonStep, len(record.Steps)), AtWork: record.AtWork(),
	}
	if end := record.Finished; end != nil {
		out.Finished, out.Duration, out.Outputs, out.Error, out.AtWork = &end.Time, &end.Duration, end.Outputs, end.Error, end.AtWork
	}
	for i, s := range record.Steps {
		out.Steps[i] = jsonStepOf(s)
	}
	return out
}

func jsonStepOf(s runlog.StepRecord) jsonStep {
	out := jsonStep{Step: s.Step, Type: s.Type, Result: "at_work", Attempts: s.Attempt, Decision: s.Decision}
	if !s.Started.IsZero() {
		out.Started = &engine.Timestamp{Time: s.Started}
	}
	if e := s.Finished; e != nil {
		out.Result, out.Reason, out.Cause, out.Attempts, out.Duration = string(e.Result), e.Reason, e.Cause, e.Attempts, &e.Duration
		out.Error, out.Outputs, out.Files, out.Volume = e.Error, e.Outputs, e.Files, e.Volume
	}
	return out
}
