package engine

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// StepType is one kind of work that pipelines can declare. It is data that
// decoding, validation and documents read, and a function that does the work.
type StepType struct {
	Name        string
	Doc         string // one sentence
	Example     string // a step block in HCL
	Args        []Field
	Outputs     []Field
	Constraints []Constraint
	// External is true for a type whose effects leave the machine (a mail, an
	// upload): the run log is durable before an attempt of it starts.
	External bool

	adds              func(cty.Value) bool
	run               func(context.Context, *Env, cty.Value) (cty.Value, error)
	check             func(cty.Value) error
	args, outs, value cty.Type // made once: they are asked for at every attempt
}

// Define declares a step type by its Go types for arguments (A) and outputs
// (O), whose fields and tags are described at Field, and the function that
// makes one attempt. The function may be called again with the same arguments
// and must then have the same effect; it returns soon after its context ends,
// leaving nothing half-written; its errors are *StepError where the cause is
// known. A declaration that does not hold together panics.
func Define[A, O any](name, doc string, run func(ctx context.Context, env *Env, args A) (O, error), options ...Option) *StepType {
	t := &StepType{
		Name:    name,
		Doc:     doc,
		Args:    fieldsOf(reflect.TypeFor[A](), "arg"),
		Outputs: fieldsOf(reflect.TypeFor[O](), "out"),
	}
	t.args, t.outs = ObjectType(t.Args), ObjectType(t.Outputs)
	t.value = t.valueType()
	t.run = func(ctx context.Context, env *Env, v cty.Value) (cty.Value, error) {
		var args A
		if err := decodeStruct(v, t.Args, reflect.ValueOf(&args).Elem()); err != nil {
			return cty.NilVal, err
		}
		out, err := run(ctx, env, args)
		if err != nil {
			return cty.NilVal, err
		}
		return encodeStruct(t.Outputs, reflect.ValueOf(out)), nil
	}
	for _, o := range options {
		o(t)
	}
	t.mustHold()
	return t
}

// reserved are the names that every step has beside its type's arguments.
var reserved = []string{
	"depends_on", "for_each", "if", "timeout", "continue_on_error", "trigger_rule", "retry", "precondition", "postcondition",
}

// mustHold panics when an argument has a reserved name, or tags name arguments
// that are not there.
func (t *StepType) mustHold() {
	for _, name := range reserved {
		if FindField(t.Args, name) != nil {
			panic(fmt.Sprintf("step type %s: every step has %q; give the argument another name", t.Name, name))
		}
	}
	for _, f := range t.Args {
		for _, other := range []string{f.Deletes, f.Within} {
			if other != "" && FindField(t.Args, other) == nil {
				panic(fmt.Sprintf("step type %s: argument %s names %s, which is none", t.Name, f.Name, other))
			}
		}
	}
	for _, c := range t.Constraints {
		c.mustHold(t)
	}
}

// Run makes one attempt. args is an object of ArgsType, wholly known and
// unmarked; the outputs are an object of OutputsType.
func (t *StepType) Run(ctx context.Context, env *Env, args cty.Value) (cty.Value, error) {
	return t.run(ctx, env, args)
}

// ArgsType is the object type of the arguments.
func (t *StepType) ArgsType() cty.Type { return t.args }

// OutputsType is the object type of the outputs.
func (t *StepType) OutputsType() cty.Type { return t.outs }

// ValueType is the object type of what a reference step.TYPE.NAME gives:
// arguments and outputs together; where both have a name, the output's type.
func (t *StepType) ValueType() cty.Type { return t.value }

func (t *StepType) valueType() cty.Type {
	attrs := map[string]cty.Type{}
	for _, object := range []cty.Type{t.args, t.outs} {
		for name, at := range object.AttributeTypes() {
			attrs[name] = at
		}
	}
	return cty.Object(attrs)
}

// Option adds to a step type's declaration.
type Option func(*StepType)

// WithExample gives an example step block for the documents. It is validated
// by a test.
func WithExample(hcl string) Option {
	return func(t *StepType) { t.Example = strings.TrimSpace(hcl) }
}

// WithExternalEffects says that the type's effects leave the machine.
func WithExternalEffects() Option { return func(t *StepType) { t.External = true } }

// WithAddition says that the type adds to a file that it changes in place when an
// argument has a value: done once more, the same would be there twice. A run that
// takes up another leaves it done, whatever else was done to the file since.
func WithAddition(argument, value string) Option {
	return func(t *StepType) {
		t.adds = func(args cty.Value) bool {
			v := args.GetAttr(argument)
			return !v.IsNull() && v.AsString() == value
		}
	}
}

// Adds reports whether an attempt with these arguments, which are wholly known and
// unmarked, adds to a file that it changes in place.
func (t *StepType) Adds(args cty.Value) bool { return t.adds != nil && t.adds(args) }

// WithCheck gives what is to be checked of arguments together that Constraints
// cannot say. It is asked before the run where all arguments are known; the step
// has to see to it once more when it runs. The error is a *StepError with the
// argument that it is about. It reads nothing but the arguments.
func WithCheck[A any](check func(args A) error) Option {
	return func(t *StepType) {
		t.check = func(v cty.Value) error {
			args, err := Decode[A](t.Args, v)
			if err != nil {
				return err
			}
			return check(args)
		}
	}
}

// CheckTogether applies what WithCheck gave, if anything, to an object of
// ArgsType that is wholly known and unmarked.
func (t *StepType) CheckTogether(args cty.Value) error {
	if t.check == nil {
		return nil
	}
	return t.check(args)
}

// FieldsOf reads the arguments that a struct declares by its tags, for blocks
// of the language that are declared like a step type's arguments.
func FieldsOf[A any]() []Field { return fieldsOf(reflect.TypeFor[A](), "arg") }

// Decode fills such a struct from an object value of its fields, which must be
// wholly known and unmarked.
func Decode[A any](fields []Field, v cty.Value) (A, error) {
	var args A
	err := decodeStruct(v, fields, reflect.ValueOf(&args).Elem())
	return args, err
}
