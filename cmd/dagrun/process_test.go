package main

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"dagrun/engine/runlog"
	"dagrun/engine/runlog/runlogtest"
)

// process is a command line of dagrun in a process of its own, which leads a
// process group of its own.
type process struct {
	*exec.Cmd

	stdout, stderr bytes.Buffer
	exited         chan struct{}
}

// newProcess makes a process that is not started yet. Its environment is that of
// the test without what pipelines read from it, and more.
func newProcess(env []string, args ...string) *process {
	p := &process{Cmd: exec.Command("dagrun", args...), exited: make(chan struct{})}
	p.Stdout, p.Stderr = &p.stdout, &p.stderr
	p.Env = append(slices.DeleteFunc(os.Environ(), isOfPipelines), append([]string{"NO_COLOR=1"}, env...)...)
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return p
}

// isOfPipelines reports whether pipelines of this repository read a variable of
// the environment.
func isOfPipelines(entry string) bool {
	return strings.HasPrefix(entry, "AUTOMATION_") || strings.HasPrefix(entry, "EMAIL_SENDER=") || strings.HasPrefix(entry, "AWS_")
}

// launchProcess starts a process. If the test ends before it does, it is killed.
func launchProcess(t testing.TB, env []string, args ...string) *process {
	t.Helper()
	p := newProcess(env, args...)
	p.launch(t)
	return p
}

func (p *process) launch(t testing.TB) {
	t.Helper()
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.Wait() // how it ended is in ProcessState
		close(p.exited)
	}()
	t.Cleanup(func() {
		p.kill()
		<-p.exited
	})
}

// code waits until the process has ended and gives its exit code, -1 for one
// that was killed.
func (p *process) code() int {
	<-p.exited
	return p.ProcessState.ExitCode()
}

// await waits until a file is there, and fails if the process ends before.
func (p *process) await(t testing.TB, path string) {
	t.Helper()
	eventually(t, filepath.Base(path)+" appears", func() bool {
		select {
		case <-p.exited:
			t.Fatalf("the process ended before %s appeared:\n%s", path, p.said())
		default:
		}
		return isThere(path)
	})
}

// signal sends signals, each when the one before has come: of two at once the
// system chooses which comes first. The process may have ended by the second.
func (p *process) signal(t testing.TB, signals ...syscall.Signal) {
	t.Helper()
	for i, s := range signals {
		if i > 0 {
			time.Sleep(50 * time.Millisecond)
		}
		if err := p.Process.Signal(s); err != nil && (i == 0 || !errors.Is(err, os.ErrProcessDone)) {
			t.Error(err)
		}
	}
}

// kill kills the process and whatever it has started.
func (p *process) kill() { _ = syscall.Kill(-p.Process.Pid, syscall.SIGKILL) }

// said is what the process has said so far to people; it is whole once the
// process has ended.
func (p *process) said() string {
	<-p.exited
	return p.stderr.String()
}

// runProcess runs a command line to its end and checks its exit code.
func runProcess(t testing.TB, want int, env []string, args ...string) *process {
	t.Helper()
	p := launchProcess(t, env, args...)
	if got := p.code(); got != want {
		t.Errorf("dagrun %s: exit code %d, want %d\n%s", strings.Join(args, " "), got, want, p.said())
	}
	return p
}

// runsOf lists the runs of a pipeline, the newest first, once every log has
// been checked.
func runsOf(t testing.TB, state, pipeline string) []runlog.Run {
	t.Helper()
	runs := begun(t, state, pipeline)
	for _, r := range runs {
		log, err := os.ReadFile(r.Log())
		if err != nil {
			t.Fatal(err)
		}
		runlogtest.Validate(t, log)
	}
	return runs
}

// begun lists the runs of a pipeline, the newest first, without those that found
// no room on the disk for the first line of their log.
func begun(t testing.TB, state, pipeline string) (runs []runlog.Run) {
	t.Helper()
	for run, err := range runlog.History(state, pipeline) {
		switch {
		case errors.Is(err, runlog.ErrNoBeginning):
		case err != nil:
			t.Fatal(err)
		default:
			runs = append(runs, run)
		}
	}
	return runs
}

// counted counts the runs of a history by how they ended.
func counted(runs []runlog.Run) map[string]int {
	counts := map[string]int{}
	for _, r := range runs {
		counts[string(r.Finished.Result)]++
	}
	return counts
}

// writeFile writes a file of a test, and the folders above it.
func writeFile(t testing.TB, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within half a minute", what)
		}
	}
}

// contents reads all files in a folder, by their paths in it; none where there
// is no folder.
func contents(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == dir {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// noLitter checks that no temporary file is in a folder.
func noLitter(t testing.TB, dir string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(contents(t, dir))) {
		if base := filepath.Base(name); strings.HasPrefix(base, ".dagrun-") || strings.HasSuffix(base, ".tmp") {
			t.Errorf("%s is left", filepath.Join(dir, name))
		}
	}
}
