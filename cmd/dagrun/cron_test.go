package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"dagrun/engine/enginetest/crontab"
)

// withCrontab gives a script Debian's crontab program with an empty spool of
// its own; "withcrontab forbidden" gives one that refuses everybody.
func withCrontab(ts *testscript.TestScript, _ bool, args []string) {
	root, err := crontab.NewRoot(ts.Getenv("CRONTAB_ROOT"))
	ts.Check(err)
	if len(args) > 0 {
		ts.Check(root.Forbid())
	}
}

// withoutCrontab leaves nothing but dagrun in PATH.
func withoutCrontab(ts *testscript.TestScript, _ bool, _ []string) {
	dir := ts.MkAbs("only-dagrun")
	ts.Check(os.Mkdir(dir, 0o700))
	ts.Check(os.Symlink(lookPath(ts, "dagrun"), filepath.Join(dir, "dagrun")))
	ts.Setenv("PATH", dir)
}

// fromCron starts the first line of the spool that has a text in it, as cron
// does: from another folder, with cron's bare environment. It is to say nothing
// that cron would mail; with ! it is to fail and say why.
func fromCron(ts *testscript.TestScript, neg bool, args []string) {
	spool, err := os.ReadFile(crontab.Open(ts.Getenv("CRONTAB_ROOT")).Spool())
	ts.Check(err)
	for line := range strings.Lines(string(spool)) {
		fields := strings.SplitN(line, " ", 6)
		if len(fields) < 6 || strings.HasPrefix(line, "#") || !strings.Contains(line, args[0]) {
			continue
		}
		c := exec.Command("/bin/sh", "-c", strings.ReplaceAll(strings.TrimSpace(fields[5]), `\%`, "%"))
		c.Dir = "/"
		c.Env = []string{"HOME=/", "LOGNAME=tester", "SHELL=/bin/sh", "PATH=/usr/bin:/bin"}
		said, err := c.CombinedOutput()
		if failed := err != nil || len(said) > 0; failed && !neg {
			ts.Fatalf("%s: %v, and cron would mail: %s", fields[5], err, said)
		}
		if neg && (err == nil || len(said) == 0) {
			ts.Fatalf("%s: %v, and cron would mail: %q", fields[5], err, said)
		}
		return
	}
	ts.Fatalf("no line of the crontab has %s in it:\n%s", args[0], spool)
}
