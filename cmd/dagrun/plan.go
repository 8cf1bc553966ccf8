package main

import (
	"encoding/json"
	"os"

	"github.com/spf13/cobra"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/execute"
	"dagrun/engine/reuse"
)

func (a *app) planCommand() *cobra.Command {
	l := launch{trigger: string(engine.Manual)}
	c := &cobra.Command{
		Use:   "plan PATH",
		Short: "Say what a run would do now, and why",
		Long: "Says what `dagrun run` would do at this moment: the steps in the order in which they may\n" +
			"start, their arguments as far as they are known, the files that they read and write, and,\n" +
			"with --resume, what would be reused and why the rest would not. Nothing is run. Nothing is\n" +
			"written either, except that --resume records runs whose process died as crashed, as any\n" +
			"look at the history does, and makes the key of fingerprints (fingerprint.key) where there is none.\n" +
			"Of more than ten instances of a block that fare alike three are shown; --json has all of them.\n" +
			"Exit code 0, or 1 when a step is sure to fail or the history cannot be read,\n" +
			"2 when the pipeline or the command line is wrong.",
		Args: cobra.ExactArgs(1),
	}
	l.assignments = addValueFlags(c)
	l.addDate(c)
	l.addResume(c)
	l.addStateDir(c)
	l.addSelection(c)
	c.Flags().BoolVar(&l.asJSON, "json", false, "print the plan as a JSON object")
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := l.settle(c); err != nil {
			return usageError{err}
		}
		return a.plan(args[0], l)
	}
	return c
}

func (a *app) plan(path string, l launch) error {
	p, err := a.loadToRun(path, l)
	if err != nil {
		return err
	}
	if err := p.ExportDotenv(os.Setenv); err != nil {
		return err
	}
	var judge *reuse.Judge
	if l.resume != "" {
		stateDir := stateDirOf(l.stateDir, p.WorkingDir)
		a.look(historyIn(stateDir), p.Name)
		signals := catchSignals()
		defer signals.stop()
		p, judge, err = a.takeUp(signals.context(), path, p, stateDir, l)
		switch {
		case signals.received() != nil:
			return exit{signals.code()}
		case err != nil:
			return err
		}
	}
	p.Run.ID = "" // no run has begun
	selection, err := a.expand(p, l)
	if err != nil {
		return err
	}
	prospects := execute.Plan(p, judge, selection)
	if l.asJSON {
		err = a.printPlanJSON(p, judge, prospects)
	} else {
		err = a.printPlan(p, judge, prospects)
	}
	for _, s := range prospects {
		if err == nil && s.Action == execute.ActionFail {
			return exit{exitFailed}
		}
	}
	return err
}

// planSchema names the format of `dagrun plan --json`.
const planSchema = "dagrun.plan/1"

type jsonPlan struct {
	Schema      string        `json:"schema"`
	Pipeline    string        `json:"pipeline"`
	LogicalTime string        `json:"logical_time"`
	ResumedFrom string        `json:"resumed_from,omitempty"`
	Steps       []jsonPlanned `json:"steps"` // in the order in which they may start
}

type jsonPlanned struct {
	Step     engine.Address   `json:"step"`
	Type     string           `json:"type"`
	Action   execute.Action   `json:"action"`
	Reason   engine.Reason    `json:"reason,omitempty"`
	Cause    string           `json:"cause,omitempty"`
	After    []engine.Address `json:"after,omitempty"` // the steps whose end decides
	Decision *engine.Decision `json:"decision,omitempty"`
	// Arguments are those that are known; the others are in KnownAfter, each
	// with the steps that it is made of.
	Arguments  json.RawMessage             `json:"arguments,omitempty"`
	KnownAfter map[string][]engine.Address `json:"known_after,omitempty"`
	Files      []jsonFileUse               `json:"files,omitempty"`
	Error      *engine.LocatedError        `json:"error,omitempty"`
}

type jsonFileUse struct {
	Path string      `json:"path"`
	Role engine.Role `json:"role"`
}

func (a *app) printPlanJSON(p *config.Pipeline, judge *reuse.Judge, prospects []execute.Prospect) error {
	plan := jsonPlan{
		Schema: planSchema, Pipeline: p.Name, LogicalTime: p.LogicalTime.Format(rfc3339),
		Steps: make([]jsonPlanned, len(prospects)),
	}
	if judge != nil {
		plan.ResumedFrom = judge.Resumed()
	}
	for i := range prospects {
		plan.Steps[i] = plannedOf(p, &prospects[i])
	}
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(plan)
}

func plannedOf(p *config.Pipeline, s *execute.Prospect) jsonPlanned {
	j := jsonPlanned{
		Step: s.Step.Address, Type: s.Step.Type.Name, Action: s.Action, Reason: s.Reason, Cause: s.Cause,
		After: s.After, Decision: s.Decision,
	}
	for _, f := range s.Files {
		j.Files = append(j.Files, jsonFileUse{f.Path, f.Role})
	}
	if s.Failure != nil {
		j.Error = &engine.LocatedError{StepError: *s.Failure.Error.Flat(), Range: s.Failure.Error.Range}
	}
	if !s.Known() {
		return j
	}
	known, open := s.Split()
	j.Arguments = config.MaskedArguments(known)
	for _, g := range p.Given(s.Step) {
		if open[g.Name] {
			if j.KnownAfter == nil {
				j.KnownAfter = map[string][]engine.Address{}
			}
			j.KnownAfter[g.Name] = append([]engine.Address{}, g.Behind...) // [] where only its turn tells
		}
	}
	return j
}
