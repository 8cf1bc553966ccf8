package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"dagrun/engine"
	"dagrun/engine/crontab"
)

// coming is a time at which a pipeline will run.
type coming struct {
	Time     time.Time `json:"time"`
	Pipeline string    `json:"pipeline"`
	Path     string    `json:"path"`
	Schedule string    `json:"schedule"`
	Timezone string    `json:"timezone"`
}

// cronNext lists the n next times of each pipeline.
func (a *app) cronNext(paths []string, assignments values, n int, asJSON bool) error {
	m, err := thisMachine()
	if err != nil {
		return err
	}
	all := []coming{}
	var diags engine.Diagnostics
	for _, path := range paths {
		p, more, err := a.loadScheduled(path, assignments)
		if err != nil {
			return err
		}
		diags = append(diags, more...)
		if more.HasErrors() {
			continue
		}
		plan, err := m.plan(p)
		if err != nil {
			return err
		}
		for _, t := range times(plan, m.now, n) {
			all = append(all, coming{Time: t, Pipeline: p.Name, Path: path, Schedule: p.Schedule, Timezone: p.Timezone.String()})
		}
	}
	if asJSON && diags.HasErrors() {
		if err := a.printJSON(diags, true); err != nil {
			return err
		}
		return exit{exitConfig}
	}
	a.printDiagnostics(diags)
	if diags.HasErrors() {
		return exit{exitConfig}
	}
	slices.SortStableFunc(all, func(x, y coming) int { return x.Time.Compare(y.Time) })
	return a.printComing(all, asJSON)
}

// times gives the next n times of a plan.
func times(plan crontab.Plan, after time.Time, n int) []time.Time {
	var all []time.Time
	for range n {
		next, ok := plan.Next(after)
		if !ok {
			break
		}
		all = append(all, next)
		after = next
	}
	return all
}

func (a *app) printComing(all []coming, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(a.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(all)
	}
	for _, c := range all {
		if _, err := fmt.Fprintf(a.stdout, "%s  %s\n", c.Time.Format(time.RFC3339), c.Pipeline); err != nil {
			return err
		}
	}
	return nil
}

// cronDue says by the exit code whether a pipeline is to run now.
func (a *app) cronDue(path string, assignments values) error {
	m, err := thisMachine()
	if err != nil {
		return err
	}
	p, diags, err := a.loadScheduled(path, assignments)
	if err != nil {
		return err
	}
	if diags.HasErrors() {
		a.printDiagnostics(diags)
		return exit{exitConfig}
	}
	plan, err := m.plan(p)
	if err != nil {
		return err
	}
	if !plan.Due(m.now) {
		return exit{exitFailed}
	}
	return nil
}
