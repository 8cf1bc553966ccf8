package main

import (
	"fmt"
	"strings"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/execute"
	"dagrun/engine/report"
)

// Of more than manyAlike instances of a block that fare alike, a plan for people
// shows fewShown.
const (
	manyAlike = 10
	fewShown  = 3
)

// fate is what instances have in common that fare alike.
type fate struct {
	action   execute.Action
	reason   engine.Reason
	decision engine.DecisionReason
	code     string // of the error of those that fail
}

func fateOf(s *execute.Prospect) fate {
	f := fate{action: s.Action, reason: s.Reason}
	if s.Decision != nil {
		f.decision = s.Decision.Reason
	}
	if s.Failure != nil {
		f.code = s.Failure.Error.Code
	}
	return f
}

// fates say what becomes of several steps.
var fates = map[execute.Action]string{
	execute.ActionRun: "run", execute.ActionReuse: "are reused", execute.ActionSkip: "are skipped", execute.ActionFail: "fail",
	execute.ActionRunOrReuse: "run or are reused", execute.ActionRunOrSkip: "run or are skipped",
}

// blockText is what a plan says of the instances of a block.
func (a *app) blockText(p *config.Pipeline, block []execute.Prospect) string {
	alike, shown := map[fate]int{}, map[fate]int{}
	var order []fate
	for i := range block {
		f := fateOf(&block[i])
		if alike[f]++; alike[f] == 1 {
			order = append(order, f)
		}
	}
	var b strings.Builder
	for i := range block {
		f := fateOf(&block[i])
		if alike[f] > manyAlike && shown[f] == fewShown {
			continue
		}
		shown[f]++
		b.WriteString("\n" + a.prospectText(p, &block[i]))
	}
	for _, f := range order {
		if more := alike[f] - shown[f]; more > 0 {
			name := strings.TrimPrefix(block[0].Step.Block.Address.String(), asAddress)
			fmt.Fprintf(&b, "\n… and %s more instances of %s like these: %s\n", report.Count(more), name, fates[f.action])
		}
	}
	return b.String()
}
