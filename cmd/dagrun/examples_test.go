package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var fence = regexp.MustCompile("(?ms)^```(hcl|json)\n(.*?)^```$")

// TestExamplesOnPagesAreValid validates every pipeline on the pages about
// the language, each as it stands, but for a pipeline block where it has none. A
// file of values says so in its first line.
func TestExamplesOnPagesAreValid(t *testing.T) {
	for _, page := range []string{"../../README.md", "../../engine/config/README.md", "../../CONTRIBUTING.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		found := fence.FindAllSubmatch(text, -1)
		if len(found) == 0 {
			t.Errorf("%s has no examples", page)
		}
		for _, m := range found {
			checkExample(t, page, string(m[1]), string(m[2]))
		}
	}
}

func checkExample(t *testing.T, page, syntax, example string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), map[string]string{"hcl": "example.hcl", "json": "example.hcl.json"}[syntax])
	args := []string{"validate", file}
	text := example
	switch {
	case strings.HasPrefix(example, "# dagrun.vars.hcl\n"):
		args = []string{"fmt", "--check", file}
	case syntax == "hcl" && !strings.Contains(example, "pipeline \""):
		text = "pipeline \"example\" {}\n" + example
	}
	for _, m := range regexp.MustCompile(`(?s)variable "(\w+)" \{(.*?)\n\}`).FindAllStringSubmatch(example, -1) {
		if !strings.Contains(m[2], "default") { // required: the reader gives it
			args = append(args, "--var", m[1]+"=given")
		}
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := run(args, &stdout, &stderr, withTextJoin()); code != exitOK || stderr.Len() > 0 {
		t.Errorf("%s: exit code %d for\n%s\n%s", page, code, example, stderr.String())
	}
}
