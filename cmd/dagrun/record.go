package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/execute"
	"dagrun/engine/report"
	"dagrun/engine/runlog"
)

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

// recoverHistory closes the records of runs that died. The lock is held.
// History that cannot be read does not keep today's run from running, and that
// of another user is his to close.
func (a *app) recoverHistory(stateDir, pipeline string) {
	crashed, err := runlog.Recover(stateDir, pipeline, a.now)
	for _, run := range crashed {
		_, _ = fmt.Fprintf(a.stderr, "dagrun: run %s of %s had died while at work on %s; it is recorded as crashed\n",
			visible(run.ID), visible(pipeline), visible(report.AtWork(run.Finished.AtWork)))
	}
	if err != nil && !errors.Is(err, fs.ErrPermission) {
		a.say(err)
	}
}

// createLog begins the run's log. With --json its lines go to standard output
// as well.
func (a *app) createLog(p *config.Pipeline, stateDir string, l launch, watch func(engine.Event)) (*runlog.Writer, error) {
	subscriber := runlog.WithSubscriber(func(e engine.Event, line []byte) {
		if l.asJSON {
			_, _ = a.stdout.Write(line)
		}
		watch(e)
	})
	return runlog.Create(runlog.Dir(stateDir, p.Name, p.Run.ID), p.Run.ID,
		runlog.WithRedactor(a.redactor), runlog.WithClock(a.now), subscriber)
}

// recordOptions are what the record of any run has.
func (a *app) recordOptions() execute.Options {
	return execute.Options{Types: a.types, Redactor: a.redactor, Version: aboutThis().Version, Host: hostname(), PID: os.Getpid()}
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}

// unrecorded is the error of a run whose log cannot be written.
func unrecorded(err error, stateDir string) error {
	return failure{"The run cannot be recorded",
		fmt.Errorf("the run was stopped because it cannot be recorded: %w; %s", err, historyRemedy(err, stateDir))}
}

// historyRemedy says what to do about a history that cannot be written.
func historyRemedy(err error, stateDir string) string {
	kept := fmt.Sprintf("the history is kept in %s; ", stateDir)
	if remedy := engine.RoomRemedy(err); remedy != "" {
		return kept + strings.ToLower(remedy[:1]) + strings.TrimSuffix(remedy[1:], ".")
	}
	return kept + "make it writable, or choose another folder with --state-dir or DAGRUN_STATE_DIR"
}
