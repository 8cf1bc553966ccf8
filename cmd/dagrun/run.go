package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/execute"
	"dagrun/engine/report"
	"dagrun/engine/runlog"
)

// grace is how long a cancelled step may take to stop.
const grace = 10 * time.Second

// runFlags are the flags of `dagrun run`.
type runFlags struct {
	assignments *values
	date        string
	parallelism int
	asJSON      bool
	trigger     string
	stateDir    string
	lockTimeout string
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run PATH",
		Short: "Run a pipeline",
		Long: "Runs a pipeline once and records the run under .dagrun in its working directory.\n" +
			"Exit codes: 0 done (also when another run was under way and this one was skipped),\n" +
			"1 failed, 2 the pipeline or the command line is wrong, 75 locked,\n" +
			"130, 143 and 129 interrupted by SIGINT, SIGTERM and SIGHUP.",
		Args: cobra.ExactArgs(1),
	}
	f.assignments = addValueFlags(c)
	c.Flags().StringVar(&f.date, "date", "", "logical time, 2026-11-20 or 2026-11-20T08:00 in the pipeline's time zone (default now)")
	c.Flags().IntVar(&f.parallelism, "parallelism", 0, "steps at once (default: the pipeline's concurrency, else the number of CPUs)")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print the events of the run log as they happen")
	c.Flags().StringVar(&f.trigger, "trigger", string(engine.Manual), "what started the run: manual or cron")
	c.Flags().StringVar(&f.stateDir, "state-dir", "", "where the history is kept (default .dagrun in the working directory; also DAGRUN_STATE_DIR)")
	c.Flags().StringVar(&f.lockTimeout, "lock-timeout", "", "with on_overlap = \"wait\", how long to wait for another run (default: no limit)")
	c.RunE = func(c *cobra.Command, args []string) error {
		if c.Flags().Changed("date") && f.date == "" {
			return usageError{errors.New("--date is empty; write --date 2026-11-20 or --date 2026-11-20T08:00")}
		}
		if err := f.check(); err != nil {
			return usageError{err}
		}
		return a.runPipeline(args[0], f)
	}
	return c
}

func (f runFlags) check() error {
	if f.parallelism < 0 {
		return fmt.Errorf("--parallelism: %d is too small; the smallest value is 1", f.parallelism)
	}
	if err := engine.OneOf(f.trigger, []string{string(engine.Manual), string(engine.Cron)}); err != nil {
		return fmt.Errorf("--trigger: %w", err)
	}
	if f.lockTimeout != "" {
		if _, err := engine.ParseDuration(f.lockTimeout); err != nil {
			return fmt.Errorf("--lock-timeout: %w", err)
		}
	}
	return nil
}

func (a *app) runPipeline(path string, f runFlags) error {
	p, diags, err := a.load(path, *f.assignments, f.date, engine.Trigger(f.trigger))
	if err != nil {
		return err
	}
	if f.asJSON && diags.HasErrors() {
		if err := a.printJSON(diags, false); err != nil {
			return err
		}
	} else {
		a.printDiagnostics(diags)
	}
	if diags.HasErrors() {
		return exit{exitConfig}
	}
	if info, err := os.Stat(p.WorkingDir); err != nil || !info.IsDir() {
		a.printDiagnostics(engine.Diagnostics{{Severity: engine.Error, Summary: "No working directory",
			Detail: fmt.Sprintf("The pipeline's working_dir is %s, and there is no such folder. Make it, or correct working_dir in %s.", p.WorkingDir, path)}})
		return exit{exitConfig}
	}
	if err := p.ExportDotenv(os.Setenv); err != nil {
		return err
	}
	signals := catchSignals()
	defer signals.stop()
	stateDir := stateDirOf(f.stateDir, p.WorkingDir)
	limit, _ := engine.ParseDuration(f.lockTimeout) // checked with the flags; empty for no limit
	held, err := lock(signals.context(), stateDir, p.Name, p.OnOverlap, limit)
	switch {
	case errors.Is(err, errLocked):
		return a.overlap(p, stateDir, f)
	case signals.received() != nil:
		return exit{signals.code()}
	case err != nil:
		return fmt.Errorf("%w; the history is kept in %s: make it writable, or choose another folder with --state-dir or DAGRUN_STATE_DIR", err, stateDir)
	}
	defer func() { _ = held.Unlock() }()
	return a.runLocked(p, stateDir, f, signals)
}

// stateDirOf is where the history of a pipeline is kept.
func stateDirOf(flag, workingDir string) string {
	if flag == "" {
		flag = os.Getenv("DAGRUN_STATE_DIR")
	}
	if flag == "" {
		return filepath.Join(workingDir, ".dagrun")
	}
	if abs, err := filepath.Abs(flag); err == nil {
		return abs
	}
	return flag
}

// runLocked runs the pipeline while the lock is held.
func (a *app) runLocked(p *config.Pipeline, stateDir string, f runFlags, signals *signals) error {
	crashed, err := runlog.Recover(stateDir, p.Name, time.Now)
	for _, run := range crashed {
		_, _ = fmt.Fprintf(a.stderr, "dagrun: run %s had died while at work on %s; it is recorded as crashed\n", run.ID, list(run.Finished.AtWork))
	}
	if err != nil { // history that cannot be read does not keep today's run from running
		_, _ = fmt.Fprintf(a.stderr, "dagrun: %v\n", err)
	}
	dir := runlog.Dir(stateDir, p.Name, p.Run.ID)
	console := report.NewConsole(a.stderr, a.consoleOptions(p, dir))
	subscriber := runlog.WithSubscriber(func(e engine.Event, line []byte) {
		if f.asJSON {
			_, _ = a.stdout.Write(line)
		}
		console.Event(e)
	})
	log, err := runlog.Create(dir, p.Run.ID, runlog.WithRedactor(a.redactor), subscriber)
	if err != nil {
		return err
	}
	stopConsole := startConsole(console)
	result, err := execute.Run(p, a.executeOptions(p, f, log, signals))
	stopConsole()
	if err := errors.Join(err, log.Close()); err != nil {
		return fmt.Errorf("the run was stopped because it cannot be recorded: %w", err)
	}
	return a.end(p, result, stateDir, f, signals)
}

func (a *app) consoleOptions(p *config.Pipeline, dir string) report.Options {
	attempts := map[engine.Address]int{}
	for _, s := range p.Steps {
		attempts[s.Address] = s.Retry.MaxAttempts
	}
	return report.Options{Color: a.color, Log: filepath.Join(dir, runlog.FileName), Dir: p.WorkingDir, MaxAttempts: attempts}
}

// startConsole lets the console tell how far long steps have come.
func startConsole(c *report.Console) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

func (a *app) executeOptions(p *config.Pipeline, f runFlags, log *runlog.Writer, signals *signals) execute.Options {
	concurrency := runtime.NumCPU()
	if p.Concurrency > 0 {
		concurrency = p.Concurrency
	}
	if f.parallelism > 0 {
		concurrency = f.parallelism
	}
	return execute.Options{
		Types: a.types, Log: log, Redactor: a.redactor, Version: aboutThis().Version, Host: hostname(), PID: os.Getpid(),
		Concurrency: concurrency, Interrupt: signals.first, Kill: signals.second, Grace: grace,
	}
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}

// end prints the outputs, tidies the history and chooses the exit code.
func (a *app) end(p *config.Pipeline, result execute.Result, stateDir string, f runFlags, signals *signals) error {
	if !f.asJSON {
		for _, o := range result.Outputs {
			if _, err := fmt.Fprintf(a.stdout, "%s = %s\n", o.Name, o.Text()); err != nil {
				return err
			}
		}
	}
	if err := runlog.Prune(stateDir, p.Name, p.KeepRuns, p.KeepFor, time.Now()); err != nil {
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

// overlap records that this run found another under way.
func (a *app) overlap(p *config.Pipeline, stateDir string, f runFlags) error {
	var lines []runlog.Option
	lines = append(lines, runlog.WithRedactor(a.redactor))
	if f.asJSON {
		lines = append(lines, runlog.WithSubscriber(func(_ engine.Event, line []byte) { _, _ = a.stdout.Write(line) }))
	}
	log, err := runlog.Create(runlog.Dir(stateDir, p.Name, p.Run.ID), p.Run.ID, lines...)
	if err != nil {
		return err
	}
	skip := execute.Skipped(p, execute.Options{Version: aboutThis().Version, Host: hostname(), PID: os.Getpid()}, errLocked.Error())
	if err := errors.Join(log.Append(skip...), log.Close()); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(a.stderr, "dagrun: %v; this run of %s is skipped and recorded (on_overlap = %q)\n", errLocked, p.Name, p.OnOverlap)
	if p.OnOverlap == config.OverlapSkip {
		return nil
	}
	return exit{exitLocked}
}

func list(addresses []engine.Address) string {
	if len(addresses) == 0 {
		return "no step"
	}
	text := ""
	for i, a := range addresses {
		if i > 0 {
			text += ", "
		}
		text += a.String()
	}
	return text
}
