package config

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
)

// arguments is the body of a block that is declared by fields: a step's
// arguments, or settings of the language itself.
type arguments struct {
	fields []engine.Field
	attrs  hcl.Attributes
	blocks map[string][]*arguments
	marks  cty.ValueMarks // of all that is given, because of a dynamic block
	at     hcl.Range      // the block's header
}

// schemaOf is the body that fields describe.
func schemaOf(fields []engine.Field) *hcl.BodySchema {
	schema := &hcl.BodySchema{}
	for _, f := range fields {
		if f.IsBlock() {
			schema.Blocks = append(schema.Blocks, hcl.BlockHeaderSchema{Type: f.Name})
		} else {
			schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: f.Name})
		}
	}
	return schema
}

// newArguments takes what belongs to the fields out of a body's content.
// Missing and unknown arguments of nested blocks are reported; unknown ones of
// this body were, by whoever read the content.
func newArguments(fields []engine.Field, content *hcl.BodyContent, at hcl.Range) (*arguments, hcl.Diagnostics) {
	a := &arguments{fields: fields, attrs: hcl.Attributes{}, blocks: map[string][]*arguments{}, at: at}
	var diags hcl.Diagnostics
	for i := range fields {
		f := &fields[i]
		if f.IsBlock() {
			diags = append(diags, a.nest(f, content.Blocks.OfType(f.Name))...)
			continue
		}
		if attr := content.Attributes[f.Name]; attr != nil {
			a.attrs[f.Name] = attr
		} else if f.Required {
			diags = append(diags, problem(at, "Missing argument", "The argument %q is required: %s Add it to this block.", f.Name, firstSentence(f.Doc)))
		}
	}
	return a, diags
}

func (a *arguments) nest(f *engine.Field, blocks hcl.Blocks) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, b := range blocks {
		nested, more := readArguments(f.Block, b)
		a.blocks[f.Name] = append(a.blocks[f.Name], nested)
		diags = append(diags, more...)
	}
	return diags
}

// readArguments reads a block that holds nothing but the fields.
func readArguments(fields []engine.Field, b *hcl.Block) (*arguments, hcl.Diagnostics) {
	content, diags := b.Body.Content(schemaOf(fields))
	diags = suggest(diags, fieldNames(fields))
	a, more := newArguments(fields, content, b.DefRange)
	a.mark(marksOf(b.Body))
	return a, append(diags, more...)
}

// mark adds marks to all that is given in a block and in those inside it.
func (a *arguments) mark(marks cty.ValueMarks) {
	if len(marks) == 0 {
		return
	}
	a.marks = maps.Clone(a.marks)
	if a.marks == nil {
		a.marks = cty.ValueMarks{}
	}
	maps.Copy(a.marks, marks)
	for _, blocks := range a.blocks {
		for _, b := range blocks {
			b.mark(marks)
		}
	}
}

// expressions lists every expression in the body, in no particular order.
func (a *arguments) expressions() []hcl.Expression {
	var all []hcl.Expression
	for _, attr := range a.attrs {
		all = append(all, attr.Expr)
	}
	for _, blocks := range a.blocks {
		for _, b := range blocks {
			all = append(all, b.expressions()...)
		}
	}
	return all
}

// eval gives the object of all fields: what is given, converted and checked,
// and the defaults. What is wrong is unknown in it.
func (s *scope) evalArguments(a *arguments, v view) (cty.Value, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	attrs := make(map[string]cty.Value, len(a.fields))
	for i := range a.fields {
		f := &a.fields[i]
		var more hcl.Diagnostics
		if f.IsBlock() {
			attrs[f.Name], more = s.evalBlocks(f, a.blocks[f.Name], v)
		} else {
			attrs[f.Name], more = s.evalArgument(f, a.attrs[f.Name], v)
		}
		if len(a.marks) > 0 && a.attrs[f.Name] != nil {
			attrs[f.Name] = attrs[f.Name].WithMarks(a.marks)
			s.noteSecrets(attrs[f.Name])
		}
		diags = append(diags, more...)
	}
	return cty.ObjectVal(attrs), diags
}

func (s *scope) evalBlocks(f *engine.Field, blocks []*arguments, v view) (cty.Value, hcl.Diagnostics) {
	if len(blocks) == 0 {
		return f.Default, nil
	}
	var diags hcl.Diagnostics
	elems := make([]cty.Value, len(blocks))
	for i, b := range blocks {
		var more hcl.Diagnostics
		elems[i], more = s.evalArguments(b, v)
		diags = append(diags, more...)
	}
	return cty.ListVal(elems), diags
}

func (s *scope) evalArgument(f *engine.Field, attr *hcl.Attribute, v view) (cty.Value, hcl.Diagnostics) {
	if attr == nil {
		if f.Required { // reported when the block was read
			return cty.UnknownVal(f.Type), nil
		}
		return f.Default, nil
	}
	given, diags := s.eval(attr.Expr, v)
	if diags.HasErrors() {
		return cty.UnknownVal(f.Type), diags
	}
	got, err := f.Convert(given)
	if err != nil {
		return cty.UnknownVal(f.Type), append(diags, problem(culprit(attr.Expr, err), "Wrong value",
			"Argument %q: %s", f.Name, s.redact(f, given, err)))
	}
	if f.Sensitive && !got.IsNull() {
		got = got.Mark(engine.Sensitive)
	}
	s.noteSecrets(got)
	s.notePasswords(got)
	return got, diags
}

// culprit is the place of a wrong value: that of the key, where it is one of
// a map that is written out.
func culprit(expr hcl.Expression, err error) hcl.Range {
	var wrong *engine.KeyError
	if !errors.As(err, &wrong) {
		return expr.Range()
	}
	pairs, diags := hcl.ExprMap(expr)
	if diags.HasErrors() {
		return expr.Range()
	}
	for _, pair := range pairs {
		if key, diags := pair.Key.Value(nil); !diags.HasErrors() && key.Type() == cty.String && key.AsString() == wrong.Key {
			return pair.Value.Range()
		}
	}
	return expr.Range()
}

// redact keeps a sensitive value out of the text of an error about it.
func (s *scope) redact(f *engine.Field, v cty.Value, err error) string {
	if f.Sensitive || v.HasMark(engine.Sensitive) || !v.IsWhollyKnown() && v.ContainsMarked() {
		return "the value does not fit; it is sensitive and is not shown."
	}
	return sentence(err.Error())
}

func sentence(text string) string {
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}

// given tells constraints of the arguments: one is given when it is written
// and not known to be null.
func given(a *arguments, v cty.Value) engine.Given {
	return func(name string) (cty.Value, bool) {
		value := v.GetAttr(name)
		return value, len(a.blocks[name]) > 0 || a.attrs[name] != nil && !value.IsNull()
	}
}

// find gives the place of an argument path such as threshold[1].color; of as
// much of it as is written in the file.
func (a *arguments) find(path string) hcl.Range {
	head, rest, _ := strings.Cut(path, ".")
	name, index := head, 0
	if i := strings.IndexByte(head, '['); i >= 0 {
		name = head[:i]
		index, _ = strconv.Atoi(strings.TrimSuffix(head[i+1:], "]"))
	}
	if attr := a.attrs[name]; attr != nil {
		return attr.Expr.Range()
	}
	if blocks := a.blocks[name]; index < len(blocks) && index >= 0 {
		return blocks[index].find(rest)
	}
	return a.at
}

// checkConstraints applies a step type's rules about which arguments go
// together.
func (a *arguments) checkConstraints(t *engine.StepType, v cty.Value) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, c := range t.Constraints {
		if c.Block == "" {
			diags = append(diags, a.checkConstraint(c, v)...)
			continue
		}
		blocks, _ := v.GetAttr(c.Block).Unmark()
		for i, b := range a.blocks[c.Block] {
			diags = append(diags, b.checkConstraint(c, blocks.Index(cty.NumberIntVal(int64(i))))...)
		}
	}
	return diags
}

// checkTogether asks the step type about its arguments, where all are known.
func (a *arguments) checkTogether(t *engine.StepType, v cty.Value) hcl.Diagnostics {
	bare, _ := v.UnmarkDeep()
	if !bare.IsWhollyKnown() {
		return nil
	}
	err := t.CheckTogether(bare)
	if err == nil {
		return nil
	}
	e := engine.AsStepError(err)
	return hcl.Diagnostics{problem(a.find(e.Argument), "Arguments do not go together", "%s %s", sentence(capital(e.Error())), e.Remedy)}
}

func (a *arguments) checkConstraint(c engine.Constraint, v cty.Value) hcl.Diagnostics {
	if err := c.Check(given(a, v)); err != nil {
		return hcl.Diagnostics{problem(a.placeOf(c.Arguments), "Arguments do not go together", "%s", capital(err.Error()))}
	}
	return nil
}

// placeOf is the last of the named arguments that is given, else the header.
func (a *arguments) placeOf(names []string) hcl.Range {
	at := a.at
	for _, name := range names {
		if attr := a.attrs[name]; attr != nil && (at == a.at || attr.Range.Start.Byte > at.Start.Byte) {
			at = attr.NameRange
		}
	}
	return at
}

// firstSentence is as much of an argument's help as says what it is.
func firstSentence(doc string) string {
	if end := strings.Index(doc, ". "); end >= 0 {
		return doc[:end+1]
	}
	return doc
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// fieldNames lists the names of fields, sorted.
func fieldNames(fields ...[]engine.Field) []string {
	var names []string
	for _, fs := range fields {
		for _, f := range fs {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
