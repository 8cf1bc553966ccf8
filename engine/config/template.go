package config

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// templateFileFunc renders a file as a template with the given variables. A
// template cannot render another. Before the run a file that is not there is
// unknown, not an error: it may be made by then.
func (s *scope) templateFileFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{pathParam, {Name: "vars", Type: cty.DynamicPseudoType}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			unknown := cty.UnknownVal(cty.String)
			if s.rendering {
				return unknown, errors.New("a template cannot render another file; render that one first, and give the text as a variable")
			}
			if t := args[1].Type(); !t.IsObjectType() && !t.IsMapType() {
				return unknown, function.NewArgErrorf(1, "an object of variables is wanted")
			}
			text, err := s.readText(args[0].AsString())
			if s.mayCome(args[0].AsString(), err) {
				return unknown, nil
			}
			if err != nil {
				return unknown, function.NewArgError(0, err)
			}
			s.rendering = true
			defer func() { s.rendering = false }()
			value, diags := s.render(shownPath(s.resolvePath(args[0].AsString())), text, args[1].AsValueMap())
			if diags.HasErrors() {
				return unknown, templateError{diags}
			}
			return value, nil
		},
	})
}

// render makes the text of a template.
func (s *scope) render(name, text string, vars map[string]cty.Value) (cty.Value, hcl.Diagnostics) {
	if s.addSource != nil {
		s.addSource(name, []byte(text))
	}
	expr, diags := hclsyntax.ParseTemplate([]byte(text), name, hcl.InitialPos)
	if diags.HasErrors() {
		return cty.UnknownVal(cty.String), diags
	}
	value, diags := expr.Value(&hcl.EvalContext{Variables: vars, Functions: s.functions()})
	if diags.HasErrors() {
		return value, insideCalls(diags)
	}
	got, err := convert.Convert(value, cty.String)
	if err != nil || got.IsNull() {
		return got, hcl.Diagnostics{problem(expr.Range(), "Wrong template", "A template gives a text, but this is %s.", kindOf(value))}
	}
	return got, nil
}

// shownPath is a file's path as people know it: from where they are, where it
// lies below.
func shownPath(path string) string {
	if rel, err := filepath.Rel(workingFolder(), path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// templateError is the error of a template, with its places in it.
type templateError struct{ diags hcl.Diagnostics }

// Error is what is shown where only a text can be.
func (e templateError) Error() string { return e.diags.Error() }

// insideCalls puts what is wrong inside a called template or function in the
// place of the error of the call, which it then names.
func insideCalls(diags hcl.Diagnostics) hcl.Diagnostics {
	var all hcl.Diagnostics
	for _, d := range diags {
		inside, call := wrongInside(d)
		if len(inside) == 0 {
			all = append(all, d)
		}
		for _, inner := range inside {
			told := *inner
			told.Detail = fmt.Sprintf("%s "+call, sentence(told.Detail), place(*d.Subject))
			all = append(all, &told)
		}
	}
	return all
}

// wrongInside is what was wrong inside a call that failed, if there is source
// text inside, and a sentence about the place of the call.
func wrongInside(d *hcl.Diagnostic) (inside hcl.Diagnostics, call string) {
	extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d)
	if !ok {
		return nil, ""
	}
	var template templateError
	if errors.As(extra.FunctionCallError(), &template) {
		return template.diags, "The template is rendered at %s."
	}
	if errors.As(extra.FunctionCallError(), &inside) { // that of a declared function
		return insideCalls(inside), "The function is called at %s."
	}
	return nil, ""
}
