package execute

import (
	"encoding/json"
	"slices"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/local"
	"dagrun/engine/reuse"
)

// asker knows of a pipeline what a judge wants to be told of a step.
type asker struct {
	attempt   engine.Attempt // what all attempts share
	key       reuse.Key
	needs     map[engine.Address][]engine.Address
	ancestors map[engine.Address][]engine.Address
}

func newAsker(p *config.Pipeline, key reuse.Key) *asker {
	a := &asker{
		attempt: attemptOf(p), key: key,
		needs: map[engine.Address][]engine.Address{}, ancestors: map[engine.Address][]engine.Address{},
	}
	for _, s := range p.Steps {
		a.needs[s.Address] = p.Graph.Needs(s.Address)
	}
	return a
}

// attemptOf is what all attempts of a run share.
func attemptOf(p *config.Pipeline) engine.Attempt {
	return engine.Attempt{
		RunID: p.Run.ID, Origin: p.Run.ID, Pipeline: p.Name, LogicalTime: p.LogicalTime,
		Timezone: p.Timezone.String(), WorkingDir: p.WorkingDir,
	}
}

// question puts a step with its arguments, which are wholly known, to a judge.
func (a *asker) question(step *config.Step, args cty.Value) reuse.Question {
	bare, _ := args.UnmarkDeep()
	return reuse.Question{
		Step: step.Address, Fingerprint: a.fingerprint(step, bare), Arguments: config.MaskedArguments(args),
		Inputs: local.Inputs(a.attempt.WorkingDir, step.Type, bare), Upstream: func() []engine.Address { return a.upstream(step.Address) },
		Adds: step.Type.Adds(bare), OnFailure: step.Rule.OnFailure(),
	}
}

// fingerprint is that of a step's arguments, which have no marks.
func (a *asker) fingerprint(step *config.Step, bare cty.Value) string {
	data, err := ctyjson.Marshal(bare, step.Type.ArgsType())
	if err != nil {
		return "" // the same error keeps the step from running
	}
	return a.fingerprintOf(step, data)
}

func (a *asker) fingerprintOf(step *config.Step, arguments json.RawMessage) string {
	attempt := a.attempt
	attempt.WorkingDir = local.RealPath(attempt.WorkingDir) // whatever links lead there
	attempt.Step, attempt.Type = step.Address, step.Type.Name
	return a.key.Arguments(attempt, arguments)
}

// upstream lists all steps that one needs, directly or through others.
func (a *asker) upstream(step engine.Address) []engine.Address {
	if all, ok := a.ancestors[step]; ok {
		return all
	}
	var all []engine.Address
	seen := map[engine.Address]bool{step: true}
	open := slices.Clone(a.needs[step])
	for len(open) > 0 {
		up := open[len(open)-1]
		open = open[:len(open)-1]
		if !seen[up] {
			seen[up] = true
			all = append(all, up)
			open = append(open, a.needs[up]...)
		}
	}
	a.ancestors[step] = all
	return all
}
