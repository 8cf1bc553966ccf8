package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/execute"
	"dagrun/engine/report"
	"dagrun/engine/reuse"
)

// rfc3339 is RFC 3339 with seconds.
const rfc3339 = "2006-01-02T15:04:05Z07:00"

// printPlan writes a plan for people, to standard output: it is what was asked
// for.
func (a *app) printPlan(p *config.Pipeline, judge *reuse.Judge, prospects []execute.Prospect) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: plan for %s", p.Name, p.LogicalTime.Format(rfc3339))
	if judge != nil {
		fmt.Fprintf(&b, ", taking up run %s", judge.Resumed())
	}
	b.WriteString("\n")
	total := summary(prospects)
	for len(prospects) > 0 {
		end := 1
		for end < len(prospects) && prospects[end].Step.Block == prospects[0].Step.Block {
			end++
		}
		b.WriteString(a.blockText(p, prospects[:end]))
		prospects = prospects[end:]
	}
	fmt.Fprintf(&b, "\n%s\n", total)
	_, err := fmt.Fprint(a.stdout, b.String())
	return err
}

func (a *app) prospectText(p *config.Pipeline, s *execute.Prospect) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", strings.TrimPrefix(s.Step.Address.String(), "step."), expected(s))
	if s.Failure != nil {
		at := ""
		if r := s.Failure.Error.Range; r != nil {
			at = visible(r.String()) + ": "
		}
		fmt.Fprintf(&b, "    %s%s\n", at, visible(s.Failure.Error.Flat().Message))
	}
	if !s.Known() {
		return b.String()
	}
	b.WriteString(argumentsText(p, s))
	for _, f := range s.Files {
		fmt.Fprintf(&b, "    %s %s\n", verbs[f.Role], visible(relativeTo(p.WorkingDir, f.Path)))
	}
	return b.String()
}

var verbs = map[engine.Role]string{
	engine.Reads: "reads", engine.Writes: "writes", engine.Deletes: "deletes", engine.Exclusive: "changes",
}

// expected says what would become of a step, and why.
func expected(s *execute.Prospect) string {
	switch s.Action {
	case execute.ActionReuse:
		return "is reused: " + visible(report.Because(s.Decision))
	case execute.ActionSkip:
		return "is skipped: " + visible(report.Why(s.Reason, s.Cause))
	case execute.ActionFail:
		return strings.TrimSuffix("fails: "+visible(report.Why(s.Reason, s.Cause)), ": ")
	case execute.ActionRunOrReuse:
		return "runs, or is reused if nothing changes for it: known after " + shortList(s.After)
	case execute.ActionRunOrSkip:
		if len(s.After) == 0 {
			return "runs if its condition holds, which is known when its turn comes"
		}
		return "runs " + whether[s.Reason] + shortList(s.After)
	}
	if because := report.Because(s.Decision); because != "" {
		return "runs: " + visible(because)
	}
	return "runs"
}

// whether says on what it depends that a step runs.
var whether = map[engine.Reason]string{
	engine.ReasonTriggerRule:     "if one of these fails: ",
	engine.ReasonUpstreamSkipped: "unless one of these is skipped: ",
	engine.ReasonCondition:       "if its condition holds, which is known after ",
}

func shortList(steps []engine.Address) string {
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = strings.TrimPrefix(s.String(), "step.")
	}
	return visible(strings.Join(names, ", "))
}

func argumentsText(p *config.Pipeline, s *execute.Prospect) string {
	known, open := s.Split()
	var values map[string]json.RawMessage
	_ = json.Unmarshal(config.MaskedArguments(known), &values) // our own JSON
	given := p.Given(s.Step)
	width := 0
	for _, g := range given {
		width = max(width, len(g.Name))
	}
	var b strings.Builder
	for _, g := range given {
		text := "null"
		if v, ok := values[g.Name]; ok {
			text = report.Shortened(visible(legible(v)), report.Longest)
		}
		if open[g.Name] {
			text = "(known when its turn comes)"
			if len(g.Behind) > 0 {
				text = "(known after " + shortList(g.Behind) + ")"
			}
		}
		fmt.Fprintf(&b, "    %-*s = %s\n", width, g.Name, text)
	}
	return b.String()
}

// legible is a JSON value with the characters of HTML as they are.
func legible(value json.RawMessage) string {
	dec := json.NewDecoder(bytes.NewReader(value))
	dec.UseNumber()
	var v any
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := dec.Decode(&v); err != nil || enc.Encode(v) != nil {
		return string(value)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func relativeTo(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// summary counts the actions.
func summary(prospects []execute.Prospect) string {
	counts := map[execute.Action]int{}
	for _, s := range prospects {
		counts[s.Action]++
	}
	var parts []string
	for _, part := range []struct {
		action execute.Action
		text   string
	}{
		{execute.ActionRun, "to run"}, {execute.ActionReuse, "to reuse"}, {execute.ActionRunOrReuse, "to run or reuse"},
		{execute.ActionRunOrSkip, "to run or skip"}, {execute.ActionSkip, "to skip"}, {execute.ActionFail, "sure to fail"},
	} {
		if n := counts[part.action]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, part.text))
		}
	}
	return fmt.Sprintf("%s: %s", count(len(prospects), "step"), strings.Join(parts, ", "))
}
