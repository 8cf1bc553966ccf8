package sched_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/graph"
	"dagrun/engine/sched"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestTicks plays the scripts in testdata: the plan above the line, then each
// input to the machine with, indented below it, all that the machine answers.
func TestTicks(t *testing.T) {
	files, err := filepath.Glob("testdata/*.tick")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".tick"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(data))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			} else if got != string(data) {
				t.Errorf("got:\n%s", got)
			}
		})
	}
}

// script is a machine with names for its steps.
type script struct {
	t     *testing.T
	names []string
	plan  sched.Plan
	m     *sched.Machine
	out   strings.Builder
}

func play(t *testing.T, text string) string {
	head, body, ok := strings.Cut(text, "---\n")
	if !ok {
		t.Fatal("no line of dashes between the plan and the inputs")
	}
	s := &script{t: t, plan: sched.Plan{Concurrency: 8}}
	for line := range strings.Lines(head) {
		s.declare(strings.Fields(line))
	}
	s.m = sched.NewMachine(s.plan)
	s.out.WriteString(head + "---\n")
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, " ") {
			continue // an answer of an earlier time
		}
		s.out.WriteString(line)
		if words := strings.Fields(line); len(words) > 0 && !strings.HasPrefix(line, "#") {
			s.show(s.input(words))
		}
	}
	return s.out.String()
}

func (s *script) declare(words []string) {
	if len(words) == 0 || words[0] == "#" {
		return
	}
	switch words[0] {
	case "concurrency":
		s.plan.Concurrency = s.number(words[1])
	case "fail_fast":
		s.plan.FailFast = true
	case "step":
		s.names = append(s.names, words[1])
		step := sched.Step{
			Address: engine.Address{Type: "t", Name: words[1]}, Rule: engine.AllSuccess,
			Retry: engine.RetryPolicy{MaxAttempts: 1, Strategy: engine.Exponential, MinInterval: time.Second, MaxInterval: 5 * time.Second},
		}
		for _, w := range words[2:] {
			s.option(&step, w)
		}
		s.plan.Steps = append(s.plan.Steps, step)
	default:
		s.t.Fatalf("unknown declaration %q", words[0])
	}
}

func (s *script) option(step *sched.Step, w string) {
	key, value, _ := strings.Cut(w, "=")
	switch key {
	case "needs":
		for _, name := range strings.Split(value, ",") {
			from, to, many := strings.Cut(name, "..")
			span := graph.One(s.id(from))
			if many {
				span.To = s.id(to) + 1
			}
			step.Needs = append(step.Needs, span)
		}
	case "rule":
		step.Rule = engine.TriggerRule(value)
	case "attempts":
		step.Retry.MaxAttempts = s.number(value)
	case "strategy":
		step.Retry.Strategy = engine.Strategy(value)
	case "jitter":
		step.Retry.Jitter = 0.5
	case "continue_on_error":
		step.ContinueOnError = true
	case "excluded":
		step.Excluded = true
	default:
		s.t.Fatalf("unknown option %q", w)
	}
}

func (s *script) number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *script) id(name string) int {
	i := slices.Index(s.names, name)
	if i < 0 {
		s.t.Fatalf("unknown step %q", name)
	}
	return i
}

func (s *script) input(words []string) sched.Effects {
	switch words[0] {
	case "start":
		return s.m.Start()
	case "prepared":
		return s.m.Prepared(s.id(words[1]), s.preparation(words[2:]))
	case "finish":
		e := sched.Ending{Outcome: engine.Outcome(words[2]), Retryable: true}
		for _, w := range words[3:] {
			if w == "permanently" {
				e.Retryable = false
			} else {
				e.Reason = engine.Reason(w)
			}
		}
		return s.m.Finish(s.id(words[1]), e)
	case "wake":
		return s.m.Wake(s.id(words[1]))
	case "cancel":
		return s.m.Cancel(engine.Reason(words[1]), false)
	case "kill":
		return s.m.Cancel(engine.ReasonInterrupted, true)
	}
	s.t.Fatalf("unknown input %q", words[0])
	return sched.Effects{}
}

func (s *script) preparation(words []string) (p sched.Preparation) {
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "skip":
			p.Result, p.Reason = engine.StepSkipped, engine.ReasonCondition
		case "reuse":
			p.Result, p.Reason = engine.StepReused, engine.ReasonUnchanged
		case "fail":
			p.Result, p.Reason = engine.StepFailed, engine.Reason(value)
		case "lock":
			p.Locks = append(p.Locks, sched.Lock{Key: value, Exclusive: true})
		case "share":
			p.Locks = append(p.Locks, sched.Lock{Key: value})
		default:
			s.t.Fatalf("unknown preparation %q", w)
		}
	}
	return p
}

func (s *script) show(e sched.Effects) {
	for _, ev := range e.Events {
		fmt.Fprintf(&s.out, "    event  %s\n", s.event(ev))
	}
	for _, id := range e.Stop {
		fmt.Fprintf(&s.out, "    stop   %s\n", s.names[id])
	}
	for _, st := range e.Start {
		fmt.Fprintf(&s.out, "    start  %s attempt %d\n", s.names[st.Step], st.Attempt)
	}
	for _, w := range e.Wait {
		fmt.Fprintf(&s.out, "    wait   %s %s\n", s.names[w.Step], w.Delay)
	}
	for _, id := range e.Prepare {
		fmt.Fprintf(&s.out, "    prepare %s\n", s.names[id])
	}
	if e.Done {
		s.out.WriteString("    done\n")
	}
}

func (s *script) event(e sched.Event) string {
	name := s.names[e.Step]
	switch e.Kind {
	case sched.StepStarted:
		return "step_started " + name
	case sched.AttemptStarted:
		return fmt.Sprintf("attempt_started %s %d", name, e.Attempt)
	case sched.AttemptFinished:
		text := fmt.Sprintf("attempt_finished %s %d %s", name, e.Attempt, e.Outcome)
		if e.Retry {
			text += " retry_in " + e.RetryIn.String()
		}
		return text
	}
	text := fmt.Sprintf("step_finished %s %s", name, e.Result)
	if e.Reason != "" {
		text += " " + string(e.Reason)
	}
	if e.Cause != sched.NoStep {
		text += " cause=" + s.names[e.Cause]
	}
	return text + fmt.Sprintf(" attempts=%d", e.Attempt)
}
