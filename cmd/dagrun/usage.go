package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dagrun/engine"
)

// usageError is a command line that is wrong.
type usageError struct{ err error }

// Error says what is wrong with the command line.
func (e usageError) Error() string { return e.err.Error() }

// placeholders say what stands for the words of a usage line.
var placeholders = map[string]string{
	"PATH": "the path of a pipeline", "PATH...": "the path of a pipeline",
	"RUN": "a run, by its id, the beginning or end of its id, or latest",
}

// wrapArgs makes a wrong number of arguments a usage error, in our words: of a
// command and of all below it.
func wrapArgs(c *cobra.Command) {
	for _, sub := range c.Commands() {
		wrapArgs(sub)
	}
	check := c.Args
	if check == nil { // of dagrun itself
		return
	}
	c.Args = func(c *cobra.Command, args []string) error {
		if check(c, args) != nil {
			return usageError{wrongArguments(c, args)}
		}
		return nil
	}
}

// wrongArguments says what is wrong with the number of a command's arguments.
// None needs more than one.
func wrongArguments(c *cobra.Command, args []string) error {
	line := strings.TrimSuffix(c.UseLine(), " [flags]")
	_, words, _ := strings.Cut(c.Use, " ")
	word, _, _ := strings.Cut(words, " ")
	switch {
	case len(args) == 0:
		what := placeholders[word]
		if what == "" {
			what = strings.ReplaceAll(word, "|", " or ")
		}
		return fmt.Errorf("give %s: %s", what, line)
	case c.HasAvailableSubCommands():
		return noCommand(c, args[0])
	case c.Flags().Changed("resume") && len(args) == 2:
		run := args[0]
		if isFile(run) {
			run = args[1]
		}
		return fmt.Errorf("a run to take up is written with an equals sign: --resume=%s", run)
	case word == "":
		return fmt.Errorf("%q is one argument too many: %s takes none", args[0], line)
	}
	return fmt.Errorf("%q is one argument too many: %s", args[1], line)
}

// kinds say what a flag's value is by the type of the flag.
var kinds = map[string]string{"int": "a whole number", "bool": "true or false"}

// wrongFlag says what is wrong with a flag, where the words of the library that
// reads them are for programmers.
func wrongFlag(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var empty *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := engine.Nearest(unknown.GetSpecifiedName(), names); near != "" {
			return fmt.Errorf("%w. Did you mean --%s?", err, near)
		}
	case errors.As(err, &empty):
		what, _ := pflag.UnquoteUsage(empty.GetFlag())
		return fmt.Errorf("--%s needs a value: --%[1]s %s", empty.GetFlag().Name, strings.ToUpper(what))
	case errors.As(err, &invalid):
		f := invalid.GetFlag()
		if kind := kinds[f.Value.Type()]; kind != "" {
			return fmt.Errorf("--%s: %q is not %s", f.Name, invalid.GetValue(), kind)
		}
		return fmt.Errorf("--%s: %w", f.Name, invalid.Unwrap())
	}
	return err
}

// noCommand says that there is no such command below another, and which one may
// be meant.
func noCommand(c *cobra.Command, name string) error {
	var names []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	text := fmt.Sprintf("there is no command %q of %s.", name, c.CommandPath())
	if near := engine.Nearest(name, names); near != "" {
		text += fmt.Sprintf(" Did you mean %q?", near)
	}
	return errors.New(text)
}

// unknownCommand finds cobra's error about a word behind dagrun that is no command.
func unknownCommand(root *cobra.Command, err error) error {
	var name string
	if err == nil {
		return nil
	}
	if _, other := fmt.Sscanf(err.Error(), "unknown command %q for", &name); other != nil {
		return err
	}
	return usageError{noCommand(root, name)}
}

// more says where to read on about a command.
func more(c *cobra.Command) string {
	if c.HasAvailableSubCommands() {
		return fmt.Sprintf("`%s --help` lists commands and flags.", c.CommandPath())
	}
	return fmt.Sprintf("`%s --help` lists its flags.", c.CommandPath())
}
