package main

import (
	"io"
	"os"
	"path/filepath"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"
)

// terminal is what a person may look at while a run goes on.
type terminal struct{ stderr, stdout io.Writer }

// live gives what tells the size of the terminal that standard error is, for a
// view that is drawn again and again; nil where that would be in the way: in CI,
// on a terminal that cannot do it, and where the events of --json go to a
// terminal too.
func (t terminal) live(asJSON bool) func() (columns, rows int) {
	screen, ok := terminalOf(t.stderr)
	if _, both := terminalOf(t.stdout); !ok || both && asJSON || isPlain() {
		return nil
	}
	return func() (int, int) {
		columns, rows, err := term.GetSize(int(screen.Fd()))
		if err != nil || columns <= 0 || rows <= 0 {
			columns, rows = 80, 24
		}
		if !inForeground(screen) {
			rows = 0
		}
		return columns, rows
	}
}

func terminalOf(w io.Writer) (*os.File, bool) {
	f, ok := w.(*os.File)
	return f, ok && isatty.IsTerminal(f.Fd())
}

// isPlain reports whether the environment asks for text that is neither
// coloured nor drawn again.
func isPlain() bool { return os.Getenv("CI") != "" || os.Getenv("TERM") == "dumb" }

// fromHere is a path as a person at a terminal would write it.
func fromHere(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
