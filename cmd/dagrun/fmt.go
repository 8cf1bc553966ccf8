package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"

	"github.com/google/renameio/v2"
	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"dagrun/engine/config"
)

// fmtFlags are the flags of `dagrun fmt`.
type fmtFlags struct{ check, diff, recursive bool }

func (a *app) fmtCommand() *cobra.Command {
	var f fmtFlags
	c := &cobra.Command{
		Use:   "fmt PATH...",
		Short: "Lay out HCL files in the canonical style",
		Long: "Lays out pipelines and files of values in the canonical style of HCL: indents and columns of\n" +
			"equals signs. Comments, line ends and what the files mean stay as they are. PATH is a file,\n" +
			"a folder whose *.hcl files are meant, or - for standard input, which goes to standard output.\n" +
			"The files that were changed are listed.\n\n" +
			"Files in JSON syntax (*.hcl.json) have no canonical style and are left alone. So is a file that\n" +
			"does not parse: it is reported.\n" +
			"Exit codes: 0 done, 1 a file could not be read or written, 2 a file does not parse or the\n" +
			"command line is wrong, 3 with --check when a file is not in the canonical style.",
		Args: cobra.MinimumNArgs(1),
	}
	c.Flags().BoolVar(&f.check, "check", false, "write nothing; list the files that would change, and exit with 3 if there are any")
	c.Flags().BoolVar(&f.diff, "diff", false, "print what changes as a unified diff instead of the names; it shows the source as it stands, secrets in it included")
	c.Flags().BoolVarP(&f.recursive, "recursive", "r", false, "go into the folders in a folder as well")
	c.RunE = func(c *cobra.Command, paths []string) error {
		switch {
		case !slices.Contains(paths, "-"):
			return a.format(paths, f)
		case len(paths) > 1:
			return usageError{errors.New("- stands for standard input and goes with no other path")}
		}
		return a.formatInput(c.InOrStdin(), f)
	}
	return c
}

// formatting is one call of `dagrun fmt`.
type formatting struct {
	*app
	fmtFlags

	done    map[string]bool // files, by the place that links lead to
	differs bool
	code    int // of the worst that went wrong
}

func (a *app) format(paths []string, f fmtFlags) error {
	w := &formatting{app: a, fmtFlags: f, done: map[string]bool{}}
	for _, path := range paths {
		for _, file := range w.find(path) {
			w.file(file)
		}
	}
	return w.result()
}

// result is the exit code of it all.
func (w *formatting) result() error {
	switch {
	case w.code != exitOK:
		return exit{w.code}
	case w.check && w.differs:
		return exit{exitDiffers}
	}
	return nil
}

// fail tells of something that keeps a file from being formatted; the others
// are.
func (w *formatting) fail(code int, err error) {
	w.say(err)
	w.code = max(w.code, code)
}

// file formats one file.
func (w *formatting) file(f hclFile) {
	if w.done[f.target] {
		return
	}
	w.done[f.target] = true
	src, err := os.ReadFile(f.target)
	if err != nil {
		w.fail(exitFailed, err)
		return
	}
	text, ok := w.layout(src, f.path)
	if !ok || bytes.Equal(src, text) {
		return
	}
	if !w.check {
		if err := replace(f.target, text); err != nil {
			w.fail(exitFailed, fmt.Errorf("%s could not be written and is as it was: %w", f.path, err))
			return
		}
	}
	w.tell(f.path, src, text)
}

// layout is the canonical layout of a text; where it does not parse, that is
// told.
func (w *formatting) layout(src []byte, name string) (text []byte, ok bool) {
	text, diags := config.Format(src, name, w.types)
	if diags.HasErrors() {
		w.printDiagnostics(diags)
		w.code = max(w.code, exitConfig)
		return nil, false
	}
	return text, true
}

// tell names a file that differs, or says how it does.
func (w *formatting) tell(path string, before, after []byte) {
	w.differs = true
	if w.diff {
		_, _ = w.stdout.Write(diff.Diff(path+".orig", before, path, after))
		return
	}
	_, _ = fmt.Fprintln(w.stdout, path)
}

// replace writes a file anew in one step, so that it is never there in part. Its
// permissions stay, and its owner where that may be kept. A file that may not be
// written is not replaced either.
func replace(path string, text []byte) error {
	old, err := os.OpenFile(path, os.O_WRONLY, 0) //nolint:gosec // the file that the user named
	if err != nil {
		return err
	}
	info, err := old.Stat()
	if err = errors.Join(err, old.Close()); err != nil {
		return err
	}
	f, err := renameio.NewPendingFile(path, renameio.WithExistingPermissions())
	if err != nil {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok {
		_ = f.Chown(int(owner.Uid), int(owner.Gid)) // only root may give a file away
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.CloseAtomicallyReplace()
	}
	return errors.Join(err, f.Cleanup())
}

// formatInput formats standard input.
func (a *app) formatInput(in io.Reader, f fmtFlags) error {
	src, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	const name = "<standard input>"
	w := &formatting{app: a, fmtFlags: f}
	text, ok := w.layout(src, name)
	switch {
	case !ok:
	case !f.check && !f.diff:
		_, err = a.results.Write(text)
	case !bytes.Equal(src, text):
		w.tell(name, src, text)
	}
	return errors.Join(err, w.result())
}
