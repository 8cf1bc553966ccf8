package config

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

var (
	toListFunc = collectFunc(cty.List, func(tuple cty.Value) cty.Value { return cty.ListVal(tuple.AsValueSlice()) })
	toSetFunc  = collectFunc(cty.Set, func(tuple cty.Value) cty.Value { return cty.SetVal(tuple.AsValueSlice()) })
	toMapFunc  = collectFunc(cty.Map, func(object cty.Value) cty.Value { return cty.MapVal(object.AsValueMap()) })
)

// collectFunc makes tolist(), toset() or tomap(). The conversion of cty compares
// every two elements of a tuple or object to find their common type, which takes
// minutes for 100,000 keys; where all are of one type, there is nothing to find.
func collectFunc(typeOf func(cty.Type) cty.Type, collect func(cty.Value) cty.Value) function.Function {
	general := stdlib.MakeToFunc(typeOf(cty.DynamicPseudoType))
	return function.New(&function.Spec{
		Params: general.Params(),
		Type: func(args []cty.Value) (cty.Type, error) {
			if t, ok := commonType(args[0].Type()); ok && collects(typeOf(t), args[0].Type()) {
				return typeOf(t), nil
			}
			return general.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if t, ok := commonType(args[0].Type()); !ok || !collects(typeOf(t), args[0].Type()) || !args[0].IsKnown() || args[0].IsNull() {
				return general.Call(args)
			}
			bare, marks := args[0].Unmark()
			return collect(bare).WithMarks(marks), nil
		},
	})
}

// collects reports whether a tuple is to become a list or set, or an object a map.
func collects(wanted, given cty.Type) bool { return wanted.IsMapType() == given.IsObjectType() }

// commonType is the type of all elements of a tuple or object that has some, if
// they are of one primitive type.
func commonType(t cty.Type) (cty.Type, bool) {
	var types []cty.Type
	switch {
	case t.IsTupleType():
		types = t.TupleElementTypes()
	case t.IsObjectType():
		types = slices.Collect(maps.Values(t.AttributeTypes()))
	}
	if len(types) == 0 || !types[0].IsPrimitiveType() {
		return t, false
	}
	for _, e := range types {
		if !e.Equals(types[0]) {
			return t, false
		}
	}
	return types[0], true
}
