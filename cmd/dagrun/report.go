package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"dagrun/engine/report/page"
	"dagrun/engine/runlog"
)

// reportFlags are the flags of `dagrun report`.
type reportFlags struct {
	output   string
	stateDir string
}

func (a *app) reportCommand() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use:   "report RUN -o FILE.html",
		Short: "Write a run as an HTML page",
		Long: "Writes one self-contained HTML page about a run: graph, timeline, attempts, messages, errors,\n" +
			"arguments, outputs, files and the pictures that its steps wrote. It loads nothing and has no\n" +
			"script. RUN is what `dagrun show` takes. Times are in the time zone of this machine (TZ).\n\n" +
			"The page is made of the run log. A picture (PNG, JPEG, SVG) is in it as long as the file is\n" +
			"the one that the step wrote; what is left out is named.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeRun,
	}
	c.Flags().StringVarP(&f.output, "output", "o", "", "the file to write; - for standard output")
	c.Flags().StringVar(&f.stateDir, "state-dir", "", stateDirHelp)
	c.RunE = func(_ *cobra.Command, args []string) error {
		if f.output == "" {
			return usageError{errors.New("-o is missing: name the file to write, -o FILE.html, or -o - for standard output")}
		}
		return a.reportRun(args[0], f)
	}
	return c
}

func (a *app) reportRun(ref string, f reportFlags) error {
	_, run, status, err := a.find(f.stateDir, ref)
	if err != nil {
		return err
	}
	return a.writePage(f.output, func(out io.Writer) error { return a.pageOf(out, run, status) })
}

func (a *app) pageOf(out io.Writer, run runlog.Run, status string) error {
	return page.Run(out, run, page.Options{Status: status, Zone: time.Local, Mask: a.redactor.String, Now: a.now()})
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
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, data, 0o666) //nolint:gosec // it is there already
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	return renameio.WriteFile(path, data, 0o666) // and the user's umask: pages are made to be shown
}
