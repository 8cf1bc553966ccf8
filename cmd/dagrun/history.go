package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dagrun/engine"
	"dagrun/engine/runlog"
)

// What a run without a last event is called: its process is at work, or that
// cannot be told and its record could not be closed.
const (
	running    = "running"
	unfinished = "unfinished"
)

// refusal is an error about what a command was asked for.
type refusal struct{ summary, detail string }

// Error is the refusal in one line.
func (r refusal) Error() string { return r.summary + ": " + r.detail }

// history is the folder of the runs of some pipelines, and what is known of
// those that have not ended.
type history struct {
	dir    string
	newest map[string]string // by pipeline: its newest run that was not idle
	alive  map[string]bool   // whether that is under way
}

const stateDirHelp = "`folder` where the history is (default the nearest .dagrun in this folder or above it; also DAGRUN_STATE_DIR)"

// openHistory finds the history: where it is told to, else in the nearest
// .dagrun, as git finds its folder.
func openHistory(flag string) (*history, error) {
	dir, err := historyDir(flag)
	if err != nil {
		return nil, err
	}
	return historyIn(dir), nil
}

func historyIn(dir string) *history {
	return &history{dir: dir, newest: map[string]string{}, alive: map[string]bool{}}
}

func historyDir(flag string) (string, error) {
	const remedy = "A run makes it in its pipeline's working directory; name another folder with --state-dir or DAGRUN_STATE_DIR."
	if flag != "" || os.Getenv("DAGRUN_STATE_DIR") != "" {
		dir := stateDirOf(flag, "")
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return "", refusal{"No history", fmt.Sprintf("There is no folder %s. %s", dir, remedy)}
		}
		return dir, nil
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for at := here; ; at = filepath.Dir(at) {
		dir := filepath.Join(at, ".dagrun")
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir, nil
		}
		if at == filepath.Dir(at) {
			return "", refusal{"No history", fmt.Sprintf("There is no folder .dagrun in %s or above it. %s", here, remedy)}
		}
	}
}

// look closes the records of a pipeline's dead runs, and finds out whether one
// is under way. The lock is tried only where the newest run has not ended, so
// that who looks is not in the way of a run that begins.
func (a *app) look(h *history, pipeline string) {
	h.newest[pipeline] = ""
	for run, err := range runlog.History(h.dir, pipeline) {
		if err != nil || run.Idle() {
			continue // what cannot be read is told when it is listed
		}
		if h.newest[pipeline] = run.ID; run.Finished == nil {
			h.alive[pipeline] = a.closeDead(h.dir, pipeline)
		}
		return
	}
}

// closeDead closes the records of dead runs, unless the lock says that one is
// alive.
func (a *app) closeDead(stateDir, pipeline string) (alive bool) {
	held, err := tryLock(stateDir, pipeline)
	if err != nil {
		return errors.Is(err, errLocked)
	}
	defer func() { _ = held.Unlock() }()
	a.recoverHistory(stateDir, pipeline)
	return false
}

// say tells of something that did not keep a command from its work.
func (a *app) say(err error) {
	_, _ = fmt.Fprintf(a.stderr, "dagrun: %s\n", visibleLines(err.Error()))
}

// status is a run's result, or what there is instead. A run that is newer than
// the newest began since.
func (h *history) status(pipeline, id string, result engine.RunResult) string {
	newest := h.newest[pipeline]
	switch {
	case result != "":
		return string(result)
	case id > newest, id == newest && h.alive[pipeline]:
		return running
	}
	return unfinished
}

// find gives the run that a reference names, and its status.
func (a *app) find(stateDir, ref string) (*history, runlog.Run, string, error) {
	h, err := openHistory(stateDir)
	if err != nil {
		return nil, runlog.Run{}, "", err
	}
	run, err := runlog.Find(h.dir, "", ref)
	if err == nil && run.Finished == nil {
		a.look(h, run.Pipeline())
		run, err = runlog.Find(h.dir, run.Pipeline(), run.ID)
	}
	if err != nil {
		summary := "No such run"
		if errors.Is(err, runlog.ErrAmbiguous) {
			summary = "Ambiguous run"
		}
		return nil, run, "", refusal{summary, fmt.Sprintf("RUN %s: %v. `dagrun runs` lists the runs.", visible(ref), strings.TrimSuffix(err.Error(), "."))}
	}
	var result engine.RunResult
	if run.Finished != nil {
		result = run.Finished.Result
	}
	return h, run, h.status(run.Pipeline(), run.ID, result), nil
}

// completeRun offers what a RUN can be: short ids, and longer ones where more
// has been typed.
func completeRun(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	const most = 50
	h, err := openHistory(c.Flag("state-dir").Value.String())
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	offers := []string{runlog.Latest + "\tthe newest run that began"}
	for s, err := range runlog.Summaries(h.dir, "") {
		if err != nil {
			continue
		}
		name := s.Short
		if !strings.HasPrefix(name, typed) {
			name = s.ID
		}
		if strings.HasPrefix(name, typed) {
			offers = append(offers, fmt.Sprintf("%s\t%s %s %s", name, s.Pipeline, s.LogicalTime.Format(time.DateOnly), s.Result))
		}
		if len(offers) > most {
			break
		}
	}
	return offers, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}
