package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/spf13/cobra"

	"dagrun/engine"
	"dagrun/engine/config"
)

// validateFormats are what --format can ask for.
var validateFormats = []string{"text", "json", "github", "junit"}

// validation is the flags of `dagrun validate`.
type validation struct {
	assignments *values
	format      string
	strict      bool
}

func (a *app) validateCommand() *cobra.Command {
	var asJSON bool
	var v validation
	c := &cobra.Command{
		Use:   "validate PATH...",
		Short: "Check pipelines without running them",
		Long: "Checks everything about pipelines that can be known before a run, types between steps\n" +
			"included, and reports all of it. It needs no data, no server and no secret.\n" +
			"A PATH is a file, or a folder whose .hcl files are one pipeline.\n\n" +
			"With --strict it then looks at this machine as well, as a run would find it: files that steps\n" +
			"and functions read and no step writes exist, variables that env(\"NAME\") reads without a default are set in\n" +
			"the environment or in a dotenv file, and hosts of servers resolve. Steps whose condition is\n" +
			"false need nothing.\n\n" +
			"Exit code 0 when every pipeline is valid, 2 when one is not.",
		Args: cobra.MinimumNArgs(1),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object, in the shape of that of terraform validate -json")
	c.Flags().StringVar(&v.format, "format", "text", "`format` of the report: text, json, github (annotations) or junit (XML)")
	c.Flags().BoolVar(&v.strict, "strict", false, "look for files, environment variables and hosts as well")
	v.assignments = addValueFlags(c)
	c.RunE = func(c *cobra.Command, paths []string) error {
		if err := engine.OneOf(v.format, validateFormats); err != nil {
			return usageError{fmt.Errorf("--format: %w", err)}
		}
		if asJSON && v.format != "json" {
			if c.Flags().Changed("format") {
				return usageError{fmt.Errorf("--json and --format %s contradict each other; leave one out", v.format)}
			}
			v.format = "json"
		}
		return a.validate(paths, v)
	}
	return c
}

func (a *app) validate(paths []string, v validation) error {
	found := map[string]engine.Diagnostics{}
	var all engine.Diagnostics
	for _, path := range paths {
		o, err := a.configOptions(*v.assignments, "", engine.Manual)
		if err != nil {
			return err
		}
		if v.strict {
			o.World = &config.World{LookupHost: lookupHost}
		}
		p, diags := config.Load(path, o)
		found[path] = diags
		all = append(all, diags...)
		if v.format != "text" {
			continue
		}
		a.printDiagnostics(diags)
		if p != nil {
			_, _ = fmt.Fprintf(a.stdout, "%s: pipeline %q is valid, %s\n", path, p.Name, count(len(p.Blocks), "step"))
		}
	}
	if err := a.printReport(v.format, paths, all, found); err != nil {
		return err
	}
	if all.HasErrors() {
		return exit{exitConfig}
	}
	return nil
}

// lookupLimit is how long a name server may take to answer.
const lookupLimit = 5 * time.Second

// lookupHost says why a host's name does not resolve.
func lookupHost(host string) error {
	ctx, cancel := context.WithTimeout(context.Background(), lookupLimit)
	defer cancel()
	found, err := net.DefaultResolver.LookupHost(ctx, host)
	switch failed := new(net.DNSError); {
	case errors.As(err, &failed):
		return errors.New(failed.Err) // the name server's address is no help
	case err == nil && len(found) == 0: // for names that are not to be looked up, as those of Tor
		return errors.New("no such host")
	}
	return err
}

func (a *app) printReport(format string, paths []string, all engine.Diagnostics, found map[string]engine.Diagnostics) error {
	switch format {
	case "json":
		return a.printJSON(all, true)
	case "github":
		return a.printGitHub(all)
	case "junit":
		return a.printJUnit(paths, found)
	}
	if errors, warnings := all.Count(); errors > 0 {
		_, _ = fmt.Fprintf(a.stderr, "%s, %s\n", count(errors, "error"), count(warnings, "warning"))
	}
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
