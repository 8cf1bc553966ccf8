package config

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
)

// fileUse is what a step does with a file, or with something inside one.
type fileUse struct {
	step   *Step
	role   engine.Role
	path   string // absolute; may be a glob where the role is to read
	shown  string // the path as people know it
	object string // a table in the file, in its canonical spelling; empty for the file itself
	at     hcl.Range
}

// usesOf lists the files that are known of a step before the run.
func usesOf(p *Pipeline, step *Step, args cty.Value, never bool) []fileUse {
	if never {
		return nil
	}
	args, _ = args.UnmarkDeep()
	var uses []fileUse
	for _, f := range step.Type.Args {
		switch {
		case f.Role != "":
			uses = append(uses, pathUses(p, step, args, f.Name, f.Role)...)
		case f.Deletes != "" && isTrue(args.GetAttr(f.Name)):
			for _, use := range pathUses(p, step, args, f.Deletes, engine.Deletes) {
				use.at = step.args.find(f.Name)
				uses = append(uses, use)
			}
		case f.Within != "":
			for _, object := range knownTexts(args.GetAttr(f.Name)) {
				for _, use := range pathUses(p, step, args, f.Within, engine.Writes) {
					use.object, use.at = f.Canonical(object), step.args.find(f.Name)
					uses = append(uses, use)
				}
			}
		}
	}
	return uses
}

func pathUses(p *Pipeline, step *Step, args cty.Value, argument string, role engine.Role) []fileUse {
	var uses []fileUse
	for _, path := range knownTexts(args.GetAttr(argument)) {
		uses = append(uses, fileUse{
			step: step, role: role, path: engine.Resolve(p.WorkingDir, path), shown: path, at: step.args.find(argument),
		})
	}
	return uses
}

func isTrue(v cty.Value) bool { return v.IsKnown() && !v.IsNull() && v.True() }

// knownTexts lists the strings in a value that are known.
func knownTexts(v cty.Value) []string {
	switch {
	case !v.IsKnown() || v.IsNull():
		return nil
	case v.Type() == cty.String:
		return []string{v.AsString()}
	case v.Type().IsListType():
		var texts []string
		for it := v.ElementIterator(); it.Next(); {
			_, e := it.Element()
			texts = append(texts, knownTexts(e)...)
		}
		return texts
	}
	return nil
}

// conflict says what is wrong with two uses of one file; b comes first in the
// pipeline.
func (p *Pipeline) conflict(a, b fileUse) *hcl.Diagnostic {
	if a.step == b.step {
		return conflictWithin(a, b)
	}
	writer, other := a, b
	if a.role == engine.Reads {
		writer, other = b, a
	}
	switch {
	case a.object != "":
		return problem(a.at, "Two steps write one table",
			"%s writes table %q of %s, and so does %s (%s). Write to different tables, or load both sources in one step.",
			a.step.Address, a.object, a.shown, b.step.Address, place(b.at))
	case a.role == engine.Deletes || b.role == engine.Deletes:
		return p.deletion(a, b)
	case a.role == engine.Reads && b.role == engine.Reads, a.role == engine.Exclusive && b.role == engine.Exclusive:
		return nil
	case other.role == engine.Reads:
		return p.unordered(writer, other)
	}
	return problem(a.at, "Two steps write one file", "%s writes %s, and so does %s (%s). Give each its own file.",
		a.step.Address, a.shown, b.step.Address, place(b.at))
}

func conflictWithin(a, b fileUse) *hcl.Diagnostic {
	if a.role == engine.Writes && b.role == engine.Reads || a.role == engine.Reads && b.role == engine.Writes {
		return problem(a.at, "Step overwrites its input", "%s reads %s and writes it as well. Write to another file.", a.step.Address, a.shown)
	}
	return nil
}

func (p *Pipeline) unordered(writer, reader fileUse) *hcl.Diagnostic {
	if p.Before(writer.step, reader.step) || p.Before(reader.step, writer.step) {
		return nil
	}
	return problem(reader.at, "No order between writing and reading a file",
		"%s reads %s, which %s writes (%s), and nothing says which comes first. Refer to that step's output here, or name it in depends_on.",
		reader.step.Address, reader.shown, writer.step.Address, place(writer.at))
}

// deletion checks that a step which deletes a file comes after all that use it.
func (p *Pipeline) deletion(a, b fileUse) *hcl.Diagnostic {
	deleter, other := a, b
	if a.role != engine.Deletes || b.role == engine.Deletes && p.Before(a.step, b.step) {
		deleter, other = b, a
	}
	if p.Before(other.step, deleter.step) {
		return nil
	}
	return problem(deleter.at, "Deletes a file that is still needed",
		"%s deletes %s, which %s uses (%s) and need not have finished with by then. Name %s in this step's depends_on.",
		deleter.step.Address, deleter.shown, other.step.Address, place(other.at), other.step.Address)
}
