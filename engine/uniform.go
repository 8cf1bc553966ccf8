package engine

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// ConvertTo is convert.Convert, and as quick for long tuples as for short ones:
// that compares every two elements to find their common type, which takes a
// minute for 100,000 of them, though what a for expression gives is mostly of
// one type already.
func ConvertTo(v cty.Value, t cty.Type) (cty.Value, error) {
	if !t.IsListType() || !v.Type().IsTupleType() || !isUniform(v.Type(), t.ElementType()) || !v.IsKnown() || v.IsNull() {
		return convert.Convert(v, t)
	}
	bare, marks := v.Unmark()
	return cty.ListVal(bare.AsValueSlice()).WithMarks(marks), nil
}

// isUniform reports whether a tuple has elements, and all are of one primitive
// type.
func isUniform(tuple, elem cty.Type) bool {
	if !elem.IsPrimitiveType() || tuple.Length() == 0 {
		return false
	}
	for _, e := range tuple.TupleElementTypes() {
		if e != elem {
			return false
		}
	}
	return true
}
