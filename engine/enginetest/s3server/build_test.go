package s3server_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"dagrun/engine/enginetest/s3server"
)

// script is a go command that does what a test needs of it.
func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "go")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestProgramIsBuiltOnceAndThatIsSaid(t *testing.T) {
	dir := t.TempDir()
	calls := filepath.Join(t.TempDir(), "calls")
	tool := script(t, `echo "$@ $GOFLAGS" >> `+calls+` && echo program > "$GOBIN/versitygw"`)
	t.Setenv("GOFLAGS", "-mod=vendor")
	left := filepath.Join(dir, "build-of-one-that-was-killed")
	if err := os.Mkdir(left, 0o700); err != nil {
		t.Fatal(err)
	}
	consoles := make([]bytes.Buffer, 8)
	var all sync.WaitGroup
	for i := range consoles {
		all.Go(func() {
			path, err := s3server.Build(dir, tool, &consoles[i])
			if err != nil {
				t.Error(err)
			} else if data, err := os.ReadFile(path); err != nil || string(data) != "program\n" {
				t.Errorf("%s has %q: %v", path, data, err)
			}
		})
	}
	all.Wait()
	said := ""
	for i := range consoles {
		said += consoles[i].String()
	}
	if strings.Count(said, "\n") != 2 || !strings.Contains(said, "building the S3 server for tests (versitygw v1.8.0). This takes minutes, once") ||
		!strings.Contains(said, "the S3 server is built, in ") {
		t.Errorf("the consoles have %q", said)
	}
	if got, err := os.ReadFile(calls); err != nil || string(got) != "install github.com/versity/versitygw/cmd/versitygw@v1.8.0 \n" {
		t.Errorf("the go command was called with %q: %v", got, err)
	}
	if names, err := filepath.Glob(filepath.Join(dir, "build-*")); err != nil || len(names) != 0 {
		t.Errorf("these are left: %q, %v", names, err)
	}
}

func TestBuildThatFailsIsToldAndTriedAgain(t *testing.T) {
	dir := t.TempDir()
	var console bytes.Buffer
	_, err := s3server.Build(dir, script(t, `echo "no network" >&2; exit 1`), &console)
	if err == nil || !strings.Contains(err.Error(), "no network") || !strings.Contains(console.String(), "could not be built") {
		t.Errorf("got %v; the console has %q", err, console.String())
	}
	if _, err := s3server.Build(dir, script(t, `echo program > "$GOBIN/versitygw"`), &console); err != nil {
		t.Error(err)
	}
}
