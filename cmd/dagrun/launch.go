package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/execute"
	"dagrun/engine/report"
	"dagrun/engine/reuse"
	"dagrun/engine/runlog"
)

// grace is how long a cancelled step may take to stop.
const grace = 10 * time.Second

// launch says how to make a run of a pipeline.
type launch struct {
	assignments *values
	date        string
	parallelism int
	asJSON      bool
	trigger     string
	stateDir    string
	lockTimeout string
	resume      string // the run to take up, as a person names it; empty for none
	force       bool   // nothing is reused
	targets     []string
	exclusions  []string
	waits       bool   // for a run under way, whatever on_overlap says
	silent      bool   // about the pipeline's outputs
	report      string // the HTML page to write at the end; empty for none
	junit       *junit
	// done gives a run that makes this one needless; it is asked under the lock. It
	// may be nil.
	done func() string
}

// needless is the error of a run that was not made, for another has done it.
type needless struct{ run string }

// Error is never shown: who asks not to make needless runs says it.
func (n needless) Error() string { return "run " + n.run + " has done it" }

// addFlags adds the flags of every command that runs a pipeline.
func (l *launch) addFlags(c *cobra.Command) {
	l.assignments = addValueFlags(c)
	c.Flags().IntVar(&l.parallelism, "parallelism", 0, "`number` of steps at once (default: the pipeline's concurrency, else the number of CPUs)")
	c.Flags().BoolVar(&l.asJSON, "json", false, "print the events of the run log as they happen")
	l.addStateDir(c)
	l.addSelection(c)
	l.junit = new(junit)
	c.Flags().StringVar(&l.junit.path, "junit", "", "write what became of each step as JUnit's XML to a `file`, for CI servers")
	c.Flags().StringVar(&l.lockTimeout, "lock-timeout", "", "`duration` to wait for a run that is under way before on_overlap decides (default: not at all, with on_overlap = \"wait\" without end)")
}

func (l *launch) addSelection(c *cobra.Command) {
	c.Flags().StringArrayVar(&l.targets, "target", nil, "run the step or block with this `address`, and what it needs, and nothing else; may be repeated")
	c.Flags().StringArrayVar(&l.exclusions, "exclude", nil, "leave out the step or block with this `address`, and what needs it; may be repeated")
}

func (l *launch) addStateDir(c *cobra.Command) {
	c.Flags().StringVar(&l.stateDir, "state-dir", "", "`folder` where the history is kept (default .dagrun in the working directory; also DAGRUN_STATE_DIR)")
}

func (l *launch) addDate(c *cobra.Command) {
	c.Flags().StringVar(&l.date, "date", "", "logical `time`, 2026-11-20 or 2026-11-20T08:00 in the pipeline's time zone (default now)")
}

func (l *launch) addResume(c *cobra.Command) {
	c.Flags().StringVar(&l.resume, "resume", "", "take up the pipeline's last run, or the `run` that is named: what it did and what still stands is not done again")
	c.Flags().Lookup("resume").NoOptDefVal = runlog.Latest
	c.Flags().BoolVar(&l.force, "force", false, "with --resume, do everything again")
}

// settle checks the flags together, and fills in what follows from them.
func (l *launch) settle(c *cobra.Command) error {
	switch {
	case c.Flags().Changed("date") && l.date == "":
		return errors.New("--date is empty; write --date 2026-11-20 or --date 2026-11-20T08:00")
	case c.Flags().Changed("resume") && l.resume == "":
		return errors.New("--resume= names no run; write --resume for the last one")
	case l.resume != "" && l.date != "":
		return errors.New("--date and --resume exclude each other: a run that takes up another has its logical time")
	case l.force && l.resume == "":
		return errors.New("--force goes with --resume: a run that takes up no other does everything anyway")
	case c.Flags().Changed("parallelism") && l.parallelism < 1:
		return fmt.Errorf("--parallelism: %d is too small; the smallest value is 1", l.parallelism)
	}
	if err := l.checkReport(c); err != nil {
		return err
	}
	if l.lockTimeout != "" {
		if _, err := engine.ParseDuration(l.lockTimeout); err != nil {
			return fmt.Errorf("--lock-timeout: %w", err)
		}
	}
	if err := l.junit.check(c.Flags().Changed("junit")); err != nil {
		return err
	}
	if trigger := c.Flags().Lookup("trigger"); l.resume != "" && (trigger == nil || !trigger.Changed) {
		l.trigger = string(engine.Resume)
	}
	return nil
}

// launch runs a pipeline once, under its lock.
func (a *app) launch(path string, l launch, signals *signals) error {
	var p *config.Pipeline
	err := signals.untilFirst(func() (err error) {
		p, err = a.loadToRun(path, l)
		return err
	})
	if err != nil {
		return err
	}
	if err := p.ExportDotenv(os.Setenv); err != nil {
		return err
	}
	var mine turn
	err = signals.guard(func() (err error) {
		mine, err = a.takeTurn(path, p, l, signals)
		return err
	})
	if err != nil {
		return cannotBegin(err)
	}
	defer func() { _ = mine.held.Unlock() }()
	return a.runLocked(mine.pipeline, stateDirOf(l.stateDir, p.WorkingDir), l, mine.options, signals)
}

// cannotBegin gives an error that has no heading one.
func cannotBegin(err error) error {
	if errors.As(err, new(failure)) {
		return err
	}
	return failure{"The run cannot begin", err}
}

// turn is what a run has that may begin.
type turn struct {
	held     *flock.Flock
	pipeline *config.Pipeline
	options  execute.Options
}

// takeTurn waits for the lock, and gets everything ready under it.
func (a *app) takeTurn(path string, p *config.Pipeline, l launch, signals *signals) (mine turn, err error) {
	stateDir := stateDirOf(l.stateDir, p.WorkingDir)
	held, err := a.await(p, stateDir, l, signals)
	if err != nil {
		return turn{}, err
	}
	defer func() {
		if err != nil {
			_ = held.Unlock()
		}
	}()
	a.recoverHistory(stateDir, p.Name)
	if l.done != nil {
		if run := l.done(); run != "" {
			return turn{}, needless{run}
		}
	}
	mine = turn{held, p, a.recordOptions()}
	if mine.options.Key, err = reuse.OpenKey(stateDir); err != nil {
		return turn{}, err
	}
	if l.resume != "" {
		mine.pipeline, mine.options.Resume, err = a.takeUp(signals.context(), path, p, stateDir, l)
		switch {
		case signals.received() != nil && (err == nil || errors.Is(err, context.Canceled)): // nothing was done yet
			doing := "compared the files of run " + mine.options.Resume.Resumed()
			return turn{}, a.interrupted(mine.pipeline, stateDir, l, mine.options, doing, signals.code())
		case err != nil:
			return turn{}, err
		}
	}
	mine.options.Selection, err = a.expand(mine.pipeline, l)
	return mine, err
}

// await takes the pipeline's lock. Where it is not to be had, the error has said
// and recorded what that means.
func (a *app) await(p *config.Pipeline, stateDir string, l launch, signals *signals) (*flock.Flock, error) {
	patience := l.patience(p.OnOverlap)
	first := patience
	if patience == forever || patience > brief {
		first = brief
	}
	held, err := lock(signals.context(), stateDir, p.Name, first)
	if errors.Is(err, errLocked) && first != patience {
		_, _ = fmt.Fprintf(a.stderr, "dagrun: %v%s; waiting\n", errLocked, underWay(stateDir, p.Name))
		held, err = lock(signals.context(), stateDir, p.Name, patience)
	}
	switch {
	case err == nil:
		return held, nil
	case errors.Is(err, errLocked):
		return nil, a.overlap(p, stateDir, l)
	case signals.received() != nil:
		doing := "waited, for " + errLocked.Error() + underWay(stateDir, p.Name)
		return nil, a.interrupted(p, stateDir, l, a.recordOptions(), doing, signals.code())
	case errors.As(err, new(notAFile)):
		return nil, err
	}
	return nil, fmt.Errorf("%w; %s", err, historyRemedy(err, stateDir))
}

// expand settles the steps of a run that is about to begin, and which of them are
// part of it.
func (a *app) expand(p *config.Pipeline, l launch) (execute.Selection, error) {
	diags := p.Expand()
	if err := a.tell(diags, l.asJSON); err != nil {
		return execute.Selection{}, err
	}
	targets, err := typedAddresses("target", l.targets)
	exclusions, more := typedAddresses("exclude", l.exclusions)
	if err = errors.Join(err, more); err != nil {
		return execute.Selection{}, usageError{err}
	}
	selection, err := execute.Select(p, targets, exclusions)
	if err != nil {
		return selection, usageError{err}
	}
	return selection, nil
}

// tell says what is wrong with a pipeline; the error is there when it cannot run.
func (a *app) tell(diags engine.Diagnostics, asJSON bool) error {
	if asJSON && diags.HasErrors() {
		if err := a.printJSON(diags, false); err != nil {
			return err
		}
	} else {
		a.printDiagnostics(diags)
	}
	if diags.HasErrors() {
		return exit{exitConfig}
	}
	return nil
}

// loadToRun reads a pipeline that is to run now, and says what is wrong with it.
func (a *app) loadToRun(path string, l launch) (*config.Pipeline, error) {
	p, diags, err := a.load(path, *l.assignments, l.date, engine.Trigger(l.trigger))
	if err != nil {
		return nil, err
	}
	if !diags.HasErrors() {
		diags = append(diags, checkWorkingDir(p, path)...)
	}
	if err := a.tell(diags, l.asJSON); err != nil {
		return nil, err
	}
	return p, nil
}

// checkWorkingDir reports a working directory that is not there.
func checkWorkingDir(p *config.Pipeline, path string) engine.Diagnostics {
	if info, err := os.Stat(p.WorkingDir); err == nil && info.IsDir() {
		return nil
	}
	return engine.Diagnostics{{Severity: engine.Error, Summary: "No working directory",
		Detail: fmt.Sprintf("The pipeline's working_dir is %s, and there is no such folder. Make it, or correct working_dir in %s.", p.WorkingDir, path)}}
}

// runLocked runs the pipeline while the lock is held.
func (a *app) runLocked(p *config.Pipeline, stateDir string, l launch, o execute.Options, signals *signals) error {
	id, err := runlog.NewID(stateDir, p.Name, p.Run.StartedAt)
	if err != nil {
		return err
	}
	p.Run.ID = id
	dir := runlog.Dir(stateDir, p.Name, p.Run.ID)
	options := a.consoleOptions(p, l, dir)
	console := report.NewConsole(a.stderr, options)
	log, err := a.createLog(p, stateDir, l, console.Event)
	if err != nil {
		return unrecorded(err, stateDir)
	}
	o.Log, o.Concurrency, o.Grace = log, l.concurrency(p), grace
	result, err := present(console, options.Terminal != nil, signals, func(interrupt, kill <-chan struct{}) (execute.Result, error) {
		o.Interrupt, o.Kill = interrupt, kill
		return execute.Run(p, o)
	})
	err = errors.Join(err, log.Close())
	if lost := runlog.Sweep(dir); lost != nil { // of attempts that were given up
		_, _ = fmt.Fprintf(a.stderr, "dagrun: %v\n", lost)
	}
	a.tellCI(p, stateDir, l)
	if err != nil {
		return unrecorded(err, stateDir)
	}
	lost := a.runPage(stateDir, p.Name, id, l)
	return a.afterPage(a.end(p, result, stateDir, l, signals), lost)
}

// concurrency is how many steps run at once.
func (l launch) concurrency(p *config.Pipeline) int {
	switch {
	case l.parallelism > 0:
		return l.parallelism
	case p.Concurrency > 0:
		return p.Concurrency
	}
	return runtime.NumCPU()
}

// end prints the outputs, tidies the history and chooses the exit code.
func (a *app) end(p *config.Pipeline, result execute.Result, stateDir string, l launch, signals *signals) error {
	if !l.asJSON && !l.silent {
		for _, o := range result.Outputs {
			if _, err := fmt.Fprintf(harmless(a.stdout), "%s = %s\n", o.Name, o.Text()); err != nil {
				return err
			}
		}
	}
	if err := runlog.Prune(stateDir, p.Name, p.KeepRuns, p.KeepFor, a.now()); err != nil {
		_, _ = fmt.Fprintf(a.stderr, "dagrun: %v\n", err)
	}
	switch result.Result {
	case engine.RunSucceeded:
		return nil
	case engine.RunCancelled:
		return exit{signals.code()}
	}
	return exit{exitFailed}
}
