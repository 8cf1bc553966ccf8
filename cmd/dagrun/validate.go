package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"dagrun/engine"
)

func (a *app) validateCommand() *cobra.Command {
	var asJSON bool
	var format string
	c := &cobra.Command{
		Use:   "validate PATH...",
		Short: "Check pipelines without running them",
		Long: "Checks everything about pipelines that can be known before a run, types between steps\n" +
			"included, and reports all of it. It needs no data, no server and no secret.\n" +
			"A PATH is a file, or a folder whose .hcl files are one pipeline.\n" +
			"Exit code 0 when every pipeline is valid, 2 when one is not.",
		Args: cobra.MinimumNArgs(1),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object, in the shape of `terraform validate -json`")
	c.Flags().StringVar(&format, "format", "text", "text, json, github (annotations) or junit (XML)")
	assignments := addValueFlags(c)
	c.RunE = func(_ *cobra.Command, paths []string) error {
		if asJSON {
			format = "json"
		}
		if err := engine.OneOf(format, []string{"text", "json", "github", "junit"}); err != nil {
			return usageError{fmt.Errorf("--format: %w", err)}
		}
		return a.validate(paths, *assignments, format)
	}
	return c
}

func (a *app) validate(paths []string, assignments values, format string) error {
	found := map[string]engine.Diagnostics{}
	var all engine.Diagnostics
	for _, path := range paths {
		p, diags, err := a.load(path, assignments, "", engine.Manual)
		if err != nil {
			return err
		}
		found[path] = diags
		all = append(all, diags...)
		if format != "text" {
			continue
		}
		a.printDiagnostics(diags)
		if p != nil {
			_, _ = fmt.Fprintf(a.stdout, "%s: pipeline %q is valid, %s\n", path, p.Name, count(len(p.Blocks), "step"))
		}
	}
	if err := a.printReport(format, paths, all, found); err != nil {
		return err
	}
	if all.HasErrors() {
		return exit{exitConfig}
	}
	return nil
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
