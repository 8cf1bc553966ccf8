package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gofrs/flock"
)

func TestALockWhoseFileWasRemovedIsTakenAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.lock")
	l, other := flock.New(path), flock.New(path)
	if ok, err := l.TryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := take(l); err != nil {
		t.Fatal(err)
	}
	if ok, err := other.TryLock(); ok || err != nil {
		t.Errorf("another can take it: %t, %v", ok, err)
	}
}
