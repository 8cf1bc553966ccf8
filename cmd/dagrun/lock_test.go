package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/gofrs/flock"

	"dagrun/engine/runlog"
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

func TestASecondSignalEndsARunThatHangsBeforeItBegins(t *testing.T) {
	p := newPlace(t)
	writeFile(t, p.path("until"), "")
	runProcess(t, exitOK, nil, "run", p.pipeline, "--var", "overlap=wait")
	hanging := filepath.Join(runlog.Dir(p.state, "one", "ffffffff-0000-7000-8000-000000000000"), runlog.FileName)
	if err := errors.Join(os.MkdirAll(filepath.Dir(hanging), 0o700), syscall.Mkfifo(hanging, 0o600)); err != nil {
		t.Fatal(err)
	}
	c := p.call(t, "wait")
	lock := flock.New(filepath.Join(p.state, "one.lock"))
	eventually(t, "the lock is taken", func() bool {
		ok, err := lock.TryLock()
		if err := errors.Join(err, lock.Unlock()); err != nil {
			t.Fatal(err)
		}
		return !ok
	})
	c.signal(t, syscall.SIGINT, syscall.SIGTERM)
	eventually(t, "the process ends", func() bool {
		select {
		case <-c.exited:
			return true
		default:
			return false
		}
	})
	if code := c.code(); code != exitSIGINT {
		t.Errorf("exit code %d, want %d\n%s", code, exitSIGINT, c.said())
	}
}
