package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dagrun/engine"
	"dagrun/engine/report"
	"dagrun/engine/runlog"
)

// runsFlags are the flags of `dagrun runs`.
type runsFlags struct {
	asJSON   bool
	limit    int
	result   string
	stateDir string
}

// statuses are what --result can ask for.
var statuses = []string{
	string(engine.RunSucceeded), string(engine.RunFailed), string(engine.RunCancelled), string(engine.RunCrashed), string(engine.RunSkipped),
	running, unfinished,
}

func (a *app) runsCommand() *cobra.Command {
	var f runsFlags
	c := &cobra.Command{
		Use:   "runs [PIPELINE]",
		Short: "List the runs of the history, the newest first",
		Long: "Lists the runs of a pipeline, or of all pipelines, the newest first. Runs whose process\n" +
			"died are recorded as crashed before.\n\n" +
			"RUN is the end of the run's id, as long as it takes to tell all runs apart: `dagrun show`\n" +
			"and `dagrun logs` take it, the whole id, its beginning or its end. STARTED is in the time\n" +
			"zone of this machine (TZ), LOGICAL TIME in that of the pipeline. A run without an end is\n" +
			"running; it is unfinished where nobody could tell whether its process is alive, or close\n" +
			"its record.\n\n" +
			"With --json: an array of objects with id, pipeline, logical_time, trigger, started, result,\n" +
			"log and, where there are any, duration_ms, step (the first that failed), at_work (of a\n" +
			"crashed run: step and attempt), error and resumed_from. Times are RFC 3339.",
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return completePipeline(f.stateDir, args)
		},
	}
	c.Flags().BoolVar(&f.asJSON, "json", false, "print a JSON array")
	c.Flags().IntVar(&f.limit, "limit", 20, "`number` of runs at most; 0 for all")
	c.Flags().StringVar(&f.result, "result", "", "only runs with this `result`: "+strings.Join(statuses, ", "))
	c.Flags().StringVar(&f.stateDir, "state-dir", "", stateDirHelp)
	c.RunE = func(c *cobra.Command, args []string) error {
		if f.limit < 0 {
			return usageError{fmt.Errorf("--limit: %d is too small; the smallest value is 0, for all", f.limit)}
		}
		if c.Flags().Changed("result") {
			if err := engine.OneOf(f.result, statuses); err != nil {
				return usageError{fmt.Errorf("--result: %w", err)}
			}
		}
		if c.Flags().Changed("state-dir") && f.stateDir == "" {
			return usageError{errors.New("--state-dir is empty; name a folder, or leave it out")}
		}
		return a.listRuns(strings.Join(args, ""), len(args) > 0, f)
	}
	return c
}

// completePipeline offers the pipelines of a history.
func completePipeline(stateDir string, args []string) ([]string, cobra.ShellCompDirective) {
	h, err := openHistory(stateDir)
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names, _ := runlog.Pipelines(h.dir) // there is nothing to say here
	return names, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) listRuns(pipeline string, one bool, f runsFlags) error {
	debug.SetGCPercent(400) // a long list is made once, and then the process ends
	rows, err := a.rowsOf(pipeline, one, f)
	switch {
	case err != nil:
		return err
	case f.asJSON:
		return a.printRuns(rows)
	case len(rows) == 0:
		dir, _ := historyDir(f.stateDir) // it was found a moment ago
		_, _ = fmt.Fprintf(a.stderr, "dagrun: no such run in %s\n", filepath.Join(dir, "runs"))
		return nil
	}
	return report.Runs(harmless(a.stdout), rows, time.Local, report.Options{Color: a.outColor()})
}

// rowsOf gives the runs that are asked for, of one pipeline or of all, and says
// what of the history cannot be read.
func (a *app) rowsOf(pipeline string, one bool, f runsFlags) ([]report.Row, error) {
	h, err := openHistory(f.stateDir)
	if err != nil {
		return nil, err
	}
	known, err := runlog.Pipelines(h.dir)
	if err != nil {
		return nil, err
	}
	if one && !slices.Contains(known, pipeline) {
		return nil, noPipeline(h.dir, pipeline, known)
	}
	rows, unread := a.collect(h, pipeline, f)
	for _, err := range unread {
		a.say(err)
	}
	return rows, nil
}

// collect gives the runs that are asked for, and what cannot be read. At the
// first run of a pipeline without an end it looks after that pipeline, and
// begins again: the record may have been closed.
func (a *app) collect(h *history, pipeline string, f runsFlags) (rows []report.Row, unread []error) {
	for s, err := range runlog.Summaries(h.dir, pipeline) {
		if err != nil {
			unread = append(unread, err)
			continue
		}
		if _, looked := h.newest[s.Pipeline]; s.Result == "" && !looked {
			a.look(h, s.Pipeline)
			return a.collect(h, pipeline, f)
		}
		status := h.status(s.Pipeline, s.ID, s.Result)
		if f.result != "" && status != f.result {
			continue
		}
		rows = append(rows, report.Row{Summary: s, Status: status})
		if len(rows) == f.limit {
			break
		}
	}
	return rows, unread
}

// noPipeline says which pipelines there are instead.
func noPipeline(stateDir, name string, known []string) error {
	where := filepath.Join(stateDir, "runs")
	there := "There is none of any other pipeline either"
	if len(known) > 0 {
		there = "There are those of " + visible(strings.Join(known, ", "))
	}
	detail := fmt.Sprintf("There are no runs of a pipeline %q in %s. %s.", name, where, there)
	if path := strings.TrimSuffix(name, ".json"); strings.HasSuffix(path, ".hcl") {
		detail += " PIPELINE is the name in the pipeline block of the file, not its path."
		name = strings.TrimSuffix(filepath.Base(path), ".hcl")
	}
	if near := engine.Nearest(name, known); near != "" {
		detail += fmt.Sprintf(" Did you mean %q?", near)
	}
	return refusal{"No such pipeline", detail}
}

// jsonRun is a run in the output of `dagrun runs --json`.
type jsonRun struct {
	ID          string               `json:"id"`
	Pipeline    string               `json:"pipeline"`
	LogicalTime time.Time            `json:"logical_time"`
	Trigger     engine.Trigger       `json:"trigger"`
	Started     engine.Timestamp     `json:"started"`
	Result      string               `json:"result"`
	Duration    *engine.Milliseconds `json:"duration_ms,omitempty"`
	Step        string               `json:"step,omitempty"`
	AtWork      []engine.AtWork      `json:"at_work,omitempty"`
	Error       string               `json:"error,omitempty"`
	ResumedFrom string               `json:"resumed_from,omitempty"`
	Log         string               `json:"log"`
}

func (a *app) printRuns(rows []report.Row) error {
	out := make([]jsonRun, len(rows))
	for i, r := range rows {
		out[i] = jsonRun{
			ID: r.ID, Pipeline: r.Pipeline, LogicalTime: r.LogicalTime, Trigger: r.Trigger, Started: engine.Timestamp{Time: r.Started},
			Result: r.Status, Step: r.FailedStep, AtWork: r.AtWork, Error: r.Error, ResumedFrom: r.ResumedFrom, Log: r.Log(),
		}
		if r.Result != "" {
			took := engine.Milliseconds(r.Duration)
			out[i].Duration = &took
		}
	}
	return a.printIndented(out)
}

// printIndented prints JSON for programs that people can read as well.
func (a *app) printIndented(v any) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
