package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dagrun/engine/enginetest/tmux"
)

// watched is a run that is looked at on a terminal. Each of its steps waits for
// a file; one fails, and one comes after that.
type watched struct {
	*tmux.Pane

	dir     string
	columns int
	steps   []string
}

const watchedHead = `
pipeline "p" {}
variable "deaf" { default = false }
step "wait" "bad" {
  started = "bad"
  secret  = "x7Qz is a secret\nand goes on below"
  retry {
    max_attempts = 2
    min_interval = "3s"
    jitter       = 0
  }
}
step "wait" "after" {
  depends_on = [step.wait.bad]
  started    = "never"
}
`

// watchRun starts a run with so many steps on a terminal.
func watchRun(t *testing.T, columns, rows, steps int, env ...string) *watched {
	t.Helper()
	w, command := prepare(t, columns, steps, env...)
	w.Pane = tmux.Start(t, columns, rows, w.dir, "trap : INT; "+command+"; exec sleep 1000000")
	w.started(t)
	return w
}

// prepare makes a pipeline with so many steps, and gives the command that runs
// it and tells its exit code.
func prepare(t *testing.T, columns, steps int, env ...string) (w *watched, command string) {
	t.Helper()
	w = &watched{dir: t.TempDir(), columns: columns}
	var file strings.Builder
	file.WriteString(watchedHead)
	for i := range steps {
		name := fmt.Sprintf("s%02d", i)
		w.steps = append(w.steps, name)
		fmt.Fprintf(&file, "step \"wait\" %q {\n  started = \"started-%s\"\n  until   = \"温度 センサー の 記録 が 届く まで 待つ %s.go\"\n  deaf    = var.deaf\n}\n", name, name, name)
	}
	writeFile(t, filepath.Join(w.dir, "p.hcl"), file.String())
	program, err := exec.LookPath("dagrun")
	if err != nil {
		t.Fatal(err)
	}
	return w, "env CI= NO_COLOR= " + strings.Join(env, " ") + " " + program + " run --parallelism 100 --state-dir state p.hcl; echo exit code $?"
}

// started waits until all steps are at work.
func (w *watched) started(t *testing.T) {
	t.Helper()
	for _, s := range w.steps {
		eventually(t, s+" starts", func() bool {
			if all := strings.Join(w.All(t), "\n"); strings.Contains(all, "\nexit code") {
				t.Fatalf("the run has ended:\n%s", all)
			}
			return isThere(filepath.Join(w.dir, "started-"+s))
		})
	}
}

// end lets steps end.
func (w *watched) end(t *testing.T, steps ...string) {
	t.Helper()
	for _, s := range steps {
		writeFile(t, filepath.Join(w.dir, fmt.Sprintf("温度 センサー の 記録 が 届く まで 待つ %s.go", s)), "")
	}
}

// shows waits until the screen shows a text.
func (w *watched) shows(t *testing.T, text string) {
	t.Helper()
	eventually(t, "the screen shows "+text, func() bool { return strings.Contains(strings.Join(w.Screen(t), "\n"), text) })
}

const spinners = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"

// check checks that lines are what a run says, and that the terminal had to
// break none. It gives the live ones.
func (w *watched) check(t *testing.T, lines []string) (live []string) {
	t.Helper()
	for _, l := range lines {
		first, _, _ := strings.Cut(l, " ")
		switch {
		case first != "" && strings.Contains(spinners, first), strings.HasPrefix(l, ". "), strings.Contains(l, " done in "):
			live = append(live, l)
		case slices.Contains([]string{"", "✓", "✗", "-", "p:", "Run", "Log:", "Error:", "stopping", "stopping:", "exit"}, first):
		default:
			t.Errorf("the terminal shows %q, which is no beginning of a line", l)
		}
		if n := len([]rune(l)); n >= w.columns {
			t.Errorf("the terminal shows %q, which fills the line of %d columns", l, w.columns)
		}
	}
	return live
}

// settled checks that all is told that is to stay, each once, and that nothing
// of the live lines is left.
func (w *watched) settled(t *testing.T, marks map[string]int, code int) []string {
	t.Helper()
	w.shows(t, fmt.Sprint("exit code ", code))
	all := w.All(t)
	if live := w.check(t, all); len(live) > 0 {
		t.Errorf("live lines are left: %q", live)
	}
	got := map[string]int{}
	for _, s := range append([]string{"bad", "after"}, w.steps...) {
		n := 0
		for _, l := range all {
			for _, mark := range []string{"✓", "✗", "-"} {
				if strings.HasPrefix(l, mark+" wait."+s+" ") {
					got[mark]++
					n++
				}
			}
		}
		if n != 1 {
			t.Errorf("the end of %s is told %d times", s, n)
		}
	}
	for mark, n := range marks {
		if got[mark] != n {
			t.Errorf("%d steps are marked %s, want %d", got[mark], mark, n)
		}
	}
	if !w.CursorIsShown(t) {
		t.Error("the cursor is hidden")
	}
	if t.Failed() {
		t.Logf("the terminal:\n%s", strings.Join(all, "\n"))
	}
	return all
}

func TestTerminal(t *testing.T) {
	for _, columns := range []int{80, 120} {
		for _, steps := range []int{5, 60} {
			t.Run(fmt.Sprintf("%d columns, %d steps, a retry and a failure", columns, steps), func(t *testing.T) {
				t.Parallel()
				w := watchRun(t, columns, 24, steps)
				w.shows(t, "waiting for retry in")
				w.manyLooks(t, steps)
				w.end(t, w.steps[:steps/2]...)
				w.shows(t, fmt.Sprintf("%d of %d done in", steps/2+2, steps+2))
				w.manyLooks(t, steps-steps/2)
				w.end(t, w.steps...)
				all := w.settled(t, map[string]int{"✓": steps, "✗": 1, "-": 1}, 1)
				wentWrong(t, all)
			})
			t.Run(fmt.Sprintf("%d columns, %d steps, Ctrl-C", columns, steps), func(t *testing.T) {
				t.Parallel()
				w := watchRun(t, columns, 24, steps)
				w.shows(t, "done in 1s")
				w.Press(t, "C-z") // which does nothing where no shell could let the run go on
				w.shows(t, "done in 2s")
				w.Press(t, "C-c")
				all := w.settled(t, map[string]int{"✓": 0}, 130)
				text := strings.Join(all, "\n")
				if n := strings.Count(text, " at work get 10s; press Ctrl-C again to stop at once"); n != 1 || strings.Contains(text, "^C") {
					t.Errorf("the answer to Ctrl-C is there %d times:\n%s", n, text)
				}
			})
		}
	}
}

// manyLooks looks at the terminal for a while.
func (w *watched) manyLooks(t *testing.T, steps int) {
	t.Helper()
	for range 15 {
		live := w.check(t, w.Screen(t))
		if most := min(steps+2, 20); len(live) > most || len(live) < min(steps, 20) {
			t.Errorf("%d lines are live, want %d:\n%s", len(live), most, strings.Join(w.Screen(t), "\n"))
		}
		if t.Failed() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// wentWrong checks that what went wrong, and at which line of the pipeline, is
// the last thing on the terminal.
func wentWrong(t *testing.T, all []string) {
	t.Helper()
	var end []string
	for i, l := range all {
		if strings.HasPrefix(l, "Error:") {
			end = all[i:]
			break
		}
	}
	text := strings.Join(end, "\n")
	for _, want := range []string{"Error: wait.bad failed after 2 attempts [failed]\n  p.hcl:", " | step \"wait\" \"bad\" {", "^^^^", "the server said: 535 no such user (sensitive)", "\nexit code 1"} {
		if !strings.Contains(text, want) {
			t.Errorf("the end does not say %q:\n%s", want, text)
		}
	}
}

func TestATerminalThatChangesItsSizeKeepsNothingOfTheLiveLines(t *testing.T) {
	w := watchRun(t, 100, 30, 20)
	for _, size := range [][2]int{{50, 30}, {30, 30}, {100, 20}, {60, 40}, {100, 30}} {
		w.Resize(t, size[0], size[1])
		time.Sleep(300 * time.Millisecond) // for some frames
		w.end(t, w.steps[:size[0]/6]...)
		time.Sleep(300 * time.Millisecond)
	}
	w.end(t, w.steps...)
	w.settled(t, map[string]int{"✓": 20, "✗": 1, "-": 1}, 1)
}

func TestASecondCtrlCStopsAtOnce(t *testing.T) {
	w := watchRun(t, 80, 24, 3, "DAGRUN_VAR_deaf=true")
	w.Press(t, "C-c")
	w.shows(t, "stopping, 9s left")
	w.Press(t, "C-c")
	all := strings.Join(w.settled(t, map[string]int{"✓": 0}, 130), "\n")
	if !strings.Contains(all, "\nstopping at once\n") {
		t.Errorf("the answer to the second Ctrl-C is not there:\n%s", all)
	}
}

func TestWhoCannotSeeARedrawnViewHasALineForEachEvent(t *testing.T) {
	for _, env := range []string{"CI=true", "TERM=dumb"} {
		t.Run(env, func(t *testing.T) {
			t.Parallel()
			w := watchRun(t, 80, 24, 2, env)
			w.end(t, w.steps...)
			w.shows(t, "exit code 1")
			all := strings.Join(w.All(t), "\n")
			if !strings.Contains(all, "\nwait.s00    started\n") || strings.ContainsAny(all, spinners+"✓") {
				t.Errorf("the terminal shows:\n%s", all)
			}
		})
	}
}

func TestNoColorTakesOnlyTheColorsAway(t *testing.T) {
	w := watchRun(t, 80, 24, 2, "NO_COLOR=1")
	w.shows(t, "done in 1s")
	if live := w.check(t, w.Screen(t)); len(live) < 3 || w.HasColors(t) {
		t.Errorf("%d lines are live, and colours are there: %t", len(live), w.HasColors(t))
	}
	w.end(t, w.steps...)
	w.settled(t, map[string]int{"✓": 2, "✗": 1, "-": 1}, 1)
	if w.HasColors(t) {
		t.Error("there are colours")
	}
}

func TestCtrlZGivesTheTerminalBack(t *testing.T) {
	w, command := prepare(t, 120, 3)
	writeFile(t, filepath.Join(w.dir, "run.sh"), command+"\n")
	w.Pane = tmux.Start(t, 120, 24, w.dir, "exec env PS1=': ' bash --norc --noprofile -i")
	w.Type(t, "set -m; . ./run.sh")
	w.started(t)
	w.shows(t, "done in 1s")
	w.Press(t, "C-z")
	w.shows(t, "Stopped")
	if screen := strings.Join(w.Screen(t), "\n"); strings.ContainsAny(screen, spinners) || strings.Contains(screen, "done in") {
		t.Errorf("live lines are left:\n%s", screen)
	}
	w.Type(t, "fg")
	w.shows(t, "done in")
	w.end(t, w.steps...)
	w.shows(t, "Run failed")
	all := strings.Join(w.All(t), "\n")
	for _, want := range []string{"\n✓ wait.s00 ", "\n✓ wait.s01 ", "\n✓ wait.s02 ", "\n✗ wait.bad ", "\n: fg\n"} {
		if strings.Count(all, want) != 1 {
			t.Errorf("%q is not there once", want)
		}
	}
	if strings.ContainsAny(all, spinners) || strings.Contains(all, "done in") || t.Failed() {
		t.Errorf("the terminal shows:\n%s", all)
	}
}

func TestARunInTheBackgroundDrawsNothing(t *testing.T) {
	w, command := prepare(t, 120, 3)
	writeFile(t, filepath.Join(w.dir, "run.sh"), command+"\n")
	w.Pane = tmux.Start(t, 120, 24, w.dir, "exec env PS1=': ' bash --norc --noprofile -i")
	w.Type(t, "sh run.sh &")
	w.started(t)
	w.shows(t, "retrying in")
	w.Type(t, "echo typed meanwhile")
	w.end(t, w.steps...)
	w.shows(t, "exit code 1")
	all := strings.Join(w.All(t), "\n")
	if strings.ContainsAny(all, spinners) || strings.Contains(all, "done in") || !strings.Contains(all, "\ntyped meanwhile\n") || !strings.Contains(all, "✓ wait.s00 ") {
		t.Errorf("the terminal shows:\n%s", all)
	}
}
