package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/report"
	"dagrun/engine/runlog"
)

// summaryFile is the environment variable that names the file whose Markdown
// GitHub shows for a step of a workflow, and summaryRoom how much it may have.
const (
	summaryFile = "GITHUB_STEP_SUMMARY"
	summaryRoom = 1 << 20
)

// junit is the file that --junit names, and what will stand in it.
type junit struct {
	path   string
	suites []*report.Suite
}

// check refuses a file that cannot be written, before anything runs.
func (j *junit) check(given bool) error {
	if !given {
		return nil
	}
	if j.path == "" {
		return errors.New("--junit is empty; name a file")
	}
	if err := checkWritten("--junit", j.path); err != nil {
		return err
	}
	dir := filepath.Dir(j.path)
	f, err := os.CreateTemp(dir, ".dagrun-junit-*")
	if failed := new(fs.PathError); errors.As(err, &failed) { // the name that was tried says nothing
		err = failed.Err
	}
	if err != nil {
		return fmt.Errorf("--junit %s cannot be written into the folder %s: %w; name a file in one that is writable", j.path, dir, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// writeJUnit writes the file that --junit names, if it does and there was a run,
// and passes on how the command ended. The file is there whole or not at all.
func (a *app) writeJUnit(j *junit, ended error) error {
	if j.path == "" || len(j.suites) == 0 && ended != nil {
		return ended
	}
	var document bytes.Buffer
	err := report.WriteSuites(&document, j.suites)
	if err == nil {
		err = renameio.WriteFile(j.path, document.Bytes(), 0o666)
	}
	if err == nil {
		return ended
	}
	a.say(fmt.Errorf("--junit %s could not be written: %w", j.path, err))
	if ended == nil {
		return exit{exitFailed}
	}
	return ended
}

// tellCI notes a run that has ended for --junit, and adds it to GitHub's summary.
// Neither changes how the run ended.
func (a *app) tellCI(p *config.Pipeline, stateDir string, l launch) {
	summary := os.Getenv(summaryFile)
	if l.junit.path == "" && summary == "" {
		return
	}
	record, err := recordOf(stateDir, p)
	if err != nil {
		a.say(fmt.Errorf("the run cannot be told to the CI server: %w", err))
		return
	}
	options := report.Options{Source: a.source(p)}
	if l.junit.path != "" {
		l.junit.suites = append(l.junit.suites, report.SuiteOf(record, options))
	}
	if summary == "" {
		return
	}
	if err := appendSummary(summary, report.Markdown(record, options), report.MarkdownHeading(record)); err != nil {
		a.say(fmt.Errorf("the file that %s names could not be written: %w", summaryFile, err))
	}
}

func recordOf(stateDir string, p *config.Pipeline) (runlog.Record, error) {
	run, err := runlog.Find(stateDir, p.Name, p.Run.ID)
	if err != nil {
		return runlog.Record{}, err
	}
	return run.Record()
}

// source gives the lines of a pipeline's file that a place is in, with what is
// known to be secret masked.
func (a *app) source(p *config.Pipeline) func(engine.Range) *engine.Snippet {
	return func(r engine.Range) *engine.Snippet {
		s := p.Snippet(r)
		if s != nil {
			s.Code = a.redactor.String(s.Code)
		}
		return s
	}
}

// appendSummary adds the first of some texts to a file for which there is still
// room in it.
func appendSummary(path string, texts ...string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600) //nolint:gosec // where GitHub wants it
	if err != nil {
		return err
	}
	info, err := f.Stat()
	for _, text := range texts {
		if err == nil && info.Size()+int64(len(text)) <= summaryRoom {
			_, err = f.WriteString(text)
			break
		}
	}
	return errors.Join(err, f.Close())
}
