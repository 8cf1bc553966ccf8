package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/spf13/pflag"
)

// scripted is what the sessions in testdata/script try.
type scripted struct {
	commands map[string]bool // by path, such as "dagrun cron next"
	flags    map[string]bool // path and flag, such as "dagrun cron next --json"
	codes    map[string]bool // that a session expects
}

var expectation = regexp.MustCompile(`^(code|interrupt) (\d+) `)

func readScripts(t *testing.T) scripted {
	t.Helper()
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	s := scripted{commands: map[string]bool{}, flags: map[string]bool{}, codes: map[string]bool{}}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(archive.Comment)) {
			s.add(strings.TrimSpace(line))
		}
	}
	return s
}

// add notes what a line of a session runs.
func (s scripted) add(line string) {
	args := strings.Fields(strings.ReplaceAll(line, "'", " "))
	at := slices.Index(args, "dagrun")
	if at < 0 || strings.HasPrefix(line, "#") {
		return
	}
	if m := expectation.FindStringSubmatch(line); m != nil {
		s.codes[m[2]] = true
	} else if args[0] == "dagrun" {
		s.codes["0"] = true
	}
	root := commandTree()[0]
	command, rest, err := root.Find(args[at+1:])
	if err != nil {
		return
	}
	s.commands[command.CommandPath()] = true
	for _, word := range rest {
		name, _, _ := strings.Cut(word, "=")
		flag := command.Flag(strings.TrimPrefix(name, "--"))
		if len(name) == 2 && flag == nil {
			flag = command.Flags().ShorthandLookup(name[1:])
		}
		if flag != nil && strings.HasPrefix(name, "-") {
			s.flags[command.CommandPath()+" --"+flag.Name] = true
		}
	}
}

// TestEveryCommandAndFlagIsTriedInAScript walks the program's commands, so that
// none is added without a session that shows what it does.
func TestEveryCommandAndFlagIsTriedInAScript(t *testing.T) {
	s := readScripts(t)
	for _, c := range commandTree() {
		if !s.commands[c.CommandPath()] {
			t.Errorf("no script runs %s", c.CommandPath())
		}
		c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" && !s.flags[c.CommandPath()+" --"+f.Name] {
				t.Errorf("no script runs %s --%s", c.CommandPath(), f.Name)
			}
		})
	}
	if !slices.ContainsFunc(commandPaths(), func(path string) bool { return s.flags[path+" --no-color"] }) {
		t.Error("no script runs a command with --no-color")
	}
}

func commandPaths() (paths []string) {
	for _, c := range commandTree() {
		paths = append(paths, c.CommandPath())
	}
	return paths
}

// TestEveryExitCodeIsExpectedByAScript reads the codes off app.go.
func TestEveryExitCodeIsExpectedByAScript(t *testing.T) {
	source, err := os.ReadFile("app.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`(?m)^\texit[A-Z]\w* += (\d+)`).FindAllStringSubmatch(string(source), -1)
	if len(declared) < 8 {
		t.Fatalf("app.go declares %d exit codes", len(declared))
	}
	s := readScripts(t)
	for _, d := range declared {
		if !s.codes[d[1]] {
			t.Errorf("no script expects exit code %s", d[1])
		}
	}
}
