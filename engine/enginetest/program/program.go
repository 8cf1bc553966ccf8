// Package program keeps the programs that tests need in the user's cache
// folder: each is made once for a machine, by whoever asks first. Only tests
// import it.
package program

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	return cachedIn(filepath.Join(cache, "dagrun-test"), name, build)
}

func cachedIn(folder, name string, build func(dir, target string) error) (string, error) {
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
	return path, buildInto(folder, name, build)
}

func isThere(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func buildInto(folder, name string, build func(dir, target string) error) error {
	temp, err := os.MkdirTemp(folder, "build-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	start := time.Now()
	say("building %s for the tests, once on this machine; it takes a minute or two", name)
	target := filepath.Join(temp, name)
	if err := build(temp, target); err != nil {
		return err
	}
	say("built %s in %s", name, time.Since(start).Round(time.Second))
	return os.Rename(target, filepath.Join(folder, name))
}

// say tells a person at the terminal why a test takes long. The go command keeps
// what a test prints until the test is over, and drops it when all is well, so
// that only the terminal itself is left; without one, it goes where go test -v
// shows it.
func say(format string, args ...any) {
	text := fmt.Sprintf("dagrun: "+format+"\n", args...)
	if tty, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0); err == nil {
		_, _ = tty.WriteString(text)
		_ = tty.Close()
		return
	}
	_, _ = os.Stderr.WriteString(text)
}
