// Package program keeps the programs that tests need in the user's cache
// folder: each is made once for a machine, by whoever asks first. Only tests
// import it.
package program

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// Cached gives the path of a program, which build makes if this machine has it
// not yet. The name holds whatever a new program has to be made for: the version
// above all. Of several processes that ask at once, one builds and the others
// wait. build may use dir, which is empty, and writes the program to target,
// which lies in it: so the program is there whole or not at all.
func Cached(name string, build func(dir, target string) error) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	console := openConsole()
	defer func() { _ = console.Close() }()
	return cachedIn(filepath.Join(cache, "dagrun-test"), name, console, build)
}

func cachedIn(folder, name string, console io.Writer, build func(dir, target string) error) (string, error) {
	path := filepath.Join(folder, name)
	if found, err := isThere(path); found || err != nil {
		return path, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	lock := flock.New(path + ".lock")
	if err := lock.Lock(); err != nil {
		return "", err
	}
	defer func() { _ = lock.Unlock() }()
	if found, err := isThere(path); found || err != nil {
		return path, err
	}
	return path, buildInto(folder, name, console, build)
}

func isThere(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func buildInto(folder, name string, console io.Writer, build func(dir, target string) error) error {
	unfinished := "build-" + name + "-"
	if err := clearAway(filepath.Join(folder, unfinished+"*")); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(folder, unfinished)
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	start := time.Now()
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(console, "dagrun tests: "+format+"\n", args...) }
	say("building %s for the tests, once on this machine; it takes a minute or two", name)
	target := filepath.Join(temp, name)
	if err := build(temp, target); err != nil {
		say("%s could not be built: %v", name, err)
		return err
	}
	say("built %s in %s", name, time.Since(start).Round(time.Second))
	return os.Rename(target, filepath.Join(folder, name))
}

// clearAway removes what builds that were killed have left. The program's lock
// is held, so that none is under way.
func clearAway(pattern string) error {
	left, err := filepath.Glob(pattern)
	if err != nil {
		return err
	}
	for _, dir := range left {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}

// openConsole opens the terminal of whoever runs the tests. The go command
// keeps what tests print until they are over, and drops it when all is well: a
// wait can be explained in no other place while it lasts. Without a terminal it
// goes where go test -v shows it.
func openConsole() io.WriteCloser {
	if terminal, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0); err == nil {
		return terminal
	}
	return keepOpen{os.Stderr}
}

type keepOpen struct{ io.Writer }

// Close does nothing.
func (keepOpen) Close() error { return nil }

// GoEnvironment is this process's environment, and more, for a go command that
// builds another module: without what is meant for this one, such as
// -mod=vendor, a workspace, another platform or the race detector.
func GoEnvironment(more ...string) []string {
	env := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains([]string{"GOFLAGS", "GOBIN", "GOOS", "GOARCH", "GOWORK", "CGO_ENABLED"}, name)
	})
	return append(append(env, "GOWORK=off", "GOFLAGS="), more...)
}
