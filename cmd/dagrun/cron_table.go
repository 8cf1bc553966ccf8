package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dagrun/engine"
	"dagrun/engine/crontab"
)

var errTemporary = errors.New("this dagrun was made by `go run` and is gone when cron needs it; " +
	"install it with `go install ./cmd/dagrun`, and call that one")

// cronJobsHere makes the jobs of pipelines for this machine.
func (a *app) cronJobsHere(paths []string, f *cronFlags) (machine, []crontab.Job, error) {
	m, err := thisMachine()
	if err != nil {
		return m, nil, err
	}
	jobs, err := a.cronJobs(paths, f, m)
	return m, jobs, err
}

// cronPrint prints the blocks of pipelines.
func (a *app) cronPrint(paths []string, f *cronFlags) error {
	m, jobs, err := a.cronJobsHere(paths, f)
	if err != nil {
		return err
	}
	if m.temporary() {
		_, _ = fmt.Fprintf(a.stderr, "dagrun: %v\n", errTemporary)
	}
	for _, job := range jobs {
		block, err := job.Block()
		if err != nil {
			return err
		}
		if _, err := fmt.Fprint(a.stdout, block); err != nil {
			return err
		}
	}
	return nil
}

// cronInstall puts pipelines into the crontab of the user.
func (a *app) cronInstall(paths []string, f *cronFlags) error {
	m, jobs, err := a.cronJobsHere(paths, f)
	if err != nil {
		return err
	}
	if m.temporary() {
		return errTemporary
	}
	for _, job := range jobs {
		if err := openLog(job.Log); err != nil {
			return err
		}
	}
	put := func(table crontab.Table) (crontab.Table, error) { return a.putJobs(table, jobs) }
	changed, err := a.editCrontab(put)
	if err != nil {
		return err
	}
	for _, job := range jobs {
		told := "is in the crontab already"
		if changed {
			told = "is in the crontab"
		}
		next, _ := job.Plan.Next(m.now) // a schedule that never comes is not valid
		if _, err := fmt.Fprintf(a.stdout, "%s: pipeline %q %s; the next run is at %s\n", job.Path, job.Name, told, next.Format(time.RFC3339)); err != nil {
			return err
		}
	}
	return nil
}

// openLog opens a log as the crontab line would, so that what keeps it from
// being written is known before the crontab is changed.
func openLog(path string) error {
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		var f *os.File
		if f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600); err == nil { //nolint:gosec // where the user wants it
			err = f.Close()
		}
	}
	if err != nil {
		return fmt.Errorf("open the log of the runs: %w; choose another place with --log", err)
	}
	return nil
}

// putJobs puts jobs into a crontab, and warns of settings in it that could
// change what the lines do.
func (a *app) putJobs(table crontab.Table, jobs []crontab.Job) (crontab.Table, error) {
	for _, job := range jobs {
		if other := table.Sharing(job); other != "" {
			a.printDiagnostics(sharedLock(job, other))
			return table, exit{exitConfig}
		}
		block, err := job.Block()
		if err != nil {
			return table, err
		}
		if table, err = table.Put(job.Path, block); err != nil {
			return table, damaged(err)
		}
		a.printDiagnostics(doubtful(table.Settings(job.Path)))
	}
	return table, nil
}

func damaged(err error) error {
	return fmt.Errorf("the crontab is left as it is, because a part of it that dagrun has written is damaged: %w. "+
		"Mend it with `crontab -e`: delete what is left of the block, both markers included, and keep the lines that are yours", err)
}

// doubtful warns of settings above a block.
func doubtful(settings map[string]crontab.Setting) engine.Diagnostics {
	var diags engine.Diagnostics
	warn := func(s crontab.Setting, what string) {
		diags = append(diags, engine.Diagnostic{Severity: engine.Warning, Summary: "Setting in the crontab",
			Detail: fmt.Sprintf("Line %d of the crontab sets %s=%s for the lines below it, the pipeline's too. %s", s.Line, s.Name, s.Value, what)})
	}
	if s, ok := settings["DAGRUN_STATE_DIR"]; ok {
		warn(s, "Runs have their history and their lock there, unless the pipeline's line has --state-dir.")
	}
	if s, ok := settings["CRON_TZ"]; ok {
		warn(s, "Some crons, though not Debian's, take times for that zone's then, and the pipeline would be started at wrong times. Move the setting below the pipeline's block.")
	}
	shells := []string{"sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"}
	if s, ok := settings["SHELL"]; ok && !slices.Contains(shells, filepath.Base(s.Value)) {
		warn(s, "The pipeline's line is written for /bin/sh. Move the setting below the pipeline's block.")
	}
	return diags
}

// cronRemove takes pipelines out of the crontab of the user.
func (a *app) cronRemove(paths []string) error {
	var lines []string
	_, err := a.editCrontab(func(table crontab.Table) (crontab.Table, error) {
		for _, path := range paths {
			path, err := filepath.Abs(path)
			if err != nil {
				return table, err
			}
			rest, err := table.Remove(path)
			if err != nil {
				return table, damaged(err)
			}
			told := "is no longer in the crontab"
			if rest == table {
				told = "is not in the crontab; nothing to remove"
			}
			lines, table = append(lines, path+" "+told), rest
		}
		return table, nil
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.stdout, strings.Join(lines, "\n"))
	return err
}

// editCrontab changes the crontab of the user, and reports whether there was
// anything to change.
func (a *app) editCrontab(edit func(crontab.Table) (crontab.Table, error)) (changed bool, err error) {
	release, err := lockCrontab()
	if err != nil {
		return false, err
	}
	defer release()
	before, err := readCrontab()
	if err != nil {
		return false, err
	}
	after, err := edit(before)
	if err != nil || after == before {
		return false, err
	}
	if lines := before.MaskedReturns(); len(lines) > 0 {
		return false, fmt.Errorf("the crontab is left as it is: line %d ends in \\r, which is how crontab -l shows a carriage return, so that writing the crontab would change it. "+
			"Take carriage returns out of the crontab, as `dos2unix` does, and try again", lines[0])
	}
	return true, writeCrontab(after)
}
