package config

import (
	"errors"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"dagrun/engine"
)

// Assignment is a --var (Name and Value) or a --var-file (File) of the command
// line.
type Assignment struct {
	Name, Value string
	File        string
}

// variable is a declared variable.
type variable struct {
	name        string
	typ         cty.Type
	typed       bool // a type is written
	defaults    *typeexpr.Defaults
	fallback    cty.Value // its default; cty.NilVal when there is none
	sensitive   bool
	nullable    bool
	validations []check
	at          hcl.Range
}

type variableFlags struct {
	Description string `arg:"description" doc:"What the variable is for."`
	Sensitive   bool   `arg:"sensitive" default:"false" doc:"Whether it must never be shown."`
	Nullable    bool   `arg:"nullable" default:"true" doc:"Whether it may be null."`
}

var variableFields = engine.FieldsOf[variableFlags]()

func (l *loader) declareVariables() hcl.Diagnostics {
	diags := unique(l.blocks["variable"], "variable")
	declared := map[string]*variable{}
	var order []*variable
	for _, b := range l.blocks["variable"] {
		v, more := l.declareVariable(b)
		diags = append(diags, more...)
		if declared[v.name] == nil {
			declared[v.name] = v
			order = append(order, v)
		}
	}
	values, more := l.givenValues(declared)
	diags = append(diags, more...)
	l.pipeline.Variables = map[string]cty.Value{}
	for _, v := range order {
		value, more := l.settle(v, values[v.name])
		diags = append(diags, more...)
		l.pipeline.Variables[v.name] = value
	}
	l.pipeline.scope.setVariables(l.pipeline.Variables)
	for _, v := range order {
		diags = append(diags, l.validate(v)...)
	}
	return diags
}

func (l *loader) declareVariable(b *hcl.Block) (*variable, hcl.Diagnostics) {
	v := &variable{name: b.Labels[0], typ: cty.DynamicPseudoType, nullable: true, at: b.DefRange}
	schema := schemaOf(variableFields)
	schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: "type"}, hcl.AttributeSchema{Name: "default"})
	schema.Blocks = append(schema.Blocks, hcl.BlockHeaderSchema{Type: "validation"})
	content, diags := b.Body.Content(schema)
	diags = suggest(diags, append(fieldNames(variableFields), "type", "default", "validation"))
	args, more := newArguments(variableFields, content, b.DefRange)
	diags = append(diags, more...)
	value, more := l.pipeline.scope.evalArguments(args, viewEarly)
	flags, more := decodeStatic[variableFlags](variableFields, args, value, more)
	diags = append(diags, more...)
	v.sensitive, v.nullable = flags.Sensitive, flags.Nullable || len(more) > 0
	if v.sensitive {
		l.secrets = append(l.secrets, v.name)
	}
	if attr := content.Attributes["type"]; attr != nil {
		var more hcl.Diagnostics
		v.typ, v.defaults, more = typeexpr.TypeConstraintWithDefaults(attr.Expr)
		v.typed = true
		diags = append(diags, more...)
	}
	if attr := content.Attributes["default"]; attr != nil {
		diags = append(diags, l.setDefault(v, attr)...)
	}
	v.validations, more = readChecks(content.Blocks.OfType("validation"))
	return v, append(diags, more...)
}

func (l *loader) setDefault(v *variable, attr *hcl.Attribute) hcl.Diagnostics {
	value, diags := l.pipeline.scope.eval(attr.Expr, viewEarly)
	v.fallback = cty.UnknownVal(v.typ)
	if diags.HasErrors() {
		return diags
	}
	converted, err := v.convert(value)
	if err != nil {
		return append(diags, problem(attr.Expr.Range(), "Wrong default",
			"The default of variable %q does not fit its type: %s", v.name, sentence(err.Error())))
	}
	v.fallback = converted
	return diags
}

// convert makes a value of the variable's type. The error never shows the
// value.
func (v *variable) convert(value cty.Value) (cty.Value, error) {
	if value.IsNull() && !v.nullable {
		return value, errors.New("it must not be null")
	}
	if v.defaults != nil && !value.IsNull() {
		value = v.defaults.Apply(value)
	}
	got, err := convert.Convert(value, v.typ)
	if err != nil {
		return got, err
	}
	return got, nil
}

func readChecks(blocks hcl.Blocks) ([]check, hcl.Diagnostics) {
	var checks []check
	var diags hcl.Diagnostics
	schema := &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
		{Name: "condition", Required: true}, {Name: "error_message", Required: true},
	}}
	for _, b := range blocks {
		content, more := b.Body.Content(schema)
		diags = append(diags, suggest(more, []string{"condition", "error_message"})...)
		condition, message := content.Attributes["condition"], content.Attributes["error_message"]
		if condition != nil && message != nil {
			checks = append(checks, check{condition: condition.Expr, message: message.Expr, at: condition.Expr.Range()})
		}
	}
	return checks, diags
}

// settle chooses a variable's value.
func (l *loader) settle(v *variable, given *givenValue) (cty.Value, hcl.Diagnostics) {
	unknown := cty.UnknownVal(v.typ)
	value, diags := v.fallback, hcl.Diagnostics(nil)
	if given != nil {
		value, diags = v.take(given, l.pipeline.scope)
	}
	switch {
	case diags.HasErrors():
		value = unknown
	case value == cty.NilVal:
		return unknown, hcl.Diagnostics{problem(v.at, "Variable has no value",
			"Variable %q is required: it has no default. Set it with --var %s=VALUE, in dagrun.vars.hcl beside the pipeline, or as DAGRUN_VAR_%s in the environment.",
			v.name, v.name, v.name)}
	}
	if v.sensitive {
		value = value.Mark(engine.Sensitive)
	}
	l.pipeline.scope.noteSecrets(value)
	l.pipeline.scope.notePasswords(value)
	return value, diags
}

// take parses and converts a value that was given.
func (v *variable) take(given *givenValue, s *scope) (cty.Value, hcl.Diagnostics) {
	if v.sensitive {
		s.secret(given.text)
	}
	value := given.value
	if value == cty.NilVal {
		var problem string
		if value, problem = v.parse(given.text); problem != "" {
			return value, v.refuse(given, problem)
		}
	}
	if value.IsNull() && !v.nullable && v.fallback != cty.NilVal {
		return v.fallback, nil // as in Terraform, null stands for the default
	}
	got, err := v.convert(value)
	if err != nil {
		return got, v.refuse(given, err.Error())
	}
	return got, nil
}

func (v *variable) refuse(given *givenValue, why string) hcl.Diagnostics {
	return hcl.Diagnostics{{
		Severity: hcl.DiagError, Summary: "Wrong value for variable", Subject: given.at,
		Detail: fmt.Sprintf("The value of variable %q from %s does not fit: %s", v.name, given.origin, sentence(why)),
	}}
}

// parse reads a value that is given as text: literally for primitive types and
// for a variable without a type, else as an expression.
func (v *variable) parse(text string) (value cty.Value, problem string) {
	if v.typ.IsPrimitiveType() || !v.typed {
		return cty.StringVal(text), ""
	}
	expr, diags := hclsyntax.ParseExpression([]byte(text), "value", hcl.InitialPos)
	if !diags.HasErrors() {
		value, diags = expr.Value(nil)
	}
	if diags.HasErrors() {
		return cty.DynamicVal, fmt.Sprintf("for a variable of type %s it is read as an HCL expression: %s",
			typeexpr.TypeString(v.typ), diags[0].Summary)
	}
	return value, ""
}

func (l *loader) validate(v *variable) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, c := range v.validations {
		passed, message, more := l.pipeline.scope.check(c, viewVariables)
		diags = append(diags, more...)
		if passed == no {
			diags = append(diags, problem(c.at, "Invalid value for variable", "Variable %q: %s", v.name, message))
		}
	}
	return diags
}
