package config

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"dagrun/engine"
)

// Expand settles the instances of blocks whose for_each depends on what only a
// run can know, as files and the environment. Whoever runs or plans a pipeline
// calls it first. What it finds wrong is wrong with the pipeline; nothing has
// run.
func (p *Pipeline) Expand() engine.Diagnostics { return p.diagnose(p.expand()) }

func (p *Pipeline) expand() hcl.Diagnostics {
	if p.Steps != nil || len(p.Blocks) == 0 {
		return nil
	}
	eval := p.newEvaluator(false)
	var diags hcl.Diagnostics
	for _, b := range p.Blocks {
		if !b.late {
			continue
		}
		diags = append(diags, eval.scope.expand(b)...)
		if b.late && !diags.HasErrors() {
			diags = append(diags, problem(b.forEach.Range(), "Wrong for_each",
				"The keys of for_each are not known when the run begins. Make them of variables, locals and files that are there by then."))
		}
	}
	if !diags.HasErrors() {
		p.number()
		diags = append(diags, p.foreseeConflicts()...)
	}
	return diags
}

// foreseeConflicts looks for steps that get in each other's way once all
// instances are known. What else is wrong with a step is told when its turn
// comes.
func (p *Pipeline) foreseeConflicts() hcl.Diagnostics {
	s := p.newEvaluator(true).scope
	uses := &fileUses{pipeline: p}
	for _, b := range p.ordered() {
		for _, step := range b.instances {
			args, _ := s.evalArguments(step.args, viewOf(step))
			s.keep(step, foresee(step.Type, args))
			uses.all = append(uses.all, usesOf(p, step, args, s.neverRuns(step))...)
		}
	}
	return uses.inFileOrder().conflicts()
}

// checkBlock checks the instances of a block with what is known before a run.
func (s *scope) checkBlock(b *Block, uses *fileUses) hcl.Diagnostics {
	steps := b.instances
	if len(steps) == 0 { // what the block says is checked all the same
		steps = []*Step{b.stranger(s)}
	}
	found := &findings{at: map[finding]int{}}
	for _, step := range steps {
		args, diags := s.checkStep(step)
		found.add(step, diags)
		if b.forEach != nil && !b.late && !step.Address.Keyed {
			continue // no instance that would use files
		}
		uses.all = append(uses.all, usesOf(s.pipeline, step, args, s.neverRuns(step))...)
	}
	found.addNew(b, s.checkOnce(b))
	return found.tell()
}

// findings are what is wrong with the instances of a block. What is wrong with
// many of them is told once.
type findings struct {
	all []found
	at  map[finding]int // the index in all
}

type finding struct {
	summary string
	at      hcl.Range
}

type found struct {
	diagnostic *hcl.Diagnostic
	step       engine.Address
	more       int // other instances with the same
}

func findingOf(d *hcl.Diagnostic) finding {
	key := finding{summary: d.Summary}
	if d.Subject != nil {
		key.at = *d.Subject
	}
	return key
}

// addNew adds what was not found when the block was read, nor in any instance.
func (f *findings) addNew(b *Block, diags hcl.Diagnostics) {
	for _, d := range diags {
		same := func(told *hcl.Diagnostic) bool { return findingOf(told) == findingOf(d) }
		if slices.ContainsFunc(b.told, same) {
			continue
		}
		if _, ok := f.at[findingOf(d)]; !ok {
			f.add(&Step{Block: b, Address: b.Address}, hcl.Diagnostics{d})
		}
	}
}

func (f *findings) add(step *Step, diags hcl.Diagnostics) {
	for _, d := range diags {
		key := findingOf(d)
		if i, ok := f.at[key]; ok && step.Address.Keyed {
			if f.all[i].step != step.Address {
				f.all[i].more++
			}
			continue
		}
		f.at[key] = len(f.all)
		f.all = append(f.all, found{diagnostic: d, step: step.Address})
	}
}

// tell names the instances that are concerned.
func (f *findings) tell() hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, one := range f.all {
		if one.step.Keyed {
			where := one.step.String()
			if one.more > 0 {
				where += fmt.Sprintf(" and %d more", one.more)
			}
			one.diagnostic.Detail += " In " + where + "."
		}
		diags = append(diags, one.diagnostic)
	}
	return diags
}

// splatOf finds step.TYPE.NAME[*] over instances, which would be a list of the
// one map that they are.
func (s *scope) splatOf(expr hcl.Expression, refs []reference) *hcl.Diagnostic {
	for _, ref := range refs {
		if b := s.blocks[ref.step]; b == nil || b.forEach == nil || !isSplatted(expr, ref.at) {
			continue
		}
		return problem(ref.at, "Instances are a map",
			"%s is a map of its instances by their keys, so [*] does not go over them. Write values(%s)[*], or [for s in %s : …].",
			ref.step, ref.step, ref.step)
	}
	return nil
}
