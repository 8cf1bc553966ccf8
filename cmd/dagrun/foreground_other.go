//go:build !unix

package main

import (
	"os"

	"dagrun/engine/report"
)

// inForeground reports whether the terminal is this process's to draw on.
func inForeground(*os.File) bool { return true }

// suspendAside does nothing where programs are not stopped from the terminal.
func suspendAside(*report.Console, <-chan struct{}) {}
