package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/steps"
	"dagrun/steps/testdata/textjoin"
)

const textjoinFolder = "../../steps/testdata/textjoin"

// withTextJoin is the list of step types with that of the example in it.
func withTextJoin() *engine.Registry {
	return engine.NewRegistry(append(steps.All().Types(), textjoin.Type)...)
}

// TestTheExampleOfContributingIsTheOneThatWorks compares the code that the page
// shows with that of the package.
func TestTheExampleOfContributingIsTheOneThatWorks(t *testing.T) {
	page, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?ms)^```go\n(.*?)^```$").FindAllSubmatch(page, -1)
	files := []string{"textjoin.go", "textjoin_test.go"}
	if len(shown) != len(files) {
		t.Fatalf("CONTRIBUTING.md shows %d files, want %d", len(shown), len(files))
	}
	for i, file := range files {
		want, err := os.ReadFile(filepath.Join(textjoinFolder, file))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(shown[i][1])); diff != "" {
			t.Errorf("CONTRIBUTING.md does not show %s as it is:\n%s", file, diff)
		}
	}
}

// TestTheExampleOfContributingWorks runs a pipeline with the step type of the
// example, added to the list as a contributor does, and the example's own tests.
func TestTheExampleOfContributingWorks(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.txt": "one\n", "b.txt": "two\n",
		"p.hcl": "pipeline \"p\" {}\nstep \"text_join\" \"all\" {\n  input   = \"?.txt\"\n  output  = \"all.txt\"\n  between = \"--\\n\"\n}\n" +
			"output \"files\" { value = step.text_join.all.files }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	if code := run([]string{"run", filepath.Join(dir, "p.hcl")}, &stdout, &stderr, withTextJoin()); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	if got := stdout.String(); got != "files = 2\n" {
		t.Errorf("got %q", got)
	}
	got, err := os.ReadFile(filepath.Join(dir, "all.txt"))
	if err != nil || string(got) != "one\n--\ntwo\n" {
		t.Errorf("got %q, %v", got, err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "test", textjoinFolder).CombinedOutput(); err != nil {
		t.Errorf("go test: %v\n%s", err, out)
	}
}
