package config

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"

	"dagrun/engine"
)

// scope evaluates expressions. One is used while a pipeline is loaded, where
// what steps give is unknown but typed; another, made of it, during the run.
type scope struct {
	pipeline  *Pipeline
	dir       string // of the pipeline's file
	lookupEnv func(string) (string, bool)
	secret    func(string)
	rehearsal bool            // the pipeline is only being checked: files and environment are not asked
	ahead     bool            // what a step gives that has no value yet is unknown, not null
	made      map[string]bool // files that steps write, where others have to be there before the run; nil where it does not matter

	variables      cty.Value
	names          map[string][]string // what can follow a root, for suggestions
	locals         map[string]*local
	blocks         map[engine.Address]*Block
	values         map[engine.Address]cty.Value // of steps
	wholes         map[*Block]cty.Value         // of blocks with for_each, while none of their values changes
	failures       []cty.Value
	functions      func() map[string]function.Function
	functionBlocks []*hcl.Block                   // those that the pipeline declares
	rendering      bool                           // a template is being rendered
	addSource      func(name string, text []byte) // of a template, for excerpts; nil during a run
}

func newScope(l *loader) *scope {
	s := &scope{
		pipeline: l.pipeline, dir: l.dir(), lookupEnv: l.lookupEnv, secret: l.Secret, rehearsal: true, ahead: true,
		variables: cty.EmptyObjectVal, names: map[string][]string{},
		locals: map[string]*local{}, blocks: map[engine.Address]*Block{}, values: map[engine.Address]cty.Value{}, wholes: map[*Block]cty.Value{},
	}
	s.functions, s.functionBlocks = sync.OnceValue(s.newFunctions), l.blocks["function"]
	s.addSource = func(name string, text []byte) {
		l.parser.AddFile(name, &hcl.File{Body: hcl.EmptyBody(), Bytes: text})
	}
	return s
}

func (s *scope) setVariables(values map[string]cty.Value) {
	s.variables = cty.ObjectVal(values)
	s.names["var"] = sortedKeys(values)
}

// eval evaluates an expression after checking every reference in it, so that
// what does not exist is reported with a suggestion.
func (s *scope) eval(expr hcl.Expression, v view) (cty.Value, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	traversals := expr.Variables()
	for _, t := range traversals {
		if d := s.resolve(t, v); d != nil {
			diags = append(diags, d)
		}
	}
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	refs := s.direct(expr, traversals)
	if d := s.splatOf(expr, refs); d != nil {
		return cty.DynamicVal, hcl.Diagnostics{d}
	}
	ctx, diags := s.context(traversals, refs, v)
	value, more := expr.Value(ctx)
	if more.HasErrors() {
		more = s.noInstance(more, refs, v)
	}
	diags = append(diags, insideCalls(more)...)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	return value, diags
}

// noInstance says what an error is about that comes from an instance which does
// not exist.
func (s *scope) noInstance(diags hcl.Diagnostics, refs []reference, v view) hcl.Diagnostics {
	if missing := s.missingOf(refs, v); len(missing) > 0 {
		return missing
	}
	for _, ref := range refs {
		for _, d := range diags {
			if b := s.blocks[ref.step]; d.Summary == "Invalid index" && b != nil && b.forEach != nil && !b.late {
				d.Detail += fmt.Sprintf(" The instances of %s have the keys %s.", b.Address, b.keys())
			}
		}
	}
	return diags
}

// missingOf finds references by each.key to instances that do not exist.
func (s *scope) missingOf(refs []reference, v view) (diags hcl.Diagnostics) {
	for _, ref := range refs {
		if !ref.same || v.step == nil || !v.step.Address.Keyed {
			continue
		}
		if d := s.blocks[ref.step].missing(v.step.Address.Key, ref.at); d != nil {
			diags = append(diags, d)
		}
	}
	return diags
}

// checkReferences checks that what an expression refers to exists, without its
// value.
func (s *scope) checkReferences(expr hcl.Expression, v view) (diags hcl.Diagnostics) {
	traversals := expr.Variables()
	for _, t := range traversals {
		if d := s.resolve(t, v); d != nil {
			diags = append(diags, d)
		}
	}
	return append(diags, s.missingOf(s.direct(expr, traversals), v)...)
}

// context holds what the traversals name and nothing else, so that its cost
// does not grow with the pipeline.
func (s *scope) context(traversals []hcl.Traversal, refs []reference, v view) (*hcl.EvalContext, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	roots := map[string]cty.Value{}
	locals := map[string]cty.Value{}
	for _, t := range traversals {
		switch root := t.RootName(); root {
		case "var":
			roots[root] = s.variables
		case "local":
			name := attrName(t, 1)
			value, more := s.localValue(name)
			locals[name] = value
			diags = append(diags, more...)
		case "step":
			if roots[root] == cty.NilVal {
				roots[root] = s.stepValues(refs, v)
			}
		case "self":
			roots[root] = v.self
		case "each":
			roots[root] = cty.DynamicVal
			if v.step != nil {
				roots[root] = v.step.each()
			}
		default:
			roots[root] = s.constant(root)
		}
	}
	if len(locals) > 0 {
		roots["local"] = cty.ObjectVal(locals)
	}
	return &hcl.EvalContext{Variables: roots, Functions: s.functions()}, diags
}

// nullsOf is an object whose attributes are all null: what a step gives that
// did not run.
func nullsOf(t cty.Type) cty.Value {
	attrs := map[string]cty.Value{}
	for name, at := range t.AttributeTypes() {
		attrs[name] = cty.NullVal(at)
	}
	return cty.ObjectVal(attrs)
}

// verdict is the answer of a condition.
type verdict int

const (
	unknown verdict = iota
	yes
	no
)

// condition evaluates an expression that must be true or false.
func (s *scope) condition(expr hcl.Expression, v view) (verdict, hcl.Diagnostics) {
	value, diags := s.eval(expr, v)
	if diags.HasErrors() {
		return unknown, diags
	}
	value, _ = value.UnmarkDeep()
	got, err := convert.Convert(value, cty.Bool)
	if err != nil || got.IsNull() {
		return unknown, append(diags, problem(expr.Range(), "Wrong condition",
			"A condition must be true or false, but this is %s. Write a comparison, such as var.mode == \"full\".", kindOf(value)))
	}
	switch {
	case !got.IsKnown():
		return unknown, diags
	case got.True():
		return yes, diags
	}
	return no, diags
}

func kindOf(v cty.Value) string {
	if v.IsNull() {
		return "null"
	}
	return engine.AKind(v.Type())
}

// check evaluates a check; where it does not hold, message says why.
func (s *scope) check(c check, v view) (passed verdict, message string, diags hcl.Diagnostics) {
	passed, diags = s.condition(c.condition, v)
	if passed != no && !s.rehearsal {
		return passed, "", diags
	}
	value, more := s.eval(c.message, v)
	diags = append(diags, more...)
	secret := value.HasMark(engine.Sensitive)
	value, _ = value.UnmarkDeep()
	text, err := convert.Convert(value, cty.String)
	switch {
	case more.HasErrors():
		message = "The error message could not be made."
	case err != nil:
		diags = append(diags, problem(c.message.Range(), "Wrong error message", "An error message must be a string, but this is %s.", kindOf(value)))
	case secret:
		message = "The condition does not hold; the message is made of sensitive values and is not shown."
	case text.IsNull() || !text.IsKnown():
		message = "The condition does not hold."
	default:
		message = text.AsString()
	}
	return passed, message, diags
}

// noteSecrets tells every text inside a value's sensitive parts.
func (s *scope) noteSecrets(v cty.Value) {
	if v.Type().IsPrimitiveType() && !v.IsMarked() || !v.ContainsMarked() { // the first is what most are, and quick

		return
	}
	_, marked := v.UnmarkDeepWithPaths()
	bare, _ := v.UnmarkDeep()
	for _, m := range marked {
		if part, err := m.Path.Apply(bare); err == nil {
			s.noteTexts(part)
		}
	}
}

func (s *scope) noteTexts(v cty.Value) {
	_ = cty.Walk(v, func(_ cty.Path, part cty.Value) (bool, error) {
		if part.IsKnown() && !part.IsNull() && (part.Type() == cty.String || part.Type() == cty.Number) {
			if text, err := convert.Convert(part, cty.String); err == nil {
				s.secret(text.AsString())
			}
		}
		return true, nil
	})
}

var urlPassword = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^/\s:@]*:([^/\s@]+)@`)

// notePasswords tells the passwords of URLs, wherever in a value they stand:
// what is made of such a URL may not look like one any more.
func (s *scope) notePasswords(v cty.Value) {
	if t := v.Type(); t.IsPrimitiveType() && t != cty.String {
		return
	}
	bare, _ := v.UnmarkDeep()
	_ = cty.Walk(bare, func(_ cty.Path, part cty.Value) (bool, error) {
		if part.IsKnown() && !part.IsNull() && part.Type() == cty.String && strings.Contains(part.AsString(), "://") {
			for _, m := range urlPassword.FindAllStringSubmatch(part.AsString(), -1) {
				s.secret(m[1])
				if plain, err := url.PathUnescape(m[1]); err == nil {
					s.secret(plain)
				}
			}
		}
		return true, nil
	})
}
