package engine

import (
	"encoding"
	"fmt"
	"reflect"

	"github.com/zclconf/go-cty/cty"
)

// decodeStruct fills a struct from an object value with the struct's fields.
// The value must be wholly known and unmarked.
func decodeStruct(v cty.Value, fields []Field, into reflect.Value) error {
	for i := range fields {
		f := &fields[i]
		av := v.GetAttr(f.Name)
		if av.IsNull() {
			continue
		}
		target := into.Field(f.index)
		if f.IsBlock() {
			if err := decodeBlocks(av, f, target); err != nil {
				return err
			}
			continue
		}
		if err := decodeValue(av, target); err != nil {
			return &StepError{Code: "bad_argument", Message: fmt.Sprintf("argument %q", f.Name), Argument: f.Name, Err: err}
		}
	}
	return nil
}

func decodeBlocks(v cty.Value, f *Field, into reflect.Value) error {
	slice := reflect.MakeSlice(into.Type(), 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		_, ev := it.Element()
		elem := reflect.New(into.Type().Elem()).Elem()
		if err := decodeStruct(ev, f.Block, elem); err != nil {
			if se := AsStepError(err); se.Argument != "" {
				se.Argument = fmt.Sprintf("%s[%d].%s", f.Name, slice.Len(), se.Argument)
			}
			return err
		}
		slice = reflect.Append(slice, elem)
	}
	into.Set(slice)
	return nil
}

func decodeValue(v cty.Value, into reflect.Value) error {
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
	if u, ok := into.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(v.AsString()))
	}
	switch into.Kind() {
	case reflect.String:
		into.SetString(v.AsString())
	case reflect.Bool:
		into.SetBool(v.True())
	case reflect.Int, reflect.Int64:
		n, _ := v.AsBigFloat().Int64()
		into.SetInt(n)
	case reflect.Float64:
		x, _ := v.AsBigFloat().Float64()
		into.SetFloat(x)
	case reflect.Slice:
		return decodeSlice(v, into)
	case reflect.Map:
		return decodeMap(v, into)
	default:
		return fmt.Errorf("no way to decode into %s", into.Type())
	}
	return nil
}

func decodeSlice(v cty.Value, into reflect.Value) error {
	slice := reflect.MakeSlice(into.Type(), v.LengthInt(), v.LengthInt())
	i := 0
	for it := v.ElementIterator(); it.Next(); i++ {
		_, ev := it.Element()
		if err := decodeValue(ev, slice.Index(i)); err != nil {
			return err
		}
	}
	into.Set(slice)
	return nil
}

func decodeMap(v cty.Value, into reflect.Value) error {
	m := reflect.MakeMapWithSize(into.Type(), v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		kv, ev := it.Element()
		if ev.IsNull() {
			return fmt.Errorf("the value of key %q is null", kv.AsString())
		}
		elem := reflect.New(into.Type().Elem()).Elem()
		if err := decodeValue(ev, elem); err != nil {
			return err
		}
		m.SetMapIndex(reflect.ValueOf(kv.AsString()), elem)
	}
	into.Set(m)
	return nil
}

// encodeStruct is the object value of a struct of outputs.
func encodeStruct(fields []Field, from reflect.Value) cty.Value {
	attrs := make(map[string]cty.Value, len(fields))
	for i := range fields {
		attrs[fields[i].Name] = encodeValue(from.Field(fields[i].index), fields[i].Type)
	}
	return cty.ObjectVal(attrs)
}

func encodeValue(from reflect.Value, t cty.Type) cty.Value {
	if from.Kind() == reflect.Pointer {
		if from.IsNil() {
			return cty.NullVal(t)
		}
		from = from.Elem()
	}
	switch from.Kind() {
	case reflect.String:
		return cty.StringVal(from.String())
	case reflect.Bool:
		return cty.BoolVal(from.Bool())
	case reflect.Int, reflect.Int64:
		return cty.NumberIntVal(from.Int())
	case reflect.Float64:
		return cty.NumberFloatVal(from.Float())
	case reflect.Slice:
		return encodeSlice(from, t)
	case reflect.Map:
		return encodeMap(from, t)
	case reflect.Struct:
		return encodeStruct(fieldsOf(from.Type(), "out"), from)
	}
	panic(fmt.Sprintf("no HCL value for %s", from.Type()))
}

func encodeSlice(from reflect.Value, t cty.Type) cty.Value {
	if from.Len() == 0 {
		return cty.ListValEmpty(t.ElementType())
	}
	elems := make([]cty.Value, from.Len())
	for i := range elems {
		elems[i] = encodeValue(from.Index(i), t.ElementType())
	}
	return cty.ListVal(elems)
}

func encodeMap(from reflect.Value, t cty.Type) cty.Value {
	if from.Len() == 0 {
		return cty.MapValEmpty(t.ElementType())
	}
	elems := make(map[string]cty.Value, from.Len())
	for it := from.MapRange(); it.Next(); {
		elems[it.Key().String()] = encodeValue(it.Value(), t.ElementType())
	}
	return cty.MapVal(elems)
}
