package execute

import (
	"encoding/json"
	"iter"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/graph"
	"dagrun/engine/local"
	"dagrun/engine/reuse"
)

// asker knows of a pipeline what a judge wants to be told of a step.
type asker struct {
	attempt   engine.Attempt // what all attempts share
	realDir   string         // the working directory, whatever links lead there
	key       reuse.Key
	pipeline  *config.Pipeline
	index     map[engine.Address]int
	needs     [][]graph.Span
	ancestors map[engine.Address][]engine.Address
}

func newAsker(p *config.Pipeline, key reuse.Key) *asker {
	a := &asker{
		attempt: attemptOf(p), realDir: local.RealPath(p.WorkingDir), key: key, pipeline: p, index: make(map[engine.Address]int, len(p.Steps)),
		needs: p.Needs(), ancestors: map[engine.Address][]engine.Address{},
	}
	for i, s := range p.Steps {
		a.index[s.Address] = i
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
	attempt.WorkingDir = a.realDir
	attempt.Step, attempt.Type = step.Address, step.Type.Name
	return a.key.Arguments(attempt, arguments)
}

// upstream lists all steps that one needs, directly or through others.
func (a *asker) upstream(step engine.Address) []engine.Address {
	if all, ok := a.ancestors[step]; ok {
		return all
	}
	var all []engine.Address
	for i := range closure(a.index[step], a.needs) {
		all = append(all, a.pipeline.Steps[i].Address)
	}
	a.ancestors[step] = all
	return all
}

// closure goes through all that is reached from a step along spans, without the
// step itself.
func closure(from int, along [][]graph.Span) iter.Seq[int] {
	return func(yield func(int) bool) {
		seen, through := map[int]bool{from: true}, map[graph.Span]bool{}
		open := []int{from}
		for len(open) > 0 {
			at := open[len(open)-1]
			open = open[:len(open)-1]
			if at != from && !yield(at) {
				return
			}
			for _, span := range along[at] {
				if through[span] {
					continue
				}
				through[span] = true
				for i := span.From; i < span.To; i++ {
					if !seen[i] {
						seen[i] = true
						open = append(open, i)
					}
				}
			}
		}
	}
}
