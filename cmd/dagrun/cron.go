package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"dagrun/engine"
	"dagrun/engine/config"
)

func (a *app) cronCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "cron",
		Short: "Have cron run pipelines at their schedules",
		Long: "dagrun is no daemon: cron starts it. These commands write the crontab lines that do so,\n" +
			"from the schedule and the timezone that a pipeline's file says.\n\n" +
			"Debian's cron, as most, goes by the time zone of the machine. A pipeline with the same\n" +
			"time gets its schedule as it is. Any other one gets a line that is started at the\n" +
			"schedule's minutes of every hour and asks `dagrun cron due` first, so that it runs at the\n" +
			"right hour in summer and in winter.\n\n" +
			"Exit codes: 0 done, 1 the crontab could not be read or written, 2 a pipeline or the\n" +
			"command line is wrong, and nothing was changed.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.cronPrintCommand(), a.cronInstallCommand(), a.cronRemoveCommand(), a.cronNextCommand(), a.cronDueCommand())
	return c
}

// aboutJobs says what print and install have in common.
const aboutJobs = "The line runs `dagrun run --trigger cron` with absolute paths, in the folder of the\n" +
	"pipeline's file, and appends what the run prints to a log: PIPELINE.cron.log in the state\n" +
	"folder, or --log. The other flags are those of `dagrun run`, and stand in the line.\n\n" +
	"cron starts with a bare environment, so what decides about the run now is written into\n" +
	"the line: DAGRUN_STATE_DIR, and DAGRUN_VAR_NAME for the variables that the pipeline\n" +
	"declares. Secrets are not, for a crontab is no place for them: a --var of a sensitive\n" +
	"variable is refused, and a DAGRUN_VAR_NAME of one is left out with a warning. Put them\n" +
	"into a file that the pipeline's dotenv names.\n"

func (a *app) cronPrintCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "print PATH...",
		Short: "Print the crontab lines of pipelines",
		Long:  "Prints the lines that `dagrun cron install` would put into your crontab, and changes nothing.\n\n" + aboutJobs,
		Args:  cobra.MinimumNArgs(1),
	}
	f := addCronFlags(c)
	c.RunE = func(_ *cobra.Command, paths []string) error { return a.cronPrint(paths, f) }
	return c
}

func (a *app) cronInstallCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "install PATH...",
		Short: "Put pipelines into your crontab",
		Long: "Puts the lines of each pipeline into your crontab, between two comments that name its file.\n" +
			"A pipeline that is there already gets its new lines in the same place; everything else in\n" +
			"the crontab stays as it is. A file that is not valid, or has no schedule, changes nothing.\n" +
			"Install again when you have changed a file's schedule or timezone, or moved dagrun.\n\n" + aboutJobs,
		Args: cobra.MinimumNArgs(1),
	}
	f := addCronFlags(c)
	c.RunE = func(_ *cobra.Command, paths []string) error { return a.cronInstall(paths, f) }
	return c
}

func (a *app) cronRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove PATH...",
		Short: "Take pipelines out of your crontab",
		Long: "Takes the lines of each pipeline out of your crontab, by the path of its file alone: the\n" +
			"file may be broken or gone. Everything else in the crontab stays as it is.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, paths []string) error { return a.cronRemove(paths) },
	}
}

// mostTimes is how many times of a pipeline `dagrun cron next` lists.
const mostTimes = 1000

func (a *app) cronNextCommand() *cobra.Command {
	var n int
	var asJSON bool
	c := &cobra.Command{
		Use:   "next PATH...",
		Short: "Say when pipelines will run",
		Long: "Lists the coming times of each pipeline, in the pipeline's time zone, the times of several\n" +
			"pipelines in one list with the earliest first. They are the times at which cron runs what\n" +
			"`dagrun cron install` puts into the crontab, also where the clock is changed:\n" +
			"a time that the clock shows twice in autumn comes once, and a time that it leaps over in\n" +
			"spring comes when the line is next started. Only a schedule whose minute or hour begins\n" +
			"with * follows the clock.",
		Args: cobra.MinimumNArgs(1),
	}
	assignments := addValueFlags(c)
	c.Flags().IntVarP(&n, "number", "n", 5, fmt.Sprintf("`number` of times of each pipeline, at most %d", mostTimes))
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	c.RunE = func(_ *cobra.Command, paths []string) error {
		switch {
		case n < 1:
			return usageError{fmt.Errorf("--number: %d is too small; the smallest value is 1", n)}
		case n > mostTimes:
			return usageError{fmt.Errorf("--number: %d is too large; the largest value is %d", n, mostTimes)}
		}
		return a.cronNext(paths, *assignments, n, asJSON)
	}
	return c
}

func (a *app) cronDueCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "due PATH",
		Short: "Say by the exit code whether a pipeline is to run now",
		Long: "Stands in crontab lines of pipelines whose time zone is not the machine's, which cron starts\n" +
			"more often than the schedule says. It prints nothing.\n" +
			"Exit codes: 0 the pipeline is due, 1 it is not, 2 it is wrong (and what is wrong is printed).\n" +
			"A line that is started late is still right, up to the line's next start.",
		Args: cobra.ExactArgs(1),
	}
	assignments := addValueFlags(c)
	c.RunE = func(_ *cobra.Command, paths []string) error { return a.cronDue(paths[0], *assignments) }
	return c
}

// cronFlags are the flags of `dagrun cron print` and `dagrun cron install`.
type cronFlags struct {
	assignments *values
	log         string
	run         launch // those that stand in the line
}

func addCronFlags(c *cobra.Command) *cronFlags {
	f := &cronFlags{assignments: addValueFlags(c), run: launch{trigger: string(engine.Cron)}}
	c.Flags().StringVar(&f.log, "log", "", "`file` to which the output of runs is appended (default PIPELINE.cron.log in the state folder)")
	f.run.addStateDir(c)
	c.Flags().IntVar(&f.run.parallelism, "parallelism", 0, "`number` of steps at once")
	c.Flags().StringVar(&f.run.lockTimeout, "lock-timeout", "", "`duration` to wait for a run that is under way before on_overlap decides")
	c.PreRunE = func(c *cobra.Command, _ []string) error {
		for _, name := range []string{"log", "state-dir", "lock-timeout"} {
			if flag := c.Flags().Lookup(name); flag.Changed && flag.Value.String() == "" {
				return usageError{fmt.Errorf("--%s is empty", name)}
			}
		}
		if err := f.run.settle(c); err != nil {
			return usageError{err}
		}
		return nil
	}
	return f
}

// loadScheduled reads a pipeline that must have a schedule.
func (a *app) loadScheduled(path string, assignments values) (*config.Pipeline, engine.Diagnostics, error) {
	p, diags, err := a.load(path, assignments, "", engine.Cron)
	if err == nil && !diags.HasErrors() && p.Schedule == "" {
		diags = append(diags, engine.Diagnostic{Severity: engine.Error, Summary: "No schedule",
			Detail: fmt.Sprintf("The pipeline %s in %s has no schedule, so there is nothing to tell cron. Set schedule in its pipeline block, such as schedule = \"0 8 * * *\".", p.Name, path)})
	}
	return p, diags, err
}
