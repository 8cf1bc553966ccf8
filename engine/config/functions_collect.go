package config

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

var (
	toListFunc = collectFunc(cty.List, cty.ListVal)
	toSetFunc  = collectFunc(cty.Set, cty.SetVal)
)

// collectFunc makes tolist() or toset(). The conversion of cty compares every
// two elements of a tuple to find their common type, which takes minutes for
// 100,000 keys; where all are of one type, there is nothing to find.
func collectFunc(typeOf func(cty.Type) cty.Type, collect func([]cty.Value) cty.Value) function.Function {
	general := stdlib.MakeToFunc(typeOf(cty.DynamicPseudoType))
	return function.New(&function.Spec{
		Params: general.Params(),
		Type: func(args []cty.Value) (cty.Type, error) {
			if t, ok := commonType(args[0].Type()); ok {
				return typeOf(t), nil
			}
			return general.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if _, ok := commonType(args[0].Type()); !ok || !args[0].IsKnown() || args[0].IsNull() {
				return general.Call(args)
			}
			bare, marks := args[0].Unmark()
			return collect(bare.AsValueSlice()).WithMarks(marks), nil
		},
	})
}

// commonType is the type of all elements of a tuple that has some, if they are
// of one primitive type.
func commonType(t cty.Type) (cty.Type, bool) {
	if !t.IsTupleType() || t.Length() == 0 {
		return t, false
	}
	first := t.TupleElementType(0)
	for _, e := range t.TupleElementTypes() {
		if e != first {
			return t, false
		}
	}
	return first, first.IsPrimitiveType()
}
