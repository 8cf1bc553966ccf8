package crontab_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dagrun/engine/enginetest/crontab"
)

func TestCrontabIsKeptInTheRoot(t *testing.T) {
	root, err := crontab.NewRoot(filepath.Join(t.TempDir(), "root"))
	if err != nil {
		t.Fatal(err)
	}
	const text = "0 8 * * * one\n"
	write := root.Command("-")
	write.Stdin = strings.NewReader(text)
	if said, err := write.CombinedOutput(); err != nil || len(said) > 0 {
		t.Fatalf("%v, %s", err, said)
	}
	if said, err := root.Command("-l").CombinedOutput(); err != nil || string(said) != text {
		t.Errorf("got %q, %v", said, err)
	}
	if spool, err := os.ReadFile(root.Spool()); err != nil || !strings.HasSuffix(string(spool), text) {
		t.Errorf("the spool has %q, %v", spool, err)
	}
	if err := root.Forbid(); err != nil {
		t.Fatal(err)
	}
	if said, err := root.Command("-l").CombinedOutput(); err == nil || !strings.Contains(string(said), "cannot use this program") {
		t.Errorf("got %q, %v", said, err)
	}
}
