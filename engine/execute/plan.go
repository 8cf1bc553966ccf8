package execute

import (
	"path/filepath"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/reuse"
)

// Action is what a run would do with a step.
type Action string

// The actions. Those with two names depend on what happens before.
const (
	ActionRun        Action = "run"
	ActionReuse      Action = "reuse"
	ActionSkip       Action = "skip"
	ActionFail       Action = "fail"
	ActionRunOrReuse Action = "run_or_reuse"
	ActionRunOrSkip  Action = "run_or_skip"
)

// Prospect is what a run would do with a step at this moment, and why.
type Prospect struct {
	Step   *config.Step
	Action Action
	// Reason and Cause are those of a step that is skipped or fails, as in the
	// run log; of ActionRunOrSkip they say what it depends on.
	Reason engine.Reason
	Cause  string
	// After lists the steps whose end decides; empty when that is decided.
	After []engine.Address
	// Decision is there when the run takes up another.
	Decision *engine.Decision
	// Arguments are what is known of the step's arguments, sensitive values
	// marked; cty.NilVal when it is skipped or cannot be evaluated.
	Arguments cty.Value
	Files     []config.FileUse
	Failure   *config.Failure

	record   *reuse.Record
	complete bool // all files that it reads are known
}

// Plan says what a run would do, in the order in which steps may start. With a
// judge it says so of a run that takes up another, and tells the judge which
// files, deleted since, are needed again.
func Plan(p *config.Pipeline, judge *reuse.Judge) []Prospect {
	var key reuse.Key
	if judge != nil {
		key = judge.Key()
	}
	for {
		pl := &planner{
			pipeline: p, judge: judge, forecast: p.NewForecast(), asker: newAsker(p, key),
			byAddress: map[engine.Address]*Prospect{},
		}
		prospects := pl.all()
		if !pl.needAgain(prospects) {
			return prospects
		}
	}
}

type planner struct {
	pipeline  *config.Pipeline
	judge     *reuse.Judge
	forecast  *config.Forecast
	asker     *asker
	byAddress map[engine.Address]*Prospect
	anyRuns   bool // one of the steps so far is to run, or may
}

func (pl *planner) all() []Prospect {
	steps := map[engine.Address]*config.Step{}
	for _, s := range pl.pipeline.Steps {
		steps[s.Address] = s
	}
	order := pl.pipeline.Graph.Order()
	prospects := make([]Prospect, len(order))
	for i, a := range order {
		prospects[i] = pl.step(steps[a])
		pl.byAddress[a] = &prospects[i]
		pl.anyRuns = pl.anyRuns || prospects[i].mayRun()
	}
	return prospects
}

func (pl *planner) step(s *config.Step) Prospect {
	if p := pl.byRule(s); p.Action == ActionSkip {
		pl.forecast.Skip(s)
		return p
	}
	p := Prospect{Step: s, Action: ActionRun}
	seen := pl.forecast.Step(s)
	switch {
	case seen.Skip:
		pl.forecast.Skip(s)
		return Prospect{Step: s, Action: ActionSkip, Reason: engine.ReasonCondition, Cause: seen.Condition}
	case seen.Failure != nil:
		return Prospect{Step: s, Action: ActionFail, Reason: seen.Failure.Reason, Failure: seen.Failure}
	}
	p.Arguments = seen.Arguments
	p.Files, p.complete = pl.pipeline.FileUses(s, seen.Arguments)
	if rule := pl.byRule(s); rule.Action == ActionRunOrSkip {
		p.Action, p.Reason, p.After = rule.Action, rule.Reason, rule.After
		return p
	}
	if seen.Undecided {
		p.Action, p.Reason, p.After = ActionRunOrSkip, engine.ReasonCondition, pl.open(pl.pipeline.StepsBehind(s))
		return p
	}
	if pl.judge != nil {
		pl.decide(&p)
	}
	return p
}

// byRule foresees what a step's trigger rule makes of the steps directly
// upstream; the action is empty when the step's turn will come.
func (pl *planner) byRule(s *config.Step) Prospect {
	p := Prospect{Step: s}
	needs := pl.pipeline.Graph.Needs(s.Address)
	if s.Rule == engine.OneFailed {
		return Prospect{Step: s, Action: ActionRunOrSkip, Reason: engine.ReasonTriggerRule, After: needs}
	}
	for _, up := range needs {
		switch q := pl.byAddress[up]; {
		case s.Rule.OnFailure():
		case q.failed() && !q.Step.ContinueOnError:
			return Prospect{Step: s, Action: ActionSkip, Reason: engine.ReasonUpstreamFailed, Cause: up.String()}
		case q.Action == ActionSkip && s.Rule != engine.NoneFailed:
			return Prospect{Step: s, Action: ActionSkip, Reason: engine.ReasonUpstreamSkipped, Cause: up.String()}
		case q.Action == ActionRunOrSkip && s.Rule != engine.NoneFailed:
			p.Action, p.Reason, p.After = ActionRunOrSkip, engine.ReasonUpstreamSkipped, append(p.After, up)
		}
	}
	return p
}

// failed reports whether a step is sure to fail, or to be skipped because of
// one that is.
func (p *Prospect) failed() bool {
	return p.Action == ActionFail || p.Action == ActionSkip && p.Reason == engine.ReasonUpstreamFailed
}

// open are those of some steps of which it is not known what they give.
func (pl *planner) open(steps []engine.Address) []engine.Address {
	var open []engine.Address
	for _, a := range steps {
		if q := pl.byAddress[a]; q != nil && q.mayRun() {
			open = append(open, a)
		}
	}
	return open
}

func (p *Prospect) mayRun() bool {
	return p.Action == ActionRun || p.Action == ActionRunOrReuse || p.Action == ActionRunOrSkip
}

// decide foresees whether a step of a resumed run is reused.
func (pl *planner) decide(p *Prospect) {
	if !p.Arguments.IsWhollyKnown() {
		pl.decideUnknown(p)
		return
	}
	record, d := pl.judge.Decide(pl.asker.question(p.Step, p.Arguments))
	p.Decision = &d
	if record == nil {
		pl.mayComeBack(p, d)
		return
	}
	for _, up := range pl.upstream(p) {
		sure, maybe := pl.rewrites(up, record)
		switch {
		case sure:
			p.Action, p.After = ActionRun, nil
			p.Decision = &engine.Decision{Reason: engine.DecisionUpstream, Detail: up.String(), Run: d.Run}
			return
		case maybe:
			p.Action, p.After = ActionRunOrReuse, append(p.After, up)
		}
	}
	if p.Action == ActionRunOrReuse {
		p.Decision = nil
		return
	}
	if broken, err := pl.forecast.Assume(p.Step, p.Arguments, record.End.Outputs); broken != nil || err != nil {
		p.Decision = &engine.Decision{Reason: engine.DecisionPostconditions, Run: d.Run}
		return
	}
	p.Action, p.record = ActionReuse, record
}

// decideUnknown is decide for a step whose arguments are not known yet.
func (pl *planner) decideUnknown(p *Prospect) {
	if _, d := pl.judge.Decide(reuse.Question{Step: p.Step.Address, OnFailure: p.Step.Rule.OnFailure()}); d.Reason != engine.DecisionArguments {
		p.Decision = &d
		return
	}
	p.Action, p.After = ActionRunOrReuse, pl.open(pl.pipeline.StepsBehind(p.Step))
}

// upstream lists the steps that a step needs; none where all of them stand.
func (pl *planner) upstream(p *Prospect) []engine.Address {
	if !pl.anyRuns {
		return nil
	}
	return pl.asker.upstream(p.Step.Address)
}

// mayComeBack finds that an input which is not as recorded is about to be made
// again by a step upstream.
func (pl *planner) mayComeBack(p *Prospect, d engine.Decision) {
	if d.Reason != engine.DecisionInput {
		return
	}
	for _, up := range pl.upstream(p) {
		if q := pl.byAddress[up]; q.mayRun() && slices.ContainsFunc(pl.changes(q), func(f engine.FileRecord) bool { return f.Path == d.Detail }) {
			p.Action, p.Decision, p.After = ActionRunOrReuse, nil, append(p.After, up)
		}
	}
}

// changes lists the files that a step which is to run will change, by its
// arguments and by what it did before.
func (pl *planner) changes(p *Prospect) []engine.FileRecord {
	all := append(recordsOf(p.Files), pl.judge.Uses(p.Step.Address)...)
	return slices.DeleteFunc(all, func(f engine.FileRecord) bool { return f.Role == engine.Reads })
}

// rewrites reports whether a step upstream that is at work again will surely, or
// may, change a file that a record used.
func (pl *planner) rewrites(up engine.Address, record *reuse.Record) (sure, maybe bool) {
	q := pl.byAddress[up]
	if !q.mayRun() {
		return false, false
	}
	for _, f := range pl.changes(q) {
		for _, used := range record.End.Files {
			if used.Path != f.Path {
				continue
			}
			maybe = true
			sure = sure || f.Role == engine.Exclusive && q.Action == ActionRun
		}
	}
	return sure, maybe
}

func recordsOf(uses []config.FileUse) []engine.FileRecord {
	records := make([]engine.FileRecord, len(uses))
	for i, u := range uses {
		records[i] = engine.FileRecord{Path: u.Path, Role: u.Role}
	}
	return records
}

// needAgain finds files that a reused step wrote, that were deleted since, and
// that a step which is to run needs. It reports whether it found any that the
// judge did not know of.
func (pl *planner) needAgain(prospects []Prospect) bool {
	found := false
	for i := range prospects {
		p := &prospects[i]
		if p.Action != ActionReuse {
			continue
		}
		for _, path := range pl.judge.Deleted(p.record) {
			for k := range prospects {
				if q := &prospects[k]; q.mayRun() && pl.reads(q, p.Step.Address, path) {
					pl.judge.Need(p.Step.Address, q.Step.Address)
					found = true
					break
				}
			}
		}
	}
	return found
}

// reads reports whether a step reads a file that another writes, or may.
func (pl *planner) reads(p *Prospect, writer engine.Address, path string) bool {
	for _, f := range p.Files {
		if f.Role != engine.Reads {
			continue
		}
		if ok, err := filepath.Match(f.Path, path); f.Path == path || err == nil && ok {
			return true
		}
	}
	return !p.complete && pl.pipeline.Graph.Before(writer, p.Step.Address)
}

// Known reports whether anything is known of the step's arguments.
func (p *Prospect) Known() bool { return p.Arguments != cty.NilVal }

// Split gives the arguments with those that are not wholly known as nulls, and
// the names of these.
func (p *Prospect) Split() (known cty.Value, open map[string]bool) {
	attrs := map[string]cty.Value{}
	open = map[string]bool{}
	for name, v := range p.Arguments.AsValueMap() {
		if bare, _ := v.UnmarkDeep(); !bare.IsWhollyKnown() {
			v, open[name] = cty.NullVal(v.Type()), true
		}
		attrs[name] = v
	}
	return cty.ObjectVal(attrs), open
}
