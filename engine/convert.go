package engine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// Convert turns a value as a pipeline gives it into one of the field's type,
// and checks what is known of it: enum, bounds and the syntax of text types.
// Unknown parts stay unknown, marks are kept, and null becomes the default.
// The error is for users: it says what was wanted and what was given.
func (f *Field) Convert(v cty.Value) (cty.Value, error) {
	if v.IsNull() {
		if f.Required {
			return cty.UnknownVal(f.Type), errors.New("a value is required here, but this is null")
		}
		return f.Default, nil
	}
	if f.elem != nil {
		return f.convertMap(v)
	}
	converted, err := f.convertType(v)
	if err != nil {
		return cty.UnknownVal(f.Type), err
	}
	if f.Required && f.oneOrMany && isEmptyList(converted) {
		return cty.UnknownVal(f.Type), errors.New("at least one is required here, but the list is empty")
	}
	if err := f.checkKnown(converted); err != nil {
		return cty.UnknownVal(f.Type), err
	}
	return converted, nil
}

// KeyError is what is wrong with one value of a map.
type KeyError struct {
	Key string
	Err error
}

// Error names the key.
func (e *KeyError) Error() string { return fmt.Sprintf("key %q: %v", e.Key, e.Err) }

// Unwrap gives what is wrong.
func (e *KeyError) Unwrap() error { return e.Err }

// convertMap turns a map or an object into a map whose values are of the
// field's element; the error says which of them is wrong.
func (f *Field) convertMap(v cty.Value) (cty.Value, error) {
	bare, marks := v.Unmark()
	if t := bare.Type(); !t.IsObjectType() && !t.IsMapType() && t != cty.DynamicPseudoType {
		return cty.UnknownVal(f.Type), fmt.Errorf("a %s is wanted here, but this is %s", f.TypeName, AKind(t))
	}
	if !bare.IsKnown() {
		return cty.UnknownVal(f.Type).WithMarks(marks), nil
	}
	elems := map[string]cty.Value{}
	for it := bare.ElementIterator(); it.Next(); {
		key, value := it.Element()
		if value.IsNull() {
			return cty.UnknownVal(f.Type), &KeyError{key.AsString(), errors.New("the value is null")}
		}
		converted, err := f.elem.Convert(value)
		if err != nil {
			return cty.UnknownVal(f.Type), &KeyError{key.AsString(), err}
		}
		elems[key.AsString()] = converted
	}
	whole := cty.MapValEmpty(f.elem.Type)
	if len(elems) > 0 {
		whole = cty.MapVal(elems)
	}
	if err := f.checkWhole(whole); err != nil {
		return cty.UnknownVal(f.Type), err
	}
	return whole.WithMarks(marks), nil
}

// checkWhole asks the type of a map about it, once all of it is known.
func (f *Field) checkWhole(v cty.Value) error {
	bare, _ := v.UnmarkDeep()
	if f.checkMap == nil || !bare.IsWhollyKnown() {
		return nil
	}
	return f.checkMap(bare)
}

func isEmptyList(v cty.Value) bool {
	bare, _ := v.Unmark()
	return bare.IsKnown() && !bare.IsNull() && bare.LengthInt() == 0
}

func (f *Field) convertType(v cty.Value) (cty.Value, error) {
	if f.oneOrMany {
		return oneOrMany(v)
	}
	got, err := ConvertTo(v, f.Type)
	if err != nil {
		return got, fmt.Errorf("a %s is wanted here, but this is %s", f.TypeName, describe(v, f.Type))
	}
	return got, nil
}

// oneOrMany makes a list of strings of a string or of anything that holds
// strings. Unlike HCL's own conversion it takes no number for a string.
func oneOrMany(v cty.Value) (cty.Value, error) {
	wanted := cty.List(cty.String)
	bare, marks := v.Unmark()
	t := bare.Type()
	if t == cty.String {
		return cty.ListVal([]cty.Value{bare}).WithMarks(marks), nil
	}
	if t != cty.DynamicPseudoType && !holdsStrings(t) {
		return v, fmt.Errorf("a string or a list of strings is wanted here, but %s", misfit(t))
	}
	got, err := ConvertTo(bare, wanted)
	if err != nil {
		return v, fmt.Errorf("a string or a list of strings is wanted here: %w", err)
	}
	if got.IsKnown() && !got.IsNull() {
		if err := noNulls(got); err != nil {
			return v, err
		}
	}
	return got.WithMarks(marks), nil
}

func holdsStrings(t cty.Type) bool {
	switch {
	case t.IsListType() || t.IsSetType():
		e := t.ElementType()
		return e == cty.String || e == cty.DynamicPseudoType
	case t.IsTupleType():
		for _, e := range t.TupleElementTypes() {
			if e != cty.String && e != cty.DynamicPseudoType {
				return false
			}
		}
		return true
	}
	return false
}

// misfit says why a type holds no strings.
func misfit(t cty.Type) string {
	if !t.IsTupleType() {
		return "this is " + AKind(t)
	}
	for i, e := range t.TupleElementTypes() {
		if e != cty.String && e != cty.DynamicPseudoType {
			return fmt.Sprintf("element %d of this list is %s", i, AKind(e))
		}
	}
	return "this is a list"
}

// describe names the kind of a value that does not fit, and what of it.
func describe(v cty.Value, wanted cty.Type) string {
	t := v.Type()
	if t.IsPrimitiveType() && wanted.IsPrimitiveType() {
		return fmt.Sprintf("a %s that is none", t.FriendlyName())
	}
	if t.IsPrimitiveType() || wanted.IsPrimitiveType() {
		return AKind(t)
	}
	return fmt.Sprintf("%s (%s)", AKind(t), convert.MismatchMessage(t, wanted))
}

// AKind names a type for people, with its article: "an object". What is written
// in brackets is a list, whatever the types of its elements.
func AKind(t cty.Type) string {
	if t.IsTupleType() {
		return "a list"
	}
	name := t.FriendlyName()
	if strings.HasPrefix(name, "object") || strings.HasPrefix(name, "any") {
		return "an " + name
	}
	return "a " + name
}

func (f *Field) checkKnown(v cty.Value) error {
	v, _ = v.UnmarkDeep()
	if !v.IsKnown() || v.IsNull() {
		return nil
	}
	switch {
	case f.oneOrMany:
		for it := v.ElementIterator(); it.Next(); {
			if _, e := it.Element(); e.IsKnown() {
				if err := f.checkText(e.AsString()); err != nil {
					return err
				}
			}
		}
	case f.Type == cty.String:
		return f.checkText(v.AsString())
	case f.Type == cty.Number:
		return f.checkNumber(v)
	case f.Type.IsListType() && !f.IsBlock():
		return noNulls(v)
	}
	return nil
}

func noNulls(list cty.Value) error {
	for it := list.ElementIterator(); it.Next(); {
		if _, e := it.Element(); e.IsNull() {
			return errors.New("the list has an element that is null")
		}
	}
	return nil
}

func (f *Field) checkText(s string) error {
	if f.Enum != nil {
		return OneOf(s, f.Enum)
	}
	if f.Role != "" && s == "" {
		return errors.New("the path is empty")
	}
	if f.Role != "" && strings.ContainsRune(s, 0) {
		return errors.New("the path has a NUL byte")
	}
	if f.check != nil {
		return f.check(s)
	}
	return nil
}

func (f *Field) checkNumber(v cty.Value) error {
	n := v.AsBigFloat()
	if f.whole {
		if _, acc := n.Int64(); !n.IsInt() || acc != 0 {
			return fmt.Errorf("a whole number is wanted here, not %s", n.Text('g', -1))
		}
	}
	x, _ := n.Float64()
	if f.Min != nil && x < *f.Min {
		return fmt.Errorf("%s is too small; the smallest value is %g", n.Text('g', -1), *f.Min)
	}
	if f.Max != nil && x > *f.Max {
		return fmt.Errorf("%s is too large; the largest value is %g", n.Text('g', -1), *f.Max)
	}
	return nil
}

// OneOf checks that s is one of the allowed words; the error lists them and
// suggests the nearest.
func OneOf(s string, allowed []string) error {
	for _, a := range allowed {
		if s == a {
			return nil
		}
	}
	hint := ""
	if near := Nearest(s, allowed); near != "" {
		hint = fmt.Sprintf(" Did you mean %q?", near)
	}
	return fmt.Errorf("%q is not one of %s.%s", s, strings.Join(allowed, ", "), hint)
}
