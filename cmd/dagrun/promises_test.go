package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var quoted = regexp.MustCompile("`([^`]+)`")

// TestEveryPromiseHasItsTest holds promises.md against the tests' sources.
func TestEveryPromiseHasItsTest(t *testing.T) {
	text, err := os.ReadFile("promises.md")
	if err != nil {
		t.Fatal(err)
	}
	promise, promises, sources := "", 0, map[string]map[string]bool{}
	for _, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| promise ") {
			continue
		}
		if first := strings.TrimSpace(cells[0]); first != "" {
			promise = first
			promises++
		}
		if len(cells) != 3 || strings.TrimSpace(cells[1]) == "" {
			t.Errorf("a row of %q has not its three cells: %s", promise, line)
			continue
		}
		named := quoted.FindAllStringSubmatch(cells[2], -1)
		if len(named) == 0 {
			t.Errorf("%q: nothing keeps that %s", promise, cells[1])
		}
		for _, name := range named {
			if !hasTest(t, sources, name[1]) {
				t.Errorf("%q names %s, which is not there", promise, name[1])
			}
		}
	}
	if promises < 12 {
		t.Errorf("there are %d promises, want 12 at least", promises)
	}
}

// hasTest reports whether a script or a test function is there. What a folder
// has is kept in sources.
func hasTest(t *testing.T, sources map[string]map[string]bool, name string) bool {
	t.Helper()
	if strings.HasSuffix(name, ".txtar") {
		return isThere(filepath.Join("testdata", "script", name))
	}
	dir, function, _ := strings.Cut(name, ".")
	if sources[dir] == nil {
		sources[dir] = testsOf(t, filepath.Join("..", "..", filepath.FromSlash(dir)))
	}
	return sources[dir][function]
}

// testsOf lists the tests and fuzz tests of a folder, whatever system they are
// for.
func testsOf(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if ok && f.Recv == nil && (strings.HasPrefix(f.Name.Name, "Test") || strings.HasPrefix(f.Name.Name, "Fuzz")) {
				tests[f.Name.Name] = true
			}
		}
	}
	return tests
}
