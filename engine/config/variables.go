package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/joho/godotenv"
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

// given is a value for a variable, with where it came from.
type givenValue struct {
	value  cty.Value
	text   string // not yet parsed; used when value is cty.NilVal
	origin string // for people
	at     *hcl.Range
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
	args, more := newArguments(variableFields, content, b.DefRange)
	diags = append(diags, more...)
	value, more := l.pipeline.scope.evalArguments(args, viewEarly)
	flags, more := decodeStatic[variableFlags](variableFields, args, value, more)
	diags = append(diags, more...)
	v.sensitive, v.nullable = flags.Sensitive, flags.Nullable || len(more) > 0
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
		diags = append(diags, more...)
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

// givenValues collects the values of variables, low to high precedence: the
// environment, files beside the pipeline, the command line.
func (l *loader) givenValues(declared map[string]*variable) (map[string]*givenValue, hcl.Diagnostics) {
	values := map[string]*givenValue{}
	for name := range declared {
		if text, ok := l.lookupEnv("DAGRUN_VAR_" + name); ok {
			values[name] = &givenValue{text: text, origin: "DAGRUN_VAR_" + name + " in the environment"}
		}
	}
	diags := l.takeFiles(values, declared)
	for _, a := range l.Assignments {
		switch {
		case a.File != "":
			diags = append(diags, l.takeFile(a.File, values, declared)...)
		case declared[a.Name] == nil:
			diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Undeclared variable",
				Detail: fmt.Sprintf("--var sets %q, but the pipeline declares no such variable.%s", a.Name, didYouMean(a.Name, sortedKeys(declared)))})
		default:
			values[a.Name] = &givenValue{text: a.Value, origin: "--var"}
		}
	}
	return values, diags
}

// takeFiles reads the files of values that lie beside the pipeline.
func (l *loader) takeFiles(values map[string]*givenValue, declared map[string]*variable) hcl.Diagnostics {
	dir := filepath.Dir(l.path)
	auto, err := filepath.Glob(filepath.Join(dir, "*.auto.vars.hcl"))
	if err != nil { // a folder whose name is no pattern
		auto = nil
	}
	slices.Sort(auto)
	files := auto
	if own := filepath.Join(dir, "dagrun.vars.hcl"); exists(own) {
		files = append([]string{own}, auto...)
	}
	var diags hcl.Diagnostics
	for _, f := range files {
		diags = append(diags, l.takeFile(f, values, declared)...)
	}
	return diags
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (l *loader) takeFile(path string, values map[string]*givenValue, declared map[string]*variable) hcl.Diagnostics {
	if _, err := os.Stat(path); err != nil {
		return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Variable file not readable",
			Detail: fmt.Sprintf("Cannot read %s: %v.", path, unwrapPath(err))}}
	}
	file, diags := l.parser.ParseHCLFile(path)
	if diags.HasErrors() {
		return diags
	}
	attrs, diags := file.Body.JustAttributes()
	for name, attr := range attrs {
		if declared[name] == nil {
			diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: "Undeclared variable", Subject: &attr.NameRange,
				Detail: fmt.Sprintf("The pipeline declares no variable %q; the value is not used.%s", name, didYouMean(name, sortedKeys(declared)))})
			continue
		}
		value, more := attr.Expr.Value(nil)
		diags = append(diags, more...)
		at := attr.Expr.Range()
		values[name] = &givenValue{value: value, origin: path, at: &at}
	}
	return diags
}

// lookupEnv reads the real environment, then the dotenv files.
func (l *loader) lookupEnv(name string) (string, bool) {
	if v, ok := l.LookupEnv(name); ok {
		return v, true
	}
	v, ok := l.dotenv[name]
	return v, ok
}

// readDotenv reads the dotenv files that exist, relative to the working
// directory; an earlier file wins over a later one.
func (l *loader) readDotenv(files []string, diags hcl.Diagnostics) (map[string]string, hcl.Diagnostics) {
	env := map[string]string{}
	for _, f := range files {
		path := engine.Resolve(l.pipeline.WorkingDir, f)
		got, err := godotenv.Read(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Dotenv file not readable",
				Detail: fmt.Sprintf("Cannot read %s: it needs lines of the form NAME=value.", path)})
		}
		for k, v := range got {
			if LooksSecret(k) {
				l.Secret(v)
			}
			_, real := l.LookupEnv(k)
			if _, taken := env[k]; !taken && !real {
				env[k] = v
			}
		}
	}
	return env, diags
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// LooksSecret reports whether an environment variable's name says that its
// value is a secret.
func LooksSecret(name string) bool {
	name = strings.ToUpper(name)
	for _, word := range []string{"PASS", "SECRET", "TOKEN", "CREDENTIAL", "PRIVATE_KEY", "API_KEY", "APIKEY"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
