package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"dagrun/engine"
	"dagrun/engine/report"
	"dagrun/engine/report/page"
	"dagrun/engine/runlog"
)

func (l *launch) addReport(c *cobra.Command, usage string) {
	c.Flags().StringVar(&l.report, "report", "", usage)
}

// checkReport finds what would keep the page from being written before anything
// is run.
func (l *launch) checkReport(c *cobra.Command) error {
	given := c.Flags().Lookup("report")
	if given == nil || !given.Changed {
		return nil
	}
	switch l.report {
	case "":
		return errors.New("--report is empty; name the file to write, --report FILE.html")
	case "-":
		return errors.New("--report needs a file, since standard output has the run's outputs; `dagrun report latest -o -` writes the page there")
	}
	return checkWritten("--report", l.report)
}

// checkWritten finds what would keep a file from being written that a flag names.
func checkWritten(flag, path string) error {
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("%s %s: there is no folder %s; make it, or name another file", flag, path, dir)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s %s: it is a folder; name a file in it", flag, path)
	}
	return nil
}

// runPage writes the page of a run that has ended, if one is wanted.
func (a *app) runPage(stateDir, pipeline, id string, l launch) error {
	if l.report == "" || l.trigger == string(engine.Backfill) {
		return nil
	}
	run, err := runlog.Find(stateDir, pipeline, id)
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	status := unfinished
	if run.Finished != nil {
		status = string(run.Finished.Result)
	}
	return a.writePage(l.report, func(out io.Writer) error { return page.Run(out, run, a.pageOptions(status)) })
}

// backfillPage writes the page about the runs of a backfill, if one is wanted:
// those that are newer than another. What it cannot read is not on it.
func (a *app) backfillPage(stateDir, pipeline, since string, l launch) error {
	if l.report == "" {
		return nil
	}
	var rows []report.Row
	for s, err := range runlog.Summaries(stateDir, pipeline) {
		if err == nil && s.ID <= since {
			break
		}
		if err == nil && s.Trigger == engine.Backfill {
			rows = append(rows, report.Row{Summary: s, Status: string(s.Result)})
		}
	}
	return a.writePage(l.report, func(out io.Writer) error { return page.Index(out, rows, a.pageOptions("")) })
}

// newestOf is the id of a pipeline's newest run; empty where there is none.
func newestOf(stateDir, pipeline string) string {
	for run, err := range runlog.History(stateDir, pipeline) {
		if err == nil || run.ID != "" {
			return run.ID
		}
	}
	return ""
}

// afterPage is how a command ends whose page may not have been written. That
// alone makes the exit code of a run that succeeded 1; it does not hide that of
// one that did not.
func (a *app) afterPage(end, lost error) error {
	var done exit
	switch {
	case lost == nil:
		return end
	case end == nil, errors.As(end, &done) && done.code == exitOK:
		return lost
	}
	a.say(lost)
	return end
}
