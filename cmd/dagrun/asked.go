package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// asked is how a command line wants to be answered, found out without its being
// right: what is wrong with it has to be told in that form too.
type asked struct {
	json  bool   // with --json or --format json
	lines bool   // one object a line, since more may come
	more  string // where to read on about the command
}

// streams are the commands whose --json prints an object a line.
var streams = []string{"run", "backfill", "logs"}

func askedBy(root *cobra.Command, args []string) asked {
	command, rest, err := root.Find(args)
	if err != nil || command.Name() == "help" { // there is no such command, or it is about another
		command, rest = root, args
	}
	a := asked{lines: slices.Contains(streams, command.Name()), more: more(command)}
	for i := 0; i < len(rest) && rest[i] != "--"; i++ {
		name, value, given := strings.Cut(rest[i], "=")
		if !given && takesValue(command, name) && i+1 < len(rest) {
			i++
			value = rest[i]
		}
		switch name {
		case "--json":
			on, err := strconv.ParseBool(value)
			a.json = on || err != nil
		case "--format":
			a.json = a.json || value == "json"
		}
	}
	return a
}

// takesValue reports whether the word behind a flag is its value.
func takesValue(c *cobra.Command, name string) bool {
	long, ok := strings.CutPrefix(name, "--")
	if !ok {
		return false
	}
	flag := c.Flags().Lookup(long)
	return flag != nil && flag.NoOptDefVal == ""
}
