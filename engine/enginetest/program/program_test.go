package program_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"dagrun/engine/enginetest/program"
)

func TestProgramIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, "build-server-v1-killed")
	other := filepath.Join(dir, "build-other-v1-under-way")
	if err := errors.Join(os.Mkdir(left, 0o700), os.Mkdir(other, 0o700)); err != nil {
		t.Fatal(err)
	}
	var built atomic.Int32
	build := func(_, target string) error {
		built.Add(1)
		return os.WriteFile(target, []byte("program"), 0o700)
	}
	var all sync.WaitGroup
	consoles := make([]bytes.Buffer, 10)
	for i := range consoles {
		all.Go(func() {
			path, err := program.CachedIn(dir, "server-v1", &consoles[i], build)
			if err != nil {
				t.Error(err)
			} else if data, err := os.ReadFile(path); err != nil || string(data) != "program" {
				t.Errorf("got %q, %v", data, err)
			}
		})
	}
	all.Wait()
	if built.Load() != 1 {
		t.Errorf("it was built %d times, want once", built.Load())
	}
	said := ""
	for i := range consoles {
		said += consoles[i].String()
	}
	if strings.Count(said, "\n") != 2 || !strings.Contains(said, "building server-v1 for the tests, once") || !strings.Contains(said, "built server-v1 in ") {
		t.Errorf("the consoles have %q", said)
	}
	if names, err := filepath.Glob(filepath.Join(dir, "build-*")); err != nil || len(names) != 1 || names[0] != other {
		t.Errorf("these are left: %q, %v", names, err)
	}
}

func TestFailedBuildLeavesNothingAndIsTriedAgain(t *testing.T) {
	dir := t.TempDir()
	broken := errors.New("no network")
	var console bytes.Buffer
	_, err := program.CachedIn(dir, "server-v1", &console, func(_, target string) error {
		return errors.Join(os.WriteFile(target, []byte("half"), 0o700), broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "build-*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if !strings.Contains(console.String(), "could not be built: no network") {
		t.Errorf("the console has %q", console.String())
	}
	path, err := program.CachedIn(dir, "server-v1", &console, func(_, target string) error { return os.WriteFile(target, []byte("whole"), 0o700) })
	if data, _ := os.ReadFile(path); err != nil || string(data) != "whole" {
		t.Errorf("got %q, %v", data, err)
	}
}
