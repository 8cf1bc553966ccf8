package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/userfunc"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// newFunctions is the table of functions: the language's, and those that the
// pipeline declares, which can call the language's alone.
func (s *scope) newFunctions() map[string]function.Function {
	builtin := s.builtinFunctions()
	all, inner := maps.Clone(builtin), maps.Clone(builtin)
	for _, b := range s.functionBlocks {
		name := b.Labels[0]
		if _, taken := builtin[name]; taken {
			continue // reported by declareFunctions
		}
		inner[name] = noFunctionInFunction(name)
		all[name] = anyFunction()
		declared, _, _ := userfunc.DecodeUserFunctions(oneBlock{b}, b.Type, func() *hcl.EvalContext {
			return &hcl.EvalContext{Functions: inner}
		})
		if f, ok := declared[name]; ok {
			all[name] = f
		}
	}
	return all
}

// oneBlock is a body that holds one block.
type oneBlock struct{ block *hcl.Block }

// Content implements hcl.Body.
func (b oneBlock) Content(schema *hcl.BodySchema) (*hcl.BodyContent, hcl.Diagnostics) {
	content, _, diags := b.PartialContent(schema)
	return content, diags
}

// PartialContent implements hcl.Body.
func (b oneBlock) PartialContent(*hcl.BodySchema) (*hcl.BodyContent, hcl.Body, hcl.Diagnostics) {
	return &hcl.BodyContent{Attributes: hcl.Attributes{}, Blocks: hcl.Blocks{b.block}, MissingItemRange: b.block.DefRange}, hcl.EmptyBody(), nil
}

// JustAttributes implements hcl.Body.
func (b oneBlock) JustAttributes() (hcl.Attributes, hcl.Diagnostics) { return nil, nil }

// MissingItemRange implements hcl.Body.
func (b oneBlock) MissingItemRange() hcl.Range { return b.block.DefRange }

// anyValues is a parameter that takes whatever is given.
var anyValues = &function.Parameter{
	Name: "values", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true,
}

// noFunctionInFunction stands for a declared function inside another.
func noFunctionInFunction(name string) function.Function {
	return function.New(&function.Spec{
		VarParam: anyValues,
		Type: func([]cty.Value) (cty.Type, error) {
			return cty.DynamicPseudoType, fmt.Errorf("a function of the pipeline can call those of the language alone, and %q is declared by the pipeline", name)
		},
	})
}

// anyFunction stands for a function whose declaration is wrong, so that its
// calls are not reported as well.
func anyFunction() function.Function {
	return function.New(&function.Spec{
		VarParam: anyValues, Type: function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) { return cty.DynamicVal, nil },
	})
}

// declareFunctions says what is wrong with the functions of the pipeline.
func (l *loader) declareFunctions() hcl.Diagnostics {
	diags := unique(l.blocks["function"], "function")
	s := l.pipeline.scope
	builtin := s.builtinFunctions()
	for _, b := range l.blocks["function"] {
		if _, taken := builtin[b.Labels[0]]; taken {
			diags = append(diags, problem(b.LabelRanges[0], "Function exists already",
				"%s() is a function of the language, which a pipeline cannot declare anew. Choose another name.", b.Labels[0]))
			continue
		}
		_, _, wrong := userfunc.DecodeUserFunctions(oneBlock{b}, b.Type, nil)
		if diags = append(diags, wrong...); !wrong.HasErrors() {
			diags = append(diags, s.checkFunction(b)...)
		}
	}
	return diags
}

// checkFunction tries a function that is declared well on values of which
// nothing is known.
func (s *scope) checkFunction(b *hcl.Block) hcl.Diagnostics {
	content, _ := b.Body.Content(functionSchema) // what is wrong has been reported
	parameters, diags := parametersOf(content)
	expr := content.Attributes["result"].Expr
	for _, t := range expr.Variables() {
		if !slices.Contains(parameters, t.RootName()) {
			diags = append(diags, problem(t.SourceRange(), "Not available here",
				"%q cannot be used in a function: its result is made of its parameters alone (%s). Give what it needs as an argument.",
				t.RootName(), strings.Join(parameters, ", ")))
		}
	}
	if diags = append(diags, s.checkCalls(b.Labels[0], expr)...); diags.HasErrors() {
		return diags
	}
	values := map[string]cty.Value{}
	for _, name := range parameters {
		values[name] = cty.DynamicVal
	}
	_, wrong := expr.Value(&hcl.EvalContext{Variables: values, Functions: s.functions()})
	return append(diags, insideCalls(wrong)...)
}

// checkCalls refuses calls of declared functions inside one.
func (s *scope) checkCalls(name string, result hcl.Expression) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, call := range callsIn(result) {
		switch {
		case call.Name == name:
			diags = append(diags, problem(call.NameRange, "Function calls itself", "%s() cannot call itself: its result would have no end.", name))
		case slices.ContainsFunc(s.functionBlocks, func(b *hcl.Block) bool { return b.Labels[0] == call.Name }):
			diags = append(diags, problem(call.NameRange, "Function calls a function of the pipeline",
				"%s() can call the functions of the language alone, and %s() is declared by the pipeline. Call it in an argument instead.", name, call.Name))
		}
	}
	return diags
}

// callsIn lists the calls in an expression.
func callsIn(expr hcl.Expression) []hclsyntax.FunctionCallExpr {
	var calls []hclsyntax.FunctionCallExpr
	for _, part := range nativeParts(expr) {
		_ = hclsyntax.VisitAll(part.node, func(n hclsyntax.Node) hcl.Diagnostics {
			if call, ok := n.(*hclsyntax.FunctionCallExpr); ok {
				placed := *call
				placed.NameRange = part.place(call.NameRange)
				calls = append(calls, placed)
			}
			return nil
		})
	}
	return calls
}

var functionSchema = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
	{Name: "params", Required: true}, {Name: "variadic_param"}, {Name: "result", Required: true},
}}

// parametersOf lists the names of a function's parameters.
func parametersOf(content *hcl.BodyContent) ([]string, hcl.Diagnostics) {
	exprs, _ := hcl.ExprList(content.Attributes["params"].Expr)
	if rest := content.Attributes["variadic_param"]; rest != nil {
		exprs = append(exprs, rest.Expr)
	}
	var names []string
	var diags hcl.Diagnostics
	for _, expr := range exprs {
		name := hcl.ExprAsKeyword(expr)
		if slices.Contains(names, name) {
			diags = append(diags, problem(expr.Range(), "Duplicate parameter", "There is another parameter %q.", name))
		}
		names = append(names, name)
	}
	return names, diags
}
