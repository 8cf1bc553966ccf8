package crontab

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Job is a pipeline that cron runs.
type Job struct {
	// Path is the pipeline's file, or the folder of its files; Dir is the folder
	// in either case, where the run starts. All paths are absolute.
	Path, Dir string
	// Name and StateDir are the pipeline's name and the folder of its history:
	// together they are its lock's.
	Name, StateDir string
	Plan           Plan
	// Program is the executable of dagrun.
	Program string
	// Env has the environment variables of the run, as NAME=value.
	Env []string
	// Values are the flags that set variables, RunFlags the other ones of the
	// run.
	Values, RunFlags []string
	// Log is the file to which output is appended.
	Log string
}

// longest is how long the command of a line may be: Debian's cron refuses to
// install one of 999 bytes, and truncates none.
const longest = 998

// The command that every job runs; by it a block's lines are recognised.
const runs = " run --trigger cron "

// Block is what stands in a crontab for the job: the lines between two markers
// that name the pipeline's file, markers included.
//
// It sets nothing, since a setting in a crontab acts on all lines below it. Of
// what other people's settings above it do, it needs only that SHELL is a shell
// like sh. PATH, HOME, MAILTO and TZ do not matter: paths are absolute, the
// folder is set, output goes to the log, and dagrun takes the machine's zone
// from the machine.
func (j Job) Block() (string, error) {
	for _, text := range slices.Concat([]string{j.Path, j.Dir, j.StateDir, j.Program, j.Log}, j.Env, j.Values, j.RunFlags) {
		if at := unprintable.FindString(text); at != "" {
			return "", fmt.Errorf("%q has the character %q in it, which no line of a crontab can hold", text, at)
		}
	}
	command := j.command()
	if len(command) > longest {
		return "", fmt.Errorf("the command has %d bytes, and cron takes at most %d: %s", len(command), longest, command)
	}
	lines := []string{begin(j.Path), j.identity()}
	if j.Plan.Guarded() {
		lines = append(lines, fmt.Sprintf("%sit is to run at %s; the line fires more often and asks `dagrun cron due`", remark, j.Plan))
	}
	lines = append(lines, j.Plan.Schedule()+" "+command, end(j.Path))
	return strings.Join(lines, "\n") + "\n", nil
}

// identity is a remark that two blocks have alike if they share a lock.
func (j Job) identity() string {
	return fmt.Sprintf("%spipeline %s, history in %s", remark, j.Name, j.StateDir)
}

// command is what cron gives to the shell. The log's folder is made, since
// people who clear a history away do not mean to stop the pipeline; but only in
// a folder that is there, since nothing must appear where a disk is not mounted.
// What keeps the line from its log goes to cron, which mails it.
func (j Job) command() string {
	dagrun := []string{j.Program}
	if len(j.Env) > 0 {
		dagrun = append(append([]string{"/usr/bin/env"}, j.Env...), j.Program)
	}
	start := quoteAll(dagrun)
	values := ""
	if len(j.Values) > 0 {
		values = " " + quoteAll(j.Values)
	}
	run := start + runs + quote(j.Path) + values
	if len(j.RunFlags) > 0 {
		run += " " + quoteAll(j.RunFlags)
	}
	if j.Plan.Guarded() {
		run = start + " cron due " + quote(j.Path) + values + " && " + run
	}
	logs, here := filepath.Dir(j.Log), j.Dir
	ready := fmt.Sprintf("cd %s && /bin/mkdir -m 700 -p %s", quote(filepath.Dir(logs)), quote(logs))
	if filepath.Dir(logs) != here {
		ready += " && cd " + quote(here)
	}
	return fmt.Sprintf("%s && { %s; } >>%s 2>&1", ready, run, quote(j.Log))
}
