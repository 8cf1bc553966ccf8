package main

import (
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dagrun/engine/runlog"
	"dagrun/steps"
)

// commandTree lists every command of the program that does something, and those
// that only hold others.
func commandTree() []*cobra.Command {
	a := &app{stdout: io.Discard, stderr: io.Discard, types: steps.All(), redactor: new(runlog.Redactor), now: time.Now}
	root := a.root()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	var all []*cobra.Command
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		c.InitDefaultHelpFlag()
		all = append(all, c)
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
	return all
}

// words are those of a command behind the program's name.
func words(c *cobra.Command) []string { return strings.Fields(c.CommandPath())[1:] }
