package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"dagrun/engine"
)

func (a *app) runCommand() *cobra.Command {
	var l launch
	c := &cobra.Command{
		Use:   "run PATH",
		Short: "Run a pipeline",
		Long: "Runs a pipeline once and records the run under .dagrun in its working directory.\n" +
			"PATH is its file, or a folder whose .hcl files are one pipeline.\n" +
			"Exit codes: 0 done (also when another run was under way and this one was skipped),\n" +
			"1 failed, 2 the pipeline or the command line is wrong, 75 locked,\n" +
			"130, 143 and 129 interrupted by SIGINT, SIGTERM and SIGHUP.",
		Args: cobra.ExactArgs(1),
	}
	l.addFlags(c)
	l.addDate(c)
	c.Flags().StringVar(&l.trigger, "trigger", string(engine.Manual), "`cause` of the run: manual or cron")
	l.addResume(c)
	l.addReport(c, "write an HTML page about the run to this `file`, whatever its result; where only that fails, the exit code is 1")
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := engine.OneOf(l.trigger, []string{string(engine.Manual), string(engine.Cron)}); err != nil {
			return usageError{fmt.Errorf("--trigger: %w", err)}
		}
		if err := l.settle(c); err != nil {
			return usageError{err}
		}
		signals := catchSignals()
		defer signals.stop()
		return a.writeJUnit(l.junit, a.launch(args[0], l, signals))
	}
	return c
}
