package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/reuse"
	"dagrun/engine/runlog"
)

// unnoticed is how long the files of a run are compared without a word.
const unnoticed = 2 * time.Second

// takeUp finds the run that is to be taken up, and what of it stands. The
// pipeline is read once more, for that run's logical time. Where ctx ends while
// files are compared, the pipeline and the judge come with its error: they tell
// what was to be taken up.
func (a *app) takeUp(ctx context.Context, path string, p *config.Pipeline, stateDir string, l launch) (*config.Pipeline, *reuse.Judge, error) {
	const remedy = "take up another with --resume=RUN, or run without --resume"
	run, err := a.runToTakeUp(p, stateDir, l)
	if errors.Is(err, runlog.ErrUnreadable) {
		return nil, nil, failure{"The run to take up cannot be read", fmt.Errorf("--resume: %w; %s", err, remedy)}
	}
	if err != nil {
		return nil, nil, usageError{fmt.Errorf("--resume: %w", err)}
	}
	if run.Idle() {
		return nil, nil, usageError{fmt.Errorf("--resume: run %s ended as %s before it began: there is nothing to take up", run.ID, run.Finished.Result)}
	}
	l.date = run.Started.LogicalTime.Format(time.RFC3339Nano)
	if p, err = a.loadToRun(path, l); err != nil {
		return nil, nil, err
	}
	a.warnOfVariables(run, p)
	ledger, err := reuse.ReadLedger(run.ID, func(id string) iter.Seq2[engine.Event, error] {
		return runlog.Run{Dir: runlog.Dir(stateDir, p.Name, id)}.Events()
	})
	if err != nil {
		return nil, nil, failure{"The run to take up cannot be read", fmt.Errorf("read the run that is to be taken up: %w; %s", err, remedy)}
	}
	key, err := reuse.OpenKey(stateDir)
	if err != nil {
		return nil, nil, err
	}
	slow := time.AfterFunc(unnoticed, func() { a.say(fmt.Errorf("comparing the files of run %s with those that are there", run.ID)) })
	defer slow.Stop()
	judge, err := reuse.NewJudge(ctx, ledger, key, l.force)
	return p, judge, err
}

// runToTakeUp finds the run that is meant. The last one is not that of a few
// steps, unless few are asked for again: whoever mends one step and then goes on
// with the rest means the run that the rest is of.
func (a *app) runToTakeUp(p *config.Pipeline, stateDir string, l launch) (runlog.Run, error) {
	if l.resume != runlog.Latest || len(l.targets)+len(l.exclusions) > 0 {
		return runlog.Find(stateDir, p.Name, l.resume)
	}
	run, err := runlog.LatestWhole(stateDir, p.Name)
	if newest, other := runlog.Find(stateDir, p.Name, runlog.Latest); err == nil && other == nil && newest.ID != run.ID {
		_, _ = fmt.Fprintf(a.stderr, "dagrun: run %s was of some steps only (--target, --exclude); taking up run %s\n", newest.ID, run.ID)
	}
	return run, err
}

// warnOfVariables says which variables have other values than in the run that
// is taken up: a --var that was forgotten changes what the run is about.
func (a *app) warnOfVariables(run runlog.Run, p *config.Pipeline) {
	var before, now map[string]json.RawMessage
	masked := a.redactor.JSON(config.Masked(cty.ObjectVal(p.Variables)))
	if err := errors.Join(json.Unmarshal(run.Started.Variables, &before), json.Unmarshal(masked, &now)); err != nil {
		return // a damaged record does not keep the run from running
	}
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if was, ok := before[name]; ok && string(was) != string(now[name]) {
			_, _ = fmt.Fprintf(a.stderr, "dagrun: variable %s is %s, and was %s in run %s\n", name, now[name], was, run.ID)
		}
	}
}
