package config

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
)

type outputFlags struct {
	Description string `arg:"description" doc:"What the value is."`
	Sensitive   bool   `arg:"sensitive" default:"false" doc:"Whether it must never be shown."`
}

var outputFields = engine.FieldsOf[outputFlags]()

func (l *loader) declareOutputs() hcl.Diagnostics {
	diags := unique(l.blocks["output"], "output")
	schema := schemaOf(outputFields)
	schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: "value", Required: true})
	for _, b := range l.blocks["output"] {
		content, more := b.Body.Content(schema)
		diags = append(diags, suggest(more, append(fieldNames(outputFields), "value"))...)
		args, more := newArguments(outputFields, content, b.DefRange)
		diags = append(diags, more...)
		value, more := l.pipeline.scope.evalArguments(args, viewStatic)
		flags, more := decodeStatic[outputFlags](outputFields, args, value, more)
		diags = append(diags, more...)
		if attr := content.Attributes["value"]; attr != nil {
			l.pipeline.outputs = append(l.pipeline.outputs, &output{
				name: b.Labels[0], value: attr.Expr, sensitive: flags.Sensitive, at: attr.Expr.Range(),
			})
		}
	}
	return diags
}

func (s *scope) checkOutputs(outputs []*output) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, o := range outputs {
		value, more := s.eval(o.value, viewStep)
		diags = append(diags, more...)
		if !o.sensitive && value.ContainsMarked() {
			diags = append(diags, problem(o.at, "Output shows a sensitive value",
				"Output %q is made of sensitive values. Add sensitive = true, or take nonsensitive() of what may be shown.", o.name))
		}
	}
	return diags
}

// Output is a declared output with its value after a run.
type Output struct {
	Name      string
	Value     cty.Value // unmarked
	Sensitive bool
}

// Text is the value as people read it: a string as it is, anything else as
// JSON, a sensitive value masked.
func (o Output) Text() string {
	if o.Sensitive {
		return engine.Masked
	}
	if o.Value.Type() == cty.String && !o.Value.IsNull() {
		return o.Value.AsString()
	}
	return string(Masked(o.Value))
}
