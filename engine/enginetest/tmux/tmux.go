// Package tmux is a terminal for tests: tmux, which shows what a program draws
// as people's terminals do, and says what stands there. Only tests import it.
package tmux

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"dagrun/engine/enginetest/program"
)

// Pane is a terminal in which a command runs.
type Pane struct {
	program tool
	socket  string
}

// tool is how tmux is called.
type tool struct{ path, libraries string }

// find gives tmux: this machine's, or what Debian's packages have.
var find = sync.OnceValues(func() (tool, error) {
	if path, err := exec.LookPath("tmux"); err == nil {
		return tool{path: path}, nil
	}
	folder, err := program.Cached("debian-tmux", func(dir, target string) error {
		if err := program.Unpack(dir, target, "tmux", true); err != nil {
			return fmt.Errorf("the tests of the terminal need tmux, which is not installed here and which apt-get could not download: %w\n"+
				"Install it (apt-get install tmux), or let apt-get reach its servers", err)
		}
		return nil
	})
	if err != nil {
		return tool{}, err
	}
	var libraries []string
	for _, where := range []string{"usr/lib/*-linux-gnu", "lib/*-linux-gnu"} {
		found, _ := filepath.Glob(filepath.Join(folder, where)) // the pattern is well-formed
		libraries = append(libraries, found...)
	}
	return tool{path: filepath.Join(folder, "usr/bin/tmux"), libraries: strings.Join(libraries, ":")}, nil
})

// Start runs a command of the shell in a terminal of its own, in a folder, until
// the test ends.
func Start(t testing.TB, columns, rows int, dir, command string) *Pane {
	t.Helper()
	found, err := find()
	if err != nil {
		t.Fatal(err)
	}
	socket, err := os.MkdirTemp("", "tmux") //nolint:usetesting // the path of t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	p := &Pane{program: found, socket: filepath.Join(socket, "s")}
	t.Cleanup(func() {
		_ = p.command("kill-server").Run() // it may be gone
		_ = os.RemoveAll(socket)
	})
	p.do(t, "-f", "/dev/null", "new-session", "-d", "-x", fmt.Sprint(columns), "-y", fmt.Sprint(rows), "-c", dir, "exec sleep 1000000")
	p.do(t, "set-option", "-g", "history-limit", "100000")
	p.do(t, "set-option", "-g", "status", "off")
	p.do(t, "respawn-pane", "-k", "-c", dir, command)
	return p
}

func (p *Pane) command(args ...string) *exec.Cmd {
	c := exec.Command(p.program.path, append([]string{"-u", "-S", p.socket}, args...)...)
	c.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	if p.program.libraries != "" {
		c.Env = append(c.Env, "LD_LIBRARY_PATH="+p.program.libraries)
	}
	return c
}

func (p *Pane) do(t testing.TB, args ...string) string {
	t.Helper()
	said, err := p.command(args...).CombinedOutput()
	if err != nil {
		t.Fatalf("tmux %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return string(said)
}

// Screen is what the terminal shows, a line each.
func (p *Pane) Screen(t testing.TB) []string {
	t.Helper()
	return lines(p.do(t, "capture-pane", "-p"))
}

// All is what the terminal shows and what has scrolled away, a line each.
func (p *Pane) All(t testing.TB) []string {
	t.Helper()
	return lines(p.do(t, "capture-pane", "-p", "-S", "-"))
}

func lines(text string) []string { return strings.Split(strings.TrimRight(text, "\n"), "\n") }

// Press presses a key, such as C-c.
func (p *Pane) Press(t testing.TB, key string) {
	t.Helper()
	p.do(t, "send-keys", key)
}

// Type types a line, and presses Enter.
func (p *Pane) Type(t testing.TB, line string) {
	t.Helper()
	p.do(t, "send-keys", "-l", line)
	p.Press(t, "Enter")
}

// Resize changes the size of the terminal.
func (p *Pane) Resize(t testing.TB, columns, rows int) {
	t.Helper()
	p.do(t, "resize-window", "-x", fmt.Sprint(columns), "-y", fmt.Sprint(rows))
}

// HasColors reports whether something that the terminal shows, or that has
// scrolled away, is coloured or bold.
func (p *Pane) HasColors(t testing.TB) bool {
	t.Helper()
	return strings.Contains(p.do(t, "capture-pane", "-p", "-e", "-S", "-"), "\x1b[")
}

// CursorIsShown reports whether the terminal shows its cursor.
func (p *Pane) CursorIsShown(t testing.TB) bool {
	t.Helper()
	return p.do(t, "display-message", "-p", "#{cursor_flag}") == "1\n"
}
