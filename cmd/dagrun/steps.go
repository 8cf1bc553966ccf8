package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"dagrun/engine"
)

func (a *app) stepsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "steps [TYPE]",
		Short: "List the step types, or describe one",
		Args:  cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.types.Names(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.listTypes()
			}
			t := a.types.Lookup(args[0])
			if t == nil {
				return usageError{fmt.Errorf("step type: %w", engine.OneOf(args[0], a.types.Names()))}
			}
			_, err := fmt.Fprint(a.stdout, describe(t))
			return err
		},
	}
}

func (a *app) listTypes() error {
	width := 0
	for _, t := range a.types.Types() {
		width = max(width, len(t.Name))
	}
	for _, t := range a.types.Types() {
		if _, err := fmt.Fprintf(a.stdout, "%-*s  %s\n", width, t.Name, t.Doc); err != nil {
			return err
		}
	}
	return nil
}

// describe is the page about a step type, for a terminal.
func describe(t *engine.StepType) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\nArguments\n", t.Name, t.Doc)
	describeFields(&b, t.Args, "  ")
	for _, c := range t.Constraints {
		fmt.Fprintf(&b, "  %s\n", c)
	}
	b.WriteString("\nOutputs\n")
	describeFields(&b, t.Outputs, "  ")
	fmt.Fprintf(&b, "\nExample\n  %s\n", strings.ReplaceAll(t.Example, "\n", "\n  "))
	return b.String()
}

func describeFields(b *strings.Builder, fields []engine.Field, indent string) {
	for _, f := range fields {
		fmt.Fprintf(b, "%s%s (%s)\n%s    %s\n", indent, f.Name, strings.Join(f.Traits(), ", "), indent, f.Doc)
		if f.IsBlock() {
			describeFields(b, f.Block, indent+"    ")
		}
	}
}
