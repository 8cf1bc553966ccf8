package execute

import (
	"path/filepath"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/graph"
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
	// After lists the steps whose end decides, or their blocks; empty when that is
	// decided.
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

// Plan says what a run of an expanded pipeline would do, in the order in which
// steps may start. With a judge it says so of a run that takes up another, and tells the judge which
// files, deleted since, are needed again.
func Plan(p *config.Pipeline, judge *reuse.Judge, selection Selection) []Prospect {
	var key reuse.Key
	if judge != nil {
		key = judge.Key()
	}
	for {
		pl := &planner{
			pipeline: p, judge: judge, forecast: p.NewForecast(), asker: newAsker(p, key), selection: selection,
			byIndex: make([]*Prospect, len(p.Steps)), maybe: map[engine.Address]bool{}, views: map[graph.Span]outlook{},
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
	selection Selection
	byIndex   []*Prospect
	maybe     map[engine.Address]bool // steps that are to run, or may, and their blocks
	views     map[graph.Span]outlook
}

func (pl *planner) all() []Prospect {
	order := pl.pipeline.Order()
	prospects := make([]Prospect, len(order))
	for at, i := range order {
		s := pl.pipeline.Steps[i]
		p := &prospects[at]
		if pl.selection.excludes(i) {
			*p = Prospect{Step: s, Action: ActionSkip, Reason: engine.ReasonNotTargeted}
			pl.forecast.Skip(s)
		} else {
			*p = pl.step(i)
		}
		if pl.byIndex[i] = p; p.mayRun() {
			pl.maybe[s.Address], pl.maybe[s.Block.Address] = true, true
		}
	}
	return prospects
}

func (pl *planner) step(i int) Prospect {
	s := pl.pipeline.Steps[i]
	rule := pl.byRule(i)
	if p := rule; p.Action == ActionSkip {
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
	if rule.Action == ActionRunOrSkip {
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
	if p.Action == ActionRun {
		if lacks := pl.forecast.Lacks(s, p.Arguments); lacks != nil {
			return Prospect{Step: s, Action: ActionFail, Failure: lacks}
		}
	}
	return p
}

// byRule foresees what a step's trigger rule makes of the steps directly
// upstream; the action is empty when the step's turn will come.
func (pl *planner) byRule(i int) Prospect {
	p := Prospect{Step: pl.pipeline.Steps[i]}
	rule := p.Step.Rule
	for _, span := range pl.asker.needs[i] {
		up := pl.outlook(span)
		switch {
		case rule == engine.OneFailed:
			p.After = append(p.After, up.name)
		case rule.OnFailure():
		case up.failed != nil:
			return Prospect{Step: p.Step, Action: ActionSkip, Reason: engine.ReasonUpstreamFailed, Cause: up.failed.Step.Address.String()}
		case rule == engine.NoneFailed:
		case up.skipped != nil:
			return Prospect{Step: p.Step, Action: ActionSkip, Reason: engine.ReasonUpstreamSkipped, Cause: up.skipped.Step.Address.String()}
		case up.open:
			p.Action, p.Reason, p.After = ActionRunOrSkip, engine.ReasonUpstreamSkipped, append(p.After, up.name)
		}
	}
	if rule == engine.OneFailed {
		p.Action, p.Reason = ActionRunOrSkip, engine.ReasonTriggerRule
	}
	return p
}

// outlook is what the steps of a span mean for those that need it: the first
// that is sure to fail, the first that is skipped, and whether one may be.
type outlook struct {
	failed, skipped *Prospect
	open            bool
	name            engine.Address // of the step, or of the block
}

func (pl *planner) outlook(span graph.Span) outlook {
	if o, ok := pl.views[span]; ok {
		return o
	}
	o := outlook{name: pl.pipeline.Steps[span.From].Address}
	if span.Len() > 1 {
		o.name = o.name.Block()
	}
	for i := span.From; i < span.To; i++ {
		switch q := pl.byIndex[i]; {
		case q.failed() && !q.Step.ContinueOnError:
			o.failed = first(o.failed, q)
		case q.Action == ActionSkip:
			o.skipped = first(o.skipped, q)
		case q.Action == ActionRunOrSkip:
			o.open = true
		}
	}
	pl.views[span] = o
	return o
}

func first(a, b *Prospect) *Prospect {
	if a != nil {
		return a
	}
	return b
}

// failed reports whether a step is sure to fail, or to be skipped because of
// one that is.
func (p *Prospect) failed() bool {
	return p.Action == ActionFail || p.Action == ActionSkip && p.Reason == engine.ReasonUpstreamFailed
}

// open are those of some steps, or blocks, of which it is not known what they
// give.
func (pl *planner) open(steps []engine.Address) []engine.Address {
	var open []engine.Address
	for _, a := range steps {
		if pl.maybe[a] {
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
	if len(pl.maybe) == 0 {
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
		if q := pl.prospect(up); q.mayRun() && slices.ContainsFunc(pl.changes(q), func(f engine.FileRecord) bool { return f.Path == d.Detail }) {
			p.Action, p.Decision, p.After = ActionRunOrReuse, nil, append(p.After, up)
		}
	}
}

// prospect is that of a step upstream.
func (pl *planner) prospect(up engine.Address) *Prospect { return pl.byIndex[pl.asker.index[up]] }

// changes lists the files that a step which is to run will change, by its
// arguments and by what it did before.
func (pl *planner) changes(p *Prospect) []engine.FileRecord {
	all := append(recordsOf(p.Files), pl.judge.Uses(p.Step.Address)...)
	return slices.DeleteFunc(all, func(f engine.FileRecord) bool { return f.Role == engine.Reads })
}

// rewrites reports whether a step upstream that is at work again will surely, or
// may, change a file that a record used.
func (pl *planner) rewrites(up engine.Address, record *reuse.Record) (sure, maybe bool) {
	q := pl.prospect(up)
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
				if q := &prospects[k]; q.mayRun() && pl.reads(q, p.Step, path) {
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
func (pl *planner) reads(p *Prospect, writer *config.Step, path string) bool {
	for _, f := range p.Files {
		if f.Role != engine.Reads {
			continue
		}
		if ok, err := filepath.Match(f.Path, path); f.Path == path || err == nil && ok {
			return true
		}
	}
	return !p.complete && pl.pipeline.Before(writer, p.Step)
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
