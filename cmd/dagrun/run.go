package main

import (
	"errors"

	"github.com/spf13/cobra"

	"dagrun/engine"
)

func (a *app) runCommand() *cobra.Command {
	var l launch
	c := &cobra.Command{
		Use:   "run PATH",
		Short: "Run a pipeline",
		Long: "Runs a pipeline once and records the run under .dagrun in its working directory.\n" +
			"Exit codes: 0 done (also when another run was under way and this one was skipped),\n" +
			"1 failed, 2 the pipeline or the command line is wrong, 75 locked,\n" +
			"130, 143 and 129 interrupted by SIGINT, SIGTERM and SIGHUP.",
		Args: cobra.ExactArgs(1),
	}
	l.addFlags(c)
	c.Flags().StringVar(&l.date, "date", "", "logical time, 2026-11-20 or 2026-11-20T08:00 in the pipeline's time zone (default now)")
	c.Flags().StringVar(&l.trigger, "trigger", string(engine.Manual), "what started the run: manual or cron")
	c.Flags().StringVar(&l.resume, "resume", "", "take up the pipeline's last run, or the one named: what it did and what still stands is not done again")
	c.Flags().Lookup("resume").NoOptDefVal = latest
	c.Flags().BoolVar(&l.force, "force", false, "with --resume, do everything again")
	c.RunE = func(c *cobra.Command, args []string) error {
		if c.Flags().Changed("date") && l.date == "" {
			return usageError{errors.New("--date is empty; write --date 2026-11-20 or --date 2026-11-20T08:00")}
		}
		if l.resume != "" && !c.Flags().Changed("trigger") {
			l.trigger = string(engine.Resume)
		}
		if err := l.check(); err != nil {
			return usageError{err}
		}
		signals := catchSignals()
		defer signals.stop()
		return a.launch(args[0], l, signals)
	}
	return c
}
