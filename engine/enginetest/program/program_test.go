package program_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"dagrun/engine/enginetest/program"
)

func TestProgramIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	var built atomic.Int32
	build := func(_, target string) error {
		built.Add(1)
		return os.WriteFile(target, []byte("program"), 0o700)
	}
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			path, err := program.CachedIn(dir, "server-v1", build)
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
}

func TestFailedBuildLeavesNothingAndIsTriedAgain(t *testing.T) {
	dir := t.TempDir()
	broken := errors.New("no network")
	_, err := program.CachedIn(dir, "server-v1", func(_, target string) error {
		return errors.Join(os.WriteFile(target, []byte("half"), 0o700), broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "build-*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	path, err := program.CachedIn(dir, "server-v1", func(_, target string) error { return os.WriteFile(target, []byte("whole"), 0o700) })
	if data, _ := os.ReadFile(path); err != nil || string(data) != "whole" {
		t.Errorf("got %q, %v", data, err)
	}
}
