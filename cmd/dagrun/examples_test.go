package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"dagrun/steps"
)

// pages are those with examples of HCL.
var pages = []string{"../../README.md", "../../engine/config/README.md", "../../CONTRIBUTING.md"}

var fence = regexp.MustCompile("(?ms)^```(hcl|json)\n(.*?)^```$")

// TestExamplesOnPagesAreValid validates every pipeline on the pages about
// the language, each as it stands, but for a pipeline block where it has none. A
// file of values says so in its first line.
func TestExamplesOnPagesAreValid(t *testing.T) {
	for _, page := range pages {
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

// TestWhatShipsIsInTheCanonicalStyle formats the pipelines that ship and the
// examples on pages: they are what people begin from.
func TestWhatShipsIsInTheCanonicalStyle(t *testing.T) {
	check := func(about string, path string) {
		var stdout, stderr bytes.Buffer
		if code := run([]string{"fmt", "--check", "--diff", path}, &stdout, &stderr, steps.All()); code != exitOK {
			t.Errorf("%s: exit code %d\n%s%s", about, code, stdout.String(), stderr.String())
		}
	}
	check("pipelines", "../../pipelines")
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range fence.FindAllSubmatch(text, -1) {
			file := filepath.Join(t.TempDir(), "example.hcl")
			if err := os.WriteFile(file, m[2], 0o600); err != nil {
				t.Fatal(err)
			}
			if string(m[1]) == "hcl" {
				check(page, file)
			}
		}
	}
}
