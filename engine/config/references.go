package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
)

// view is what the expressions of one place in a pipeline may refer to.
type view struct {
	roots  []string
	static bool // what it refers to must be known before the run
	where  string
	self   cty.Value // in a postcondition
	step   *Step     // the step that self and each are of
}

var (
	viewEarly     = view{roots: []string{"path"}, static: true, where: "here, because it is read before variables are: write the value out, or make it of functions such as env()"}
	viewVariables = view{roots: []string{"var", "path"}, static: true, where: "in a variable's validation"}
	viewStatic    = view{roots: []string{"var", "local", "run", "pipeline", "path"}, static: true, where: "here, because it must be known before the run: make it of variables, locals and functions"}
	viewForEach   = view{roots: viewStatic.roots, static: true, where: "in for_each, because the instances of a step must be known before the run: make it of variables, locals and functions"}
	viewStep      = view{roots: []string{"var", "local", "step", "run", "pipeline", "path"}, where: "here"}
)

// viewOf is what a step's arguments, condition and preconditions may refer to.
func viewOf(step *Step) view {
	v := viewStep
	if v.step = step; step.forEach != nil {
		v.roots = eachRoots
	}
	return v
}

var eachRoots = append(slices.Clone(viewStep.roots), "each")

func viewSelf(step *Step, self cty.Value) view {
	v := viewOf(step)
	v.roots = append(slices.Clone(v.roots), "self")
	v.self = self
	return v
}

// attributes of the roots that are always there.
var constants = map[string][]string{
	"run":      {"date", "failures", "id", "started_at", "time", "trigger"},
	"pipeline": {"dir", "name"},
	"path":     {"cwd"},
	"each":     {"key", "value"},
}

// resolve checks that what a traversal names exists and may be named here.
func (s *scope) resolve(t hcl.Traversal, v view) *hcl.Diagnostic {
	root := t.RootName()
	at := t.SourceRange()
	switch {
	case !slices.Contains(allRoots, root):
		return problem(at, "Unknown name", "There is nothing called %q.%s %s", root,
			didYouMean(root, allRoots), s.hint(root))
	case root == "self" && !slices.Contains(v.roots, root):
		return problem(at, "self is not available", "self stands for a step's own arguments and outputs; only its postcondition can use it.")
	case root == "each" && v.static && !slices.Contains(v.roots, root):
		return problem(at, "each is not available", "each.key and each.value cannot be used here: this is settled once for all instances of a step, before there are any.")
	case root == "each" && !slices.Contains(v.roots, root):
		return problem(at, "each is not available", "each.key and each.value stand for the instance that is at work; only a step with for_each has them.")
	case !slices.Contains(v.roots, root):
		return problem(at, "Not available here", "%q cannot be used %s.", root, v.where)
	case root == "run" && v.static && attrName(t, 1) == "failures":
		return problem(at, "Not known before the run", "run.failures cannot be used %s.", v.where)
	case root == "step":
		return s.resolveStep(t)
	case root == "self":
		return resolveAttr(t, 1, "self", valueNames(v.step.Type))
	case root == "local" && attrName(t, 1) == "":
		return problem(at, "Incomplete reference", "A local is referred to as local.NAME; there is no value of all locals together.")
	case len(t) < 2:
		return nil // the whole object
	case root == "local":
		return s.resolveLocal(t, v)
	case root == "var":
		return s.resolveNamed(t, "variable", s.names["var"])
	}
	return resolveAttr(t, 1, root, constants[root])
}

var allRoots = []string{"var", "local", "step", "self", "each", "run", "pipeline", "path"}

// hint helps with roots that users of similar languages write.
func (s *scope) hint(root string) string {
	for a := range s.blocks {
		if a.Type == root {
			return fmt.Sprintf("A step is referred to as step.%s.NAME.", root)
		}
	}
	return "References start with var, local, step, self, each, run, pipeline or path; a text stands in quotes."
}

func (s *scope) resolveNamed(t hcl.Traversal, what string, names []string) *hcl.Diagnostic {
	name := attrName(t, 1)
	if slices.Contains(names, name) {
		return nil
	}
	remedy := didYouMean(name, names)
	if remedy == "" {
		remedy = fmt.Sprintf(" Declare it, or correct the name%s.", amongst(names))
	}
	return problem(t.SourceRange(), "Unknown "+what, "The pipeline declares no %s %q.%s", what, name, remedy)
}

func (s *scope) resolveLocal(t hcl.Traversal, v view) *hcl.Diagnostic {
	if d := s.resolveNamed(t, "local", s.names["local"]); d != nil {
		return d
	}
	name := attrName(t, 1)
	if step := s.stepBehind(s.locals[name].expr, map[string]bool{}); v.static && step != "" {
		return problem(t.SourceRange(), "Not known before the run",
			"local.%s is made of what %s gives, so it cannot be used %s.", name, step, v.where)
	}
	return nil
}

// stepBehind names a step that an expression refers to, also through locals,
// whether or not it has been declared yet; empty when there is none.
func (s *scope) stepBehind(expr hcl.Expression, seen map[string]bool) string {
	for _, t := range expr.Variables() {
		name := attrName(t, 1)
		if a, ok := stepOf(t); ok {
			return a.String()
		}
		if l := s.locals[name]; t.RootName() == "local" && l != nil && !seen[name] {
			seen[name] = true
			if step := s.stepBehind(l.expr, seen); step != "" {
				return step
			}
		}
	}
	return ""
}

func (s *scope) resolveStep(t hcl.Traversal) *hcl.Diagnostic {
	at := t.SourceRange()
	a, ok := stepOf(t)
	if !ok {
		return problem(at, "Incomplete reference", "A step is referred to as step.TYPE.NAME, followed by one of its arguments or outputs.")
	}
	block := s.blocks[a]
	switch {
	case block == nil:
		return problem(at, "Unknown step", "The pipeline has no step %q %q.%s", a.Type, a.Name, s.nearestStep(a))
	case block.forEach != nil:
		return block.resolveInstance(t)
	case len(t) > 4 && isIndex(t[3]):
		return problem(at, "No instances", "%s has no for_each, so it has no instances: write %s.%s.", a, a, attrName(t, 4))
	}
	return resolveAttr(t, 3, a.String(), valueNames(block.Type))
}

// nearestStep suggests a step of the same type, or of the same name.
func (s *scope) nearestStep(a engine.Address) string {
	var full []string
	for _, step := range s.pipeline.Blocks {
		if step.Address.Name == a.Name {
			return fmt.Sprintf(" Did you mean %s?", step.Address)
		}
		full = append(full, step.Address.String())
	}
	if near := engine.Nearest(a.String(), full); near != "" {
		return fmt.Sprintf(" Did you mean %s?", near)
	}
	return " Declare it, or correct the name."
}

// resolveAttr checks the name at position i of a traversal, if it has one.
func resolveAttr(t hcl.Traversal, i int, owner string, names []string) *hcl.Diagnostic {
	if i >= len(t) {
		return nil
	}
	name := attrName(t, i)
	if name == "" || slices.Contains(names, name) {
		return nil
	}
	return problem(t.SourceRange(), "Unknown attribute", "%s has no attribute %q.%s It has %s.",
		owner, name, didYouMean(name, names), strings.Join(names, ", "))
}

// valueNames lists what can follow a reference to a step of a type.
func valueNames(t *engine.StepType) []string { return fieldNames(t.Args, t.Outputs) }

// attrName is the name at position i of a traversal: .name or ["name"].
func attrName(t hcl.Traversal, i int) string {
	if i >= len(t) {
		return ""
	}
	switch step := t[i].(type) {
	case hcl.TraverseAttr:
		return step.Name
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String {
			return step.Key.AsString()
		}
	}
	return ""
}

// stepOf is the step that a traversal starting with step names.
func stepOf(t hcl.Traversal) (engine.Address, bool) {
	a := engine.Address{Type: attrName(t, 1), Name: attrName(t, 2)}
	return a, t.RootName() == "step" && a.Type != "" && a.Name != ""
}

// constant is the value of run, pipeline or path.
func (s *scope) constant(root string) cty.Value {
	p := s.pipeline
	switch root {
	case "run":
		return cty.ObjectVal(map[string]cty.Value{
			"id":         idOf(p.Run),
			"time":       cty.StringVal(p.LogicalTime.Format(rfc3339)),
			"date":       cty.StringVal(p.LogicalTime.Format("2006-01-02")),
			"started_at": cty.StringVal(p.Run.StartedAt.In(p.Timezone).Format(rfc3339)),
			"trigger":    cty.StringVal(string(p.Run.Trigger)),
			"failures":   s.failureList(),
		})
	case "pipeline":
		return cty.ObjectVal(map[string]cty.Value{"name": cty.StringVal(p.Name), "dir": cty.StringVal(s.dir)})
	}
	return cty.ObjectVal(map[string]cty.Value{"cwd": cty.StringVal(workingFolder())})
}

// idOf is unknown before a run has its id.
func idOf(r Run) cty.Value {
	if r.ID == "" {
		return cty.UnknownVal(cty.String)
	}
	return cty.StringVal(r.ID)
}

const rfc3339 = "2006-01-02T15:04:05Z07:00"

var failureType = cty.Object(map[string]cty.Type{
	"step": cty.String, "error": cty.String, "code": cty.String, "attempts": cty.Number,
})

func (s *scope) failureList() cty.Value {
	switch {
	case s.ahead:
		return cty.UnknownVal(cty.List(failureType))
	case len(s.failures) == 0:
		return cty.ListValEmpty(failureType)
	}
	return cty.ListVal(s.failures)
}
