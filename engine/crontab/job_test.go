package crontab_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dagrun/engine/crontab"
)

func TestBlockSaysWhenAndWhat(t *testing.T) {
	job := crontab.Job{
		Path: "/srv/pipe lines/t.hcl", Dir: "/srv/pipe lines", Name: "t", StateDir: "/srv/.dagrun", Plan: plan(t, "0 8 * * *", "UTC"),
		Program: "/usr/bin/dagrun", Log: "/srv/.dagrun/t.cron.log",
	}
	want := `# BEGIN dagrun /srv/pipe lines/t.hcl
# dagrun: pipeline t, history in /srv/.dagrun
0 8 * * * cd /srv && /bin/mkdir -m 700 -p /srv/.dagrun && cd '/srv/pipe lines' && { /usr/bin/dagrun run --trigger cron '/srv/pipe lines/t.hcl'; } >>/srv/.dagrun/t.cron.log 2>&1
# END dagrun /srv/pipe lines/t.hcl
`
	if got, err := job.Block(); err != nil || got != want {
		t.Errorf("got %v and\n%s\nwant\n%s", err, got, want)
	}
	job.Path, job.Dir, job.Plan = "/srv/t.hcl", "/srv", plan(t, "30 8 * * *", "Asia/Kolkata")
	job.Env = []string{"DAGRUN_VAR_a-b=1"}
	job.Values, job.RunFlags = []string{"--var", "x=100%"}, []string{"--parallelism", "2"}
	want = `# BEGIN dagrun /srv/t.hcl
# dagrun: pipeline t, history in /srv/.dagrun
# dagrun: it is to run at 30 8 * * * in Asia/Kolkata; the line fires more often and asks ` + "`dagrun cron due`" + `
0 * * * * cd /srv && /bin/mkdir -m 700 -p /srv/.dagrun && { /usr/bin/env DAGRUN_VAR_a-b=1 /usr/bin/dagrun cron due /srv/t.hcl --var 'x=100\%' && /usr/bin/env DAGRUN_VAR_a-b=1 /usr/bin/dagrun run --trigger cron /srv/t.hcl --var 'x=100\%' --parallelism 2; } >>/srv/.dagrun/t.cron.log 2>&1
# END dagrun /srv/t.hcl
`
	got, err := job.Block()
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("got %v and (-want +got):\n%s", err, diff)
	}
}

func TestAFolderIsWhereItsRunStarts(t *testing.T) {
	job := crontab.Job{
		Path: "/srv/daily", Dir: "/srv/daily", Name: "t", StateDir: "/s", Plan: plan(t, "0 8 * * *", "UTC"), Program: "/dagrun", Log: "/s/l",
	}
	got, err := job.Block()
	if want := "cd /srv/daily && { /dagrun run --trigger cron /srv/daily; }"; err != nil || !strings.Contains(got, want) {
		t.Errorf("got %v and %s, want %s in it", err, got, want)
	}
}

func TestLineThatCronWouldNotTakeIsRefused(t *testing.T) {
	fine := crontab.Job{Path: "/p.hcl", Dir: "/", Name: "p", StateDir: "/s", Plan: plan(t, "0 8 * * *", "UTC"), Program: "/dagrun", Log: "/s/l"}
	for _, c := range []struct {
		name, want string
		change     func(*crontab.Job)
	}{
		{"line break in the path", `has the character "\n"`, func(j *crontab.Job) { j.Path = "/a\nb.hcl" }},
		{"carriage return in the log", `has the character "\r"`, func(j *crontab.Job) { j.Log = "/a\r" }},
		{"line break in a value", `has the character "\n"`, func(j *crontab.Job) { j.Values = []string{"--var", "a=b\n* * * * * evil"} }},
		{"null in the environment", `has the character "\x00"`, func(j *crontab.Job) { j.Env = []string{"A=\x00"} }},
		{"backspace in the program", `has the character "\b"`, func(j *crontab.Job) { j.Program = "/\b" }},
		{"too long", "cron takes at most 998", func(j *crontab.Job) { j.Path = "/" + strings.Repeat("x", 1000) }},
	} {
		job := fine
		c.change(&job)
		if block, err := job.Block(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %q, %v, want %q", c.name, block, err, c.want)
		}
	}
}

// TestCommandReachesTheProgramLiterally gives lines with odd paths and values to
// a shell as two kinds of cron do, and sees what the program is called with.
func TestCommandReachesTheProgramLiterally(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "d'a g%run")
	said := filepath.Join(dir, "said")
	script := "#!/bin/sh\npwd >" + said + "\nprintf '%s\\n' \"$V\" \"$@\" >>" + said + "\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	hourly := plan(t, "0 * * * *", "UTC")
	rapid.Check(t, func(t *rapid.T) {
		odd := rapid.StringMatching(`[a-z][ '"$%\\` + "`" + `!#~*?;&|<>(){}\[\]é🦊=a-z-]{0,12}[a-z]`)
		folder := filepath.Join(dir, "in "+odd.Draw(t, "folder"))
		job := crontab.Job{
			Path: filepath.Join(folder, odd.Draw(t, "file")), Dir: folder, Name: "p", StateDir: dir, Plan: hourly,
			Program: program, Env: []string{"V=" + odd.Draw(t, "variable")}, Values: []string{"--var", odd.Draw(t, "value")},
			Log: filepath.Join(dir, "logs "+odd.Draw(t, "logs"), odd.Draw(t, "log")),
		}
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		block, err := job.Block()
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Join([]string{folder, job.Env[0][2:], "run", "--trigger", "cron", job.Path, "--var", job.Values[1], ""}, "\n")
		for _, halve := range []bool{true, false} {
			c := exec.Command("/bin/sh", "-c", commandOf(t, block, halve))
			c.Env = []string{"PATH=/nowhere"}
			if out, err := c.CombinedOutput(); err != nil || len(out) > 0 {
				t.Fatalf("%v, %s", err, out)
			}
			got, err := os.ReadFile(said)
			if err != nil || string(got) != want {
				t.Fatalf("the program got %q, %v, want %q", got, err, want)
			}
			if log, err := os.ReadFile(job.Log); err != nil || !bytes.Equal(log, nil) {
				t.Fatalf("the log has %q, %v", log, err)
			}
		}
	})
}

// commandOf takes the command from the last line but one of a block, as cron
// does: it ends at a percent sign, unless a backslash is before it. Some crons
// also halve two backslashes.
func commandOf(t *rapid.T, block string, halve bool) string {
	lines := strings.Split(block, "\n")
	_, command, _ := strings.Cut(lines[len(lines)-3], " * * * * ")
	var b strings.Builder
	for i := 0; i < len(command); i++ {
		switch {
		case command[i] == '\\' && i+1 < len(command) && (command[i+1] == '%' || halve && command[i+1] == '\\'):
			i++
		case command[i] == '%':
			t.Fatalf("cron ends the command at a percent sign: %s", command)
		}
		b.WriteByte(command[i])
	}
	return b.String()
}
