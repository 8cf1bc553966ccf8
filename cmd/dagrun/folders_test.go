package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// nobody is a user without rights.
const nobody = 65534

// unprivileged makes a process that permissions bind: the superuser's is run by
// another user, whose home the folder is.
func unprivileged(t *testing.T, folder string, args ...string) *process {
	t.Helper()
	p := newProcess([]string{"HOME=" + folder}, args...)
	if os.Geteuid() == 0 {
		p.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
		letIn(t, p.Path)
		letIn(t, folder)
	}
	return p
}

// letIn opens the folders above a path, as far as tests have made them.
func letIn(t *testing.T, path string) {
	t.Helper()
	for dir := filepath.Dir(path); strings.HasPrefix(dir, filepath.Clean(os.TempDir())+string(filepath.Separator)); dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err == nil {
			err = os.Chmod(dir, info.Mode().Perm()|0o055)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// ownCopy makes a folder with the temperature pipeline and its readings that a
// user without rights owns, and gives the pipeline's path and the folder.
func ownCopy(t *testing.T) (pipeline, folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "project")
	for _, name := range []string{"pipelines/temperature.hcl", "testdata/probe1_log.csv"} {
		content, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(folder, name), string(content))
	}
	giveAway(t, folder)
	return filepath.Join(folder, "pipelines", "temperature.hcl"), folder
}

func giveAway(t *testing.T, folder string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	err := filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, nobody, nobody)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatCannotBeWrittenIsTold(t *testing.T) {
	const right = "Give the user who runs the pipeline the right to write there"
	for name, tt := range map[string]struct {
		closed string // what becomes read-only
		failed string // step
		remedy string
	}{
		"the folder of the files": {"out", "csv_resample.clean", right},
		"the database":            {"out/temperature.duckdb", "duckdb_load.store", "Check the permissions of the file"},
		"the folder of the mail":  {"out/mail", "smtp.report", right},
		"the bucket":              {"out/backup/logs/year=2026/month=11", "s3_put.backup", right},
		"the history":             {".dagrun/runs/temperature", "", "make it writable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pipeline, folder := ownCopy(t)
			call := func(date string) *process {
				p := unprivileged(t, folder, "run", pipeline, "--date", date, "--var", "retry_interval=1ms")
				p.launch(t)
				return p
			}
			if p := call("2026-11-19"); p.code() != exitOK {
				t.Fatalf("exit code %d\n%s", p.code(), p.said())
			}
			was := contents(t, filepath.Join(folder, "out"))
			restore := closeFor(t, filepath.Join(folder, tt.closed))
			p := call("2026-11-20")
			said := p.said()
			if p.code() != exitFailed || !strings.Contains(strings.ToLower(said), "permission denied") || !strings.Contains(said, tt.remedy) || !strings.Contains(said, tt.failed) {
				t.Errorf("exit code %d, want %d, with %q and %q in\n%s", p.code(), exitFailed, tt.failed, tt.remedy, said)
			}
			restore()
			checkSame(t, was, contents(t, filepath.Join(folder, "out")))
			noLitter(t, folder)
			if p := call("2026-11-20"); p.code() != exitOK {
				t.Errorf("once it can be written: exit code %d\n%s", p.code(), p.said())
			}
			runsOf(t, filepath.Join(folder, ".dagrun"), "temperature")
		})
	}
}

// closeFor takes the right to write away, and gives back what restores it.
func closeFor(t *testing.T, path string) (restore func()) {
	t.Helper()
	info, err := os.Stat(path)
	if err == nil {
		err = os.Chmod(path, info.Mode().Perm()&^0o222)
	}
	if err != nil {
		t.Fatal(err)
	}
	restore = func() {
		if err := os.Chmod(path, info.Mode().Perm()); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(restore) // for the removal of the folder
	return restore
}

// checkSame checks that files are as they were. A database may have got another
// table.
func checkSame(t *testing.T, was, is map[string][]byte) {
	t.Helper()
	for name, content := range was {
		if strings.HasSuffix(name, ".duckdb") {
			continue
		}
		if diff := cmp.Diff(content, is[name]); diff != "" {
			t.Errorf("%s was harmed (-was +is):\n%s", name, diff)
		}
	}
}

// held is a pipeline that stops in the middle until it is told to go on.
const held = `
pipeline "held" {
  working_dir = "work"
}
variable "control" {}
step "csv_resample" "first" {
  input    = "in/readings.csv"
  output   = "out/first.csv"
  time     = ["date", "time"]
  interval = "1h"
  method   = "first"
}
step "wait" "hold" {
  depends_on = [step.csv_resample.first]
  started    = "${var.control}/started"
  until      = "${var.control}/until"
}
step "csv_resample" "second" {
  depends_on = [step.wait.hold]
  input      = step.csv_resample.first.output
  output     = "out/second.csv"
  time       = ["date", "time"]
  interval   = "6h"
  method     = "first"
}
step "duckdb_load" "store" {
  database = "out/held.duckdb"
  source   = step.csv_resample.second.output
  table    = "t"
}
step "smtp" "mail" {
  depends_on = [step.wait.hold]
  server     = "file://out/mail"
  from       = "a@example.org"
  to         = "b@example.org"
  subject    = "held"
  text       = "held"
}
`

func TestAFolderThatVanishesUnderARunIsTold(t *testing.T) {
	remove := os.RemoveAll
	replace := func(path string) error {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
		return os.WriteFile(path, []byte("a file"), 0o600)
	}
	away := func(path string) error { return os.Rename(path, path+".away") }
	for name, tt := range map[string]struct {
		folder string
		do     func(string) error
		want   []string
	}{
		"the output folder is removed":            {"work/out", remove, []string{"csv_resample.second failed", "out/first.csv", "What to do"}},
		"the output folder is moved away":         {"work/out", away, []string{"csv_resample.second failed", "out/first.csv", "What to do"}},
		"the output folder becomes a file":        {"work/out", replace, []string{"csv_resample.second failed", "not a directory", "What to do"}},
		"the working directory is removed":        {"work", remove, []string{"csv_resample.second failed", "out/first.csv", "What to do"}},
		"the working directory becomes a file":    {"work", replace, []string{"csv_resample.second failed", "not a directory", "What to do"}},
		"the state folder is removed":             {"state", remove, []string{"cannot be recorded", "log.jsonl", "no longer there", "the history is kept in"}},
		"the state folder is moved away":          {"state", away, []string{"cannot be recorded", "log.jsonl", "no longer there", "the history is kept in"}},
		"the state folder becomes a file":         {"state", replace, []string{"cannot be recorded", "log.jsonl", "no longer there", "the history is kept in"}},
		"the folder of the run's log is replaced": {"state/runs", replace, []string{"cannot be recorded", "log.jsonl", "no longer there", "the history is kept in"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			in := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
			prepare := func() {
				log, err := os.ReadFile("../../testdata/probe1_log.csv")
				if err != nil {
					t.Fatal(err)
				}
				writeFile(t, in("work/in/readings.csv"), string(log))
			}
			prepare()
			pipeline := writeFile(t, in("held.hcl"), held)
			args := []string{"run", pipeline, "--state-dir", in("state"), "--var", "control=" + dir}
			p := launchProcess(t, nil, args...)
			p.await(t, in("started"))
			if err := tt.do(in(tt.folder)); err != nil {
				t.Fatal(err)
			}
			writeFile(t, in("until"), "")
			said := p.said()
			if p.code() != exitFailed {
				t.Errorf("exit code %d, want %d", p.code(), exitFailed)
			}
			for _, want := range tt.want {
				if !strings.Contains(said, want) {
					t.Errorf("%q is not in\n%s", want, said)
				}
			}
			noLitter(t, dir)
			if tt.folder != "state" && tt.folder != "state/runs" {
				runsOf(t, in("state"), "held")
			}
			if info, err := os.Stat(in(tt.folder)); err == nil && !info.IsDir() {
				if err := os.Remove(in(tt.folder)); err != nil {
					t.Fatal(err)
				}
			}
			prepare()
			runProcess(t, exitOK, nil, args...)
		})
	}
}
