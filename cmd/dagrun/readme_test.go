package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// generatedFrom is the line of README.md below which it is made of the program's
// commands.
const generatedFrom = "<!-- Below this line: go test ./cmd/dagrun -run Readme -update -->\n"

func TestReadmeHasEveryCommand(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	written, generated, ok := strings.Cut(string(text), generatedFrom)
	if !ok {
		t.Fatalf("README.md lacks the line %s", generatedFrom)
	}
	want := readmeOfCommands()
	if *update {
		if err := os.WriteFile("README.md", []byte(written+generatedFrom+want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, generated); diff != "" {
		t.Errorf("README.md is not what the commands say; run: go test ./cmd/dagrun -run Readme -update\n%s", diff)
	}
}

func TestReadmeNamesEveryExitCode(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []int{exitOK, exitFailed, exitConfig, exitDiffers, exitLocked, exitSIGHUP, exitSIGINT, exitSIGTERM} {
		if !strings.Contains(string(text), fmt.Sprintf("\n| %d |", code)) {
			t.Errorf("README.md has no line about exit code %d", code)
		}
	}
}

func readmeOfCommands() string {
	var b strings.Builder
	for _, c := range commandTree()[1:] {
		if c.Name() == "help" || c.HasParent() && c.Parent().Name() == "completion" {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n", c.CommandPath())
		about := c.Long
		if about == "" {
			about = c.Short + "."
		}
		fmt.Fprintf(&b, "```console\n$ %s\n```\n\n%s\n", usageOf(c), about)
		if c.Example != "" {
			fmt.Fprintf(&b, "\n```console\n$ %s\n```\n", strings.TrimSpace(c.Example))
		}
		b.WriteString(flagTable(c))
	}
	return b.String()
}

func usageOf(c *cobra.Command) string {
	if c.HasSubCommands() {
		return c.CommandPath() + " COMMAND"
	}
	return c.UseLine()
}

func flagTable(c *cobra.Command) string {
	var b strings.Builder
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if f.NoOptDefVal != "" && f.Value.Type() != "bool" {
			name += "[=" + value + "]"
		} else if value != "" {
			name += " " + value
		}
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "[]" {
			usage += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, strings.ReplaceAll(usage, "|", "\\|"))
	})
	if b.Len() == 0 {
		return ""
	}
	return "\n| flag | meaning |\n|---|---|\n" + b.String()
}
