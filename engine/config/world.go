package config

import (
	"path/filepath"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
)

// World is what Load asks about things outside a pipeline's file, where it is to
// ask: files and the environment it looks at by itself.
type World struct {
	// LookupHost says why a host cannot be reached by its name; nil when it can.
	// It may be called from many goroutines.
	LookupHost func(host string) error
}

// outlook is what a pipeline needs of the world if it were run now.
type outlook struct {
	pipeline *Pipeline
	scope    *scope
	idle     map[engine.Address]bool // steps that are sure to be skipped
	idles    map[*Block]bool         // blocks that have one
	files    []fileUse
	hosts    []hostUse
	found    map[*Block]*findings
}

// hostUse is a host that an argument of a step names.
type hostUse struct {
	step *Step
	name string
	at   hcl.Range
}

// checkWorld evaluates everything as a run would do now, but for what steps will
// give, so that a variable of the environment that is not set is found, and
// looks for the files and hosts that the arguments name, and for the files that
// functions read. Steps that will not run need nothing.
func (l *loader) checkWorld() hcl.Diagnostics {
	p := l.pipeline
	diags := p.expand()
	if diags.HasErrors() {
		return diags
	}
	o := lookOut(p, lookOut(p, nil).made())
	o.missingFiles()
	o.unknownHosts(l.World.LookupHost)
	for _, b := range p.ordered() {
		diags = append(diags, o.found[b].tell()...)
	}
	return append(diags, o.scope.checkOutputs(p.outputs)...)
}

// lookOut evaluates all steps. Files that functions read have to be there, unless
// they are among those that are made; nil stands for any.
func lookOut(p *Pipeline, made map[string]bool) *outlook {
	o := &outlook{
		pipeline: p, scope: p.newEvaluator(true).scope,
		idle: map[engine.Address]bool{}, idles: map[*Block]bool{}, found: map[*Block]*findings{},
	}
	o.scope.made = made
	for _, b := range p.ordered() {
		o.found[b] = &findings{at: map[finding]int{}}
		for _, step := range b.instances {
			o.add(step)
		}
	}
	return o
}

// made are the files that steps write.
func (o *outlook) made() map[string]bool {
	made := map[string]bool{}
	for _, use := range o.files {
		if makes(use.role) {
			made[use.path] = true
		}
	}
	return made
}

// add evaluates a step and notes what it needs.
func (o *outlook) add(step *Step) {
	if o.isIdle(step) {
		o.idle[step.Address], o.idles[step.Block] = true, true
		o.scope.keep(step, nullsOf(step.Type.ValueType()))
		return
	}
	args, diags := o.scope.checkStep(step)
	o.found[step.Block].add(step, diags)
	o.files = append(o.files, usesOf(o.pipeline, step, args, false)...)
	o.hosts = append(o.hosts, hostsOf(step, args)...)
}

// isIdle reports whether a step is sure to be skipped: by its own condition, or
// as one that it needs is.
func (o *outlook) isIdle(step *Step) bool {
	for _, n := range step.needs {
		skipped := o.idles[n.block]
		if n.part != whole {
			a := n.block.Address
			a.Key, a.Keyed = n.key, true
			if n.part == sameKey {
				a.Key = step.Address.Key
			}
			skipped = o.idle[a]
		}
		if skipped && step.Rule == engine.AllSuccess {
			return true
		}
	}
	return o.scope.neverRuns(step)
}

// missingFiles reports files that are read, are not there, and are written by no
// step.
func (o *outlook) missingFiles() {
	made := o.made()
	for _, use := range o.files {
		if use.role != engine.Reads {
			continue
		}
		if err := o.pipeline.missing(use, "input", made); err != nil {
			o.report(use.step, problem(use.at, "Missing input file",
				"%s reads %s, which no step of the pipeline writes: %v. Make it, or correct the path; relative paths start at %s.",
				use.step.Address, use.shown, unwrapPath(engine.AsStepError(err).Err), o.pipeline.WorkingDir))
		}
	}
}

// missing says of a file that an argument names to be read that it is not there,
// unless it is among those that are made.
func (p *Pipeline) missing(use fileUse, argument string, made map[string]bool) error {
	if isMade(use, made) {
		return nil
	}
	env := engine.Env{WorkingDir: p.WorkingDir}
	_, err := env.Inputs(argument, use.shown)
	return err
}

// makes reports whether a file is there after what a step does with it.
func makes(role engine.Role) bool { return role == engine.Writes || role == engine.Exclusive }

func (o *outlook) report(step *Step, d *hcl.Diagnostic) {
	o.found[step.Block].add(step, hcl.Diagnostics{d})
}

// isMade reports whether what is read is among the paths that steps write.
func isMade(use fileUse, made map[string]bool) bool {
	if made[use.path] || !isGlob(use) {
		return made[use.path]
	}
	for path := range made {
		if ok, err := filepath.Match(use.path, path); ok && err == nil {
			return true
		}
	}
	return false
}

// hostsOf lists the hosts that are known of a step.
func hostsOf(step *Step, args cty.Value) []hostUse {
	args, _ = args.UnmarkDeep()
	var uses []hostUse
	for _, f := range step.Type.Args {
		for _, text := range knownTexts(args.GetAttr(f.Name)) {
			if host := f.Host(text); host != "" {
				uses = append(uses, hostUse{step, host, step.args.find(f.Name)})
			}
		}
	}
	return uses
}

// unknownHosts reports hosts that do not resolve. Each is asked for once, some
// at the same time, since a name server that is down answers late.
func (o *outlook) unknownHosts(lookup func(string) error) {
	wrong := map[string]*error{}
	turns := make(chan struct{}, 16)
	var wg sync.WaitGroup
	for _, use := range o.hosts {
		if wrong[use.name] != nil {
			continue
		}
		err := new(error)
		wrong[use.name] = err
		turns <- struct{}{}
		wg.Go(func() {
			*err = lookup(use.name)
			<-turns
		})
	}
	wg.Wait()
	for _, use := range o.hosts {
		if err := *wrong[use.name]; err != nil {
			o.report(use.step, problem(use.at, "Unknown host",
				"%s needs the host %s: %s Check its name, and that this machine reaches a name server that knows it.",
				use.step.Address, use.name, sentence(err.Error())))
		}
	}
}
