package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"dagrun/engine"
	"dagrun/engine/runlog"
)

// The exit codes of the command line.
const (
	exitOK      = 0
	exitFailed  = 1
	exitConfig  = 2
	exitDiffers = 3
	exitLocked  = 75 // EX_TEMPFAIL of sysexits.h: try later
	exitSIGHUP  = 129
	exitSIGINT  = 130
	exitSIGTERM = 143
)

// app is what the commands share.
type app struct {
	stdout, stderr io.Writer
	screen         terminal // what standard error and output are written to
	types          *engine.Registry
	redactor       *runlog.Redactor
	now            func() time.Time
	noColor        bool
	color          bool  // of standard error, once the flags are read
	results        *sink // standard output as it is, for what has been masked or has to come out as it went in
}

// exit is an error that says all there is to say by its code.
type exit struct{ code int }

// Error is never shown: what it means has been printed.
func (e exit) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// failure is an error that programs are told under a heading.
type failure struct {
	summary string
	err     error
}

// Error is the error without its heading.
func (f failure) Error() string { return f.err.Error() }

// Unwrap gives the error.
func (f failure) Unwrap() error { return f.err }

// run executes a command line and returns its exit code.
func run(args []string, stdout, stderr io.Writer, types *engine.Registry) int {
	return runAt(time.Now, args, stdout, stderr, types)
}

// runAt is run by any clock.
func runAt(now func() time.Time, args []string, stdout, stderr io.Writer, types *engine.Registry) int {
	redactor := new(runlog.Redactor)
	results, talk := &sink{to: stdout}, &sink{to: stderr}
	out, errs := redactor.Writer(results), redactor.Writer(harmless(talk))
	a := &app{stdout: out, stderr: errs, screen: terminal{stderr, stdout}, types: types, redactor: redactor, now: now, results: results}
	a.noteEnvironment(os.Environ())
	root := a.root()
	root.SetArgs(args)
	err := unknownCommand(root, root.Execute())
	code := a.report(err, askedBy(root, args))
	_ = out.Flush() // a sink takes everything
	if lost := results.lost(); lost != nil {
		_, _ = fmt.Fprintf(errs, "dagrun: standard output could not be written: %v\n", lost)
		code = max(code, exitFailed)
	}
	_ = errs.Flush()
	return code
}

// sink writes to a stream that may go away. What cannot be written is dropped:
// a run does not end because nobody listens.
type sink struct {
	to    io.Writer
	wrote bool
	err   error
}

// Write implements io.Writer and never fails.
func (s *sink) Write(p []byte) (int, error) {
	s.wrote = true
	if s.err == nil {
		_, s.err = s.to.Write(p)
	}
	return len(p), nil
}

// lost is why something was not written. A reader that went away, as head does,
// has what it wanted.
func (s *sink) lost() error {
	if errors.Is(s.err, syscall.EPIPE) {
		return nil
	}
	return s.err
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "dagrun",
		Short: "Run data pipelines that are declared in HCL",
		Long: "dagrun runs a data pipeline that one HCL file declares: no server, no scheduler.\n" +
			"CI checks the file with `dagrun validate`; cron starts `dagrun run`.",
		SilenceErrors: true, SilenceUsage: true, DisableSuggestions: true,
		PersistentPreRun: func(*cobra.Command, []string) { a.color = wantsColor(a.noColor, os.Stderr) },
	}
	root.PersistentFlags().BoolVar(&a.noColor, "no-color", false, "plain text, as with NO_COLOR in the environment")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usageError{wrongFlag(c, err)} })
	root.AddCommand(
		a.validateCommand(), a.runCommand(), a.planCommand(), a.backfillCommand(), a.runsCommand(), a.showCommand(), a.logsCommand(), a.reportCommand(),
		a.cronCommand(), a.graphCommand(), a.fmtCommand(), a.stepsCommand(), a.schemaCommand(), a.versionCommand(),
	)
	root.SetOut(a.stdout) // before what keeps it
	root.SetErr(a.stderr)
	addCompletionCommand(root)
	root.SetHelpCommand(helpCommand())
	wrapArgs(root)
	a.addCompletion(root)
	return root
}

func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// report prints an error that has not been printed, and gives the exit code.
func (a *app) report(err error, as asked) int {
	var done exit
	var usage usageError
	var refused refusal
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &done):
		return done.code
	case errors.As(err, &usage):
		return a.refuse("Wrong command line", sentence(err.Error())+" "+as.more, as)
	case errors.As(err, &refused):
		return a.refuse(refused.summary, refused.detail, as)
	}
	a.fail(err, as)
	return exitFailed
}

// fail prints an error that is nobody's mistake. A program that asked for JSON
// and has got nothing yet gets it there.
func (a *app) fail(err error, as asked) {
	if !as.json || a.results.wrote {
		_, _ = fmt.Fprintf(a.stderr, "dagrun: %v\n", err)
		return
	}
	f := failure{summary: "The command failed"}
	errors.As(err, &f)
	_ = a.printJSON(engine.Diagnostics{{Severity: engine.Error, Summary: f.summary, Detail: sentence(err.Error())}}, false)
}

// refuse prints why a command does nothing, in JSON where that is asked for.
func (a *app) refuse(summary, detail string, as asked) int {
	d := engine.Diagnostics{{Severity: engine.Error, Summary: summary, Detail: detail}}
	if as.json {
		_ = a.printJSON(d, !as.lines)
	} else {
		a.printDiagnostics(d)
	}
	return exitConfig
}

func sentence(s string) string {
	s = strings.ToUpper(s[:1]) + s[1:]
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// outColor is whether results are coloured.
func (a *app) outColor() bool { return wantsColor(a.noColor, os.Stdout) }

// wantsColor follows no-color.org and the CI convention.
func wantsColor(off bool, f *os.File) bool {
	if off || os.Getenv("NO_COLOR") != "" || isPlain() {
		return false
	}
	return isatty.IsTerminal(f.Fd())
}
