package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dagrun/engine"
	"dagrun/engine/config"
)

// mostOffers is how many words are offered at once: more nobody looks through.
const mostOffers = 200

const noFiles = cobra.ShellCompDirectiveNoFileComp

// addCompletion tells the shell what can stand where, on every command: a
// command's arguments by its usage line, the values of flags by their names.
func (a *app) addCompletion(c *cobra.Command) {
	for _, sub := range c.Commands() {
		a.addCompletion(sub)
	}
	if c.ValidArgsFunction == nil && len(c.ValidArgs) == 0 {
		c.ValidArgsFunction = argumentsOf(c)
	}
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if complete := a.valuesOf(c, f); complete != nil {
			_ = c.RegisterFlagCompletionFunc(f.Name, complete) // one that has its own keeps it
		}
	})
}

// argumentsOf is what can stand behind a command.
func argumentsOf(c *cobra.Command) cobra.CompletionFunc {
	_, usage, _ := strings.Cut(c.Use, " ")
	what, _, _ := strings.Cut(usage, " ")
	switch what {
	case "PATH...":
		return completePaths
	case "PATH":
		return func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, noFiles
			}
			return completePaths(c, args, typed)
		}
	case "RUN":
		return completeRun
	}
	return cobra.NoFileCompletions
}

// completePaths has the shell offer .hcl and .json files, and folders on the way to them.
func completePaths(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"hcl", "json"}, cobra.ShellCompDirectiveFilterFileExt
}

// valuesOf is what can be the value of a flag; nil where any file can.
func (a *app) valuesOf(c *cobra.Command, f *pflag.Flag) cobra.CompletionFunc {
	switch f.Name {
	case "format":
		return cobra.FixedCompletions(formatsOf(c), noFiles)
	case "trigger":
		return cobra.FixedCompletions([]string{string(engine.Manual), string(engine.Cron)}, noFiles)
	case "result":
		return cobra.FixedCompletions(statuses, noFiles)
	case "resume":
		return func(c *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
			return completeRun(c, nil, typed)
		}
	case "step":
		return completeStep
	case "target", "exclude":
		return a.completeAddress
	case "var":
		return a.completeVariable
	case "var-file":
		return completePaths
	case "state-dir":
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	case "log", "junit", "report", "output":
		return nil
	}
	return cobra.NoFileCompletions
}

// formatsOf are the values of a command's --format.
func formatsOf(c *cobra.Command) []string {
	if c.Name() == "graph" {
		return graphFormats
	}
	return validateFormats
}

// outlineOf reads the pipeline that a command line names, as far as that goes.
func (a *app) outlineOf(c *cobra.Command, args []string) (config.Outline, bool) {
	if len(args) == 0 {
		return config.Outline{}, false
	}
	var given values
	if f := c.Flag("var"); f != nil {
		given = *f.Value.(varFlag).all
	}
	o, err := a.configOptions(given, "", engine.Manual)
	if err != nil {
		return config.Outline{}, false
	}
	outline, _ := config.NewOutline(args[0], o) // what is wrong is told when the command runs
	return outline, true
}

// completeVariable offers the variables that the pipeline declares, each to be
// followed by its value.
func (a *app) completeVariable(c *cobra.Command, args []string, typed string) (offers []string, _ cobra.ShellCompDirective) {
	outline, _ := a.outlineOf(c, args)
	for _, name := range outline.Variables {
		if strings.HasPrefix(name+"=", typed) {
			offers = append(offers, name+"=")
		}
	}
	return offers, noFiles | cobra.ShellCompDirectiveNoSpace
}

// completeAddress offers the blocks of steps that the pipeline has, and their
// instances where they are known.
func (a *app) completeAddress(c *cobra.Command, args []string, typed string) (offers []string, _ cobra.ShellCompDirective) {
	outline, ok := a.outlineOf(c, args)
	if !ok {
		return nil, noFiles
	}
	for _, step := range append(outline.Graph.Steps(), outline.Instances...) {
		if offer := completed(step, typed); offer != "" && len(offers) < mostOffers {
			offers = append(offers, offer)
		}
	}
	return offers, noFiles | cobra.ShellCompDirectiveKeepOrder
}

// addCompletionCommand adds the command that prints a shell's script.
func addCompletionCommand(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() != "completion" {
			continue
		}
		c.Use = "completion SHELL"
		c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() } // so that what is no shell is refused
		c.Short = "Print the script that lets a shell complete dagrun's command lines"
		c.Long = "Prints the script for bash, zsh or fish; --help of each says how to load it. The shell then\n" +
			"completes commands, flags and their values, pipeline files, runs, steps and variables."
		for _, shell := range c.Commands() {
			if shell.Name() == "powershell" { // dagrun does not run on Windows
				c.RemoveCommand(shell)
			}
		}
	}
}
