package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"dagrun/engine/report/page"
)

// reportFlags are the flags of `dagrun report`.
type reportFlags struct {
	output   string
	all      bool
	limit    int
	stateDir string
}

func (a *app) reportCommand() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use:   "report RUN -o FILE.html",
		Short: "Write a run, or the history, as an HTML page",
		Long: "Writes one self-contained HTML page about a run: graph, timeline, attempts, messages, errors,\n" +
			"arguments, outputs, files and the pictures that its steps wrote. It loads nothing and has no\n" +
			"script. RUN is what `dagrun show` takes. Times are in the time zone of this machine (TZ).\n\n" +
			"The page is made of the run log. A picture (PNG, JPEG, SVG) is in it as long as the file is\n" +
			"the one that the step wrote; what is left out is named.\n\n" +
			"With --all the page is about the newest runs of all pipelines, or of the one that is named\n" +
			"in the place of RUN: how each step ended in each run, and how long it took.",
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if f.all {
				return completePipeline(f.stateDir, args)
			}
			return completeRun(c, args, typed)
		},
	}
	c.Flags().StringVarP(&f.output, "output", "o", "", "`file` to write; - for standard output")
	c.Flags().BoolVar(&f.all, "all", false, "a page about many runs")
	c.Flags().IntVar(&f.limit, "limit", 50, "with --all: `number` of runs at most; 0 for all")
	c.Flags().StringVar(&f.stateDir, "state-dir", "", stateDirHelp)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := f.check(c, args); err != nil {
			return usageError{err}
		}
		if f.all {
			return a.reportAll(args, f)
		}
		return a.reportRun(args[0], f)
	}
	return c
}

// check checks the flags together.
func (f reportFlags) check(c *cobra.Command, args []string) error {
	switch {
	case f.output == "":
		return errors.New("-o is missing: name the file to write, -o FILE.html, or -o - for standard output")
	case f.limit < 0:
		return fmt.Errorf("--limit: %d is too small; the smallest value is 0, for all", f.limit)
	case c.Flags().Changed("limit") && !f.all:
		return errors.New("--limit goes with --all: a page about one run has no other limit")
	case len(args) == 0 && !f.all:
		return errors.New("name the run: dagrun report RUN, where RUN is an id, its beginning or end, or latest; with --all it is about many runs")
	case f.output == "-":
		return nil
	}
	return checkWritten("-o", f.output)
}

func (a *app) reportRun(ref string, f reportFlags) error {
	_, run, status, err := a.find(f.stateDir, ref)
	if err != nil {
		return err
	}
	return a.writePage(f.output, func(out io.Writer) error { return page.Run(out, run, a.pageOptions(status)) })
}

func (a *app) reportAll(args []string, f reportFlags) error {
	rows, err := a.rowsOf(strings.Join(args, ""), len(args) > 0, runsFlags{limit: f.limit, stateDir: f.stateDir})
	if err != nil {
		return err
	}
	return a.writePage(f.output, func(out io.Writer) error { return page.Index(out, rows, a.pageOptions("")) })
}

func (a *app) pageOptions(status string) page.Options {
	return page.Options{Status: status, Zone: time.Local, Mask: a.redactor.String, Now: a.now()}
}

// writePage writes a page to a file, or to standard output. What is on it has
// been masked text by text: to mask it once more would spoil pictures.
func (a *app) writePage(path string, write func(io.Writer) error) error {
	if path == "-" {
		return write(a.results)
	}
	var made bytes.Buffer
	if err := write(&made); err != nil {
		return err
	}
	if err := replaceFile(path, made.Bytes()); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// replaceFile writes a file that is there whole or not at all. A link stays a
// link, and into what is no file, such as a pipe, it writes.
func replaceFile(path string, data []byte) error {
	const mode = 0o666 // and the user's umask: pages are made to be shown
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		target = path
	}
	if info, err := os.Lstat(target); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(target, data, mode) // a pipe or device, or a link to what is not there yet
	}
	return renameio.WriteFile(target, data, mode)
}
