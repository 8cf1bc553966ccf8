package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/crontab"
	"dagrun/engine/runlog"
)

// cronJobs makes the jobs of pipelines and prints what there is to say about
// them. Where something is wrong there are none.
func (a *app) cronJobs(paths []string, f *cronFlags, m machine) ([]crontab.Job, error) {
	var jobs []crontab.Job
	var all engine.Diagnostics
	for _, path := range paths {
		p, diags, err := a.loadScheduled(path, *f.assignments)
		if err != nil {
			return nil, err
		}
		all = append(all, diags...)
		if diags.HasErrors() {
			continue
		}
		job, diags, err := a.cronJob(path, p, f, m)
		if err != nil {
			return nil, err
		}
		all = append(all, diags...)
		all = append(all, sharing(jobs, job)...)
		jobs = append(jobs, job)
	}
	a.printDiagnostics(all)
	if all.HasErrors() {
		return nil, exit{exitConfig}
	}
	return jobs, nil
}

// sharing refuses a pipeline that would take the lock of another.
func sharing(jobs []crontab.Job, job crontab.Job) engine.Diagnostics {
	for _, other := range jobs {
		if other.Path != job.Path && other.Name == job.Name && other.StateDir == job.StateDir {
			return sharedLock(job, other.Path)
		}
	}
	return nil
}

func sharedLock(job crontab.Job, other string) engine.Diagnostics {
	return engine.Diagnostics{{Severity: engine.Error, Summary: "Two pipelines of one name",
		Detail: fmt.Sprintf("%s and %s both hold a pipeline %q with its history in %s: they would share one lock and one history, and one would be skipped while the other runs. "+
			"Rename one, give one another --state-dir, or take the other out with `dagrun cron remove`.", job.Path, other, job.Name, job.StateDir)}}
}

// cronJob makes the job of one pipeline.
func (a *app) cronJob(path string, p *config.Pipeline, f *cronFlags, m machine) (crontab.Job, engine.Diagnostics, error) {
	plan, err := m.plan(p)
	if err != nil {
		return crontab.Job{}, nil, err
	}
	given := cronStateDir(f.run.stateDir, p)
	job := crontab.Job{
		Dir: p.Dir, Name: p.Name, StateDir: stateDirOf(given, p.WorkingDir), Plan: plan, Program: m.program,
		RunFlags: f.passedOn(),
	}
	if given != "" {
		job.RunFlags = append([]string{"--state-dir", job.StateDir}, job.RunFlags...)
	}
	if job.Path, err = filepath.Abs(path); err != nil {
		return job, nil, err
	}
	if job.Log, err = filepath.Abs(f.log); err != nil {
		return job, nil, err
	}
	if f.log == "" {
		job.Log = filepath.Join(job.StateDir, runlog.PathName(p.Name)+".cron.log")
	}
	var diags, more engine.Diagnostics
	if job.Values, diags, err = a.valueFlags(*f.assignments, p); err != nil {
		return job, nil, err
	}
	job.Env, more = a.carriedOver(p)
	diags = append(diags, more...)
	if _, err := job.Block(); err != nil && !diags.HasErrors() {
		diags = append(diags, engine.Diagnostic{Severity: engine.Error, Summary: "No crontab line",
			Detail: fmt.Sprintf("The pipeline %s in %s cannot be told to cron: %v. Rename or move what is named there, or choose other values.", p.Name, path, err)})
	}
	return job, diags, nil
}

// cronStateDir is the folder of the history that is asked for by the flag, the
// environment or a dotenv file; empty when none of them does.
func cronStateDir(flag string, p *config.Pipeline) string {
	const name = "DAGRUN_STATE_DIR"
	dir := flag
	if dir == "" {
		dir = os.Getenv(name)
	}
	_ = p.ExportDotenv(func(n, value string) error { // it gives none that is in the environment
		if n == name && dir == "" {
			dir = value
		}
		return nil
	})
	return dir
}

// passedOn are the flags of the run beside those that set variables.
func (f *cronFlags) passedOn() []string {
	var flags []string
	if f.run.parallelism > 0 {
		flags = append(flags, "--parallelism", strconv.Itoa(f.run.parallelism))
	}
	if f.run.lockTimeout != "" {
		flags = append(flags, "--lock-timeout", f.run.lockTimeout)
	}
	return flags
}

// valueFlags writes --var and --var-file for the line, and refuses secrets.
func (a *app) valueFlags(assignments values, p *config.Pipeline) ([]string, engine.Diagnostics, error) {
	var flags []string
	var diags engine.Diagnostics
	for _, given := range assignments {
		if given.File != "" {
			file, err := filepath.Abs(given.File)
			if err != nil {
				return nil, nil, err
			}
			flags = append(flags, "--var-file", file)
			continue
		}
		if a.secretVariable(p, given.Name, given.Value) {
			diags = append(diags, engine.Diagnostic{Severity: engine.Error, Summary: "Secret for a crontab",
				Detail: fmt.Sprintf("--var gives the variable %q a secret, and crontabs and lists of processes are no place for secrets. "+
					"Write DAGRUN_VAR_%s=… into a file that the pipeline's dotenv names, or use --var-file.", given.Name, given.Name)})
		}
		flags = append(flags, "--var", given.Name+"="+given.Value)
	}
	return flags, diags, nil
}

// carriedOver are the variables of the environment that decide about the run,
// and that cron does not know.
func (a *app) carriedOver(p *config.Pipeline) ([]string, engine.Diagnostics) {
	var env []string
	var diags engine.Diagnostics
	for name := range p.Variables {
		value, ok := os.LookupEnv("DAGRUN_VAR_" + name)
		switch {
		case !ok:
		case a.secretVariable(p, name, value):
			diags = append(diags, engine.Diagnostic{Severity: engine.Warning, Summary: "Secret not carried over",
				Detail: fmt.Sprintf("DAGRUN_VAR_%s in the environment holds a secret. cron will not know it, and a crontab is no place for it: write it into a file that the pipeline's dotenv names.", name)})
		default:
			env = append(env, "DAGRUN_VAR_"+name+"="+value)
		}
	}
	slices.Sort(env)
	slices.SortFunc(diags, func(x, y engine.Diagnostic) int { return strings.Compare(x.Detail, y.Detail) })
	return env, diags
}

// secretVariable reports whether a value of a variable must not stand in a
// crontab: the pipeline or the name says that it is secret, or it has a secret
// in it, such as the password of a URL.
func (a *app) secretVariable(p *config.Pipeline, name, value string) bool {
	return p.Variables[name].HasMark(engine.Sensitive) || config.LooksSecret(name) || a.redactor.String(value) != value
}
