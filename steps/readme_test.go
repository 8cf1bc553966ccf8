package steps_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"dagrun/engine"
	"dagrun/steps"
)

var update = flag.Bool("update", false, "rewrite README.md")

// TestReadmeIsWhatTheTypesDeclare keeps README.md, which is generated:
// go test ./steps -update.
func TestReadmeIsWhatTheTypesDeclare(t *testing.T) {
	got := markdown(steps.All().Types())
	if *update {
		if err := os.WriteFile("README.md", []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("README.md is not what the step types declare; run: go test ./steps -update")
	}
}

func markdown(types []*engine.StepType) string {
	var b strings.Builder
	b.WriteString("# Step types\n\nGenerated from the declarations of the types; `dagrun steps TYPE` prints the same. " +
		"What every step has beside its type's arguments stands in the [README](../README.md).\n")
	for _, t := range types {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n```hcl\n%s\n```\n", t.Name, t.Doc, t.Example)
		b.WriteString("\n| argument | type | meaning |\n|---|---|---|\n")
		table(&b, "", t.Args)
		for _, c := range t.Constraints {
			fmt.Fprintf(&b, "\n%s\n", c)
		}
		b.WriteString("\n| output | type | meaning |\n|---|---|---|\n")
		table(&b, "", t.Outputs)
	}
	return b.String()
}

func table(b *strings.Builder, prefix string, fields []engine.Field) {
	for _, f := range fields {
		fmt.Fprintf(b, "| `%s%s` | %s | %s |\n", prefix, f.Name, cell(strings.Join(f.Traits(), "; ")), cell(f.Doc))
		if f.IsBlock() {
			table(b, prefix+f.Name+".", f.Block)
		}
	}
}

func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }
