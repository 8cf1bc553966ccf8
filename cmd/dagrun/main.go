// Command dagrun runs data pipelines that are declared in HCL.
//
// Each command has a file of its own; app holds what they share. Everything a
// person reads goes through a redactor first, so that a secret that was noted
// anywhere is masked everywhere.
package main

import (
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones on machines that have none installed

	"dagrun/steps"
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // a reader that goes away does not end a run
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, steps.All()))
}
