package engine

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// Field describes one argument or output of a step type: it is read off a
// struct field and its tags, and feeds decoding, type checks and documents.
//
// The tags are:
//
//	arg:"name[,required]"    an attribute in HCL
//	block:"name"             repeated blocks in HCL; the Go field is a slice of structs
//	out:"name"               an output
//	doc:"…"                  one or two sentences for users
//	default:"text"           the value when none is given, as text
//	enum:"a|b"               the values that are allowed
//	min:"n", max:"n"         bounds of a number, inclusive
//	sensitive:"true"         never printed, logged or recorded
//	file:"read"              the value is a path or glob with this Role
//	deletes:"arg"            true deletes the files of that argument
//	within:"arg"             names something inside the file of that argument, which the step writes
//	volume:"rows_in"         the output counts rows_in or rows_out
//
// Go types map to HCL as follows: string, bool, int64, int, float64 and
// pointers to them (nil for null); Strings (a string or a list of strings);
// slices of strings, whose elements may be written as numbers; and, in outputs,
// slices of structs. A type with UnmarshalText
// is written as a string and checked before the run; a slice of such a type is
// written as one string or a list of them. Where several texts mean the same,
// its method Canonical gives the one that stands for all; where it names a host
// of the network, its method Host gives that, or nothing. A map[string]T has
// any of these as its T; a named type of such a map may have a method Check,
// which is asked about the whole of it before the run.
//
// Defaults are converted when the type is declared, which is mostly while its
// package is being initialised: an UnmarshalText that uses a package variable,
// such as a compiled regular expression, may then find it nil.
type Field struct {
	Name      string
	Doc       string
	Type      cty.Type
	TypeName  string // for people: "string", "duration", "list of string"
	Required  bool
	Default   cty.Value // a null of Type when there is none
	Enum      []string
	Min, Max  *float64
	Sensitive bool
	Role      Role
	Deletes   string
	Within    string
	Volume    string
	Block     []Field // the fields of a repeated block; nil for an attribute

	index     int // of the struct field
	whole     bool
	oneOrMany bool
	elem      *Field                  // of a map
	checkMap  func(v cty.Value) error // for a map type that has a method Check
	check     func(text string) error // for a text type
	canonical func(text string) string
	host      func(text string) string
}

// IsBlock reports whether the field is written as repeated blocks.
func (f *Field) IsBlock() bool { return f.Block != nil }

// FindField finds a field by name; nil when there is none.
func FindField(fields []Field, name string) *Field {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return &fields[i]
}

// ObjectType is the HCL object type of a list of fields.
func ObjectType(fields []Field) cty.Type {
	attrs := make(map[string]cty.Type, len(fields))
	for i := range fields {
		attrs[fields[i].Name] = fields[i].Type
	}
	return cty.Object(attrs)
}

// fieldsOf reads the fields of a struct type. tag is "arg" or "out". What is
// wrong here is wrong in a step type's source, so it panics.
func fieldsOf(t reflect.Type, tag string) []Field {
	var fields []Field
	for i := range t.NumField() {
		sf := t.Field(i)
		if f, ok := fieldOf(sf, tag); ok {
			f.index = i
			fields = append(fields, f)
		} else {
			panic(fmt.Sprintf("%s.%s has no %s tag", t, sf.Name, tag))
		}
	}
	return fields
}

func fieldOf(sf reflect.StructField, tag string) (Field, bool) {
	f := Field{Doc: sf.Tag.Get("doc")}
	if name, ok := sf.Tag.Lookup("block"); ok && tag == "arg" {
		f.Name, f.TypeName = name, "blocks"
		f.Block = fieldsOf(sf.Type.Elem(), tag)
		f.Type = cty.List(ObjectType(f.Block))
		f.Default = cty.ListValEmpty(f.Type.ElementType())
		return f, true
	}
	value, ok := sf.Tag.Lookup(tag)
	if !ok {
		return f, false
	}
	name, option, _ := strings.Cut(value, ",")
	f.Name, f.Required = name, option == "required"
	f.setType(sf.Type, tag)
	f.setTags(sf)
	return f, true
}

func (f *Field) setTags(sf reflect.StructField) {
	if enum, ok := sf.Tag.Lookup("enum"); ok {
		f.Enum = strings.Split(enum, "|")
	}
	f.Min, f.Max = bound(sf, "min"), bound(sf, "max")
	f.Sensitive = sf.Tag.Get("sensitive") == "true"
	f.Role = Role(sf.Tag.Get("file"))
	f.Deletes = sf.Tag.Get("deletes")
	f.Within = sf.Tag.Get("within")
	f.Volume = sf.Tag.Get("volume")
	f.Default = cty.NullVal(f.Type)
	if text, ok := sf.Tag.Lookup("default"); ok {
		v, err := f.Convert(cty.StringVal(text))
		if err != nil {
			panic(fmt.Sprintf("default of %s: %v", f.Name, err))
		}
		f.Default = v
	}
}

func bound(sf reflect.StructField, tag string) *float64 {
	text, ok := sf.Tag.Lookup(tag)
	if !ok {
		return nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(fmt.Sprintf("%s of %s: %v", tag, sf.Name, err))
	}
	return &v
}

var (
	stringsType = reflect.TypeFor[Strings]()
	textType    = reflect.TypeFor[encoding.TextUnmarshaler]()
)

func (f *Field) setType(t reflect.Type, tag string) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case reflect.PointerTo(t).Implements(textType):
		f.Type, f.TypeName, f.check = cty.String, textTypeName(t), checkOf(t)
		f.canonical, f.host = canonicalOf(t), hostOf(t)
	case t.Kind() == reflect.Slice && reflect.PointerTo(t.Elem()).Implements(textType):
		f.Type, f.oneOrMany, f.check, f.host = cty.List(cty.String), true, checkOf(t.Elem()), hostOf(t.Elem())
		f.TypeName = textTypeName(t.Elem()) + " or list of them"
	case t == stringsType:
		f.Type, f.TypeName, f.oneOrMany = cty.List(cty.String), "string or list of string", true
	case t.Kind() == reflect.Map && tag == "arg":
		f.elem = &Field{}
		f.elem.setType(t.Elem(), tag)
		f.Type, f.TypeName, f.checkMap = cty.Map(f.elem.Type), "map of "+f.elem.TypeName, checkMapOf(t)
	default:
		f.whole = t.Kind() == reflect.Int64 || t.Kind() == reflect.Int
		f.Type = impliedType(t, tag)
		f.TypeName = f.Type.FriendlyNameForConstraint()
		if f.whole {
			f.TypeName = "whole number"
		}
	}
}

// checkOf reads a text as a value of a text type, to see whether it is one.
func checkOf(t reflect.Type) func(string) error {
	return func(s string) error {
		return reflect.New(t).Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s))
	}
}

// checkMapOf asks a map type that has a method Check about the whole of a map,
// to which a KeyError names the key that is wrong.
func checkMapOf(t reflect.Type) func(cty.Value) error {
	if _, ok := reflect.Zero(t).Interface().(interface{ Check() error }); !ok {
		return nil
	}
	return func(v cty.Value) error {
		m := reflect.New(t).Elem()
		if err := decodeMap(v, m); err != nil {
			return err
		}
		return m.Interface().(interface{ Check() error }).Check()
	}
}

// Canonical is one spelling for all that mean the same as a text: what the
// type's Canonical method gives, if it has one.
func (f *Field) Canonical(text string) string {
	if f.canonical == nil {
		return text
	}
	return f.canonical(text)
}

// canonicalOf is how a text type that has a method Canonical spells a text.
func canonicalOf(t reflect.Type) func(string) string {
	if _, ok := reflect.New(t).Interface().(interface{ Canonical() string }); !ok {
		return nil
	}
	return func(s string) string {
		v := reflect.New(t).Interface()
		if v.(encoding.TextUnmarshaler).UnmarshalText([]byte(s)) != nil {
			return s
		}
		return v.(interface{ Canonical() string }).Canonical()
	}
}

// Host is the host of the network that a text names: what the type's Host
// method gives, if it has one.
func (f *Field) Host(text string) string {
	if f.host == nil {
		return ""
	}
	return f.host(text)
}

// hostOf is how a text type that has a method Host finds the host in a text.
func hostOf(t reflect.Type) func(string) string {
	if _, ok := reflect.New(t).Interface().(interface{ Host() string }); !ok {
		return nil
	}
	return func(s string) string {
		v := reflect.New(t).Interface()
		if v.(encoding.TextUnmarshaler).UnmarshalText([]byte(s)) != nil {
			return ""
		}
		return v.(interface{ Host() string }).Host()
	}
}

func textTypeName(t reflect.Type) string {
	if n, ok := reflect.New(t).Interface().(interface{ TypeName() string }); ok {
		return n.TypeName()
	}
	return "string"
}

func impliedType(t reflect.Type, tag string) cty.Type {
	switch t.Kind() {
	case reflect.String:
		return cty.String
	case reflect.Bool:
		return cty.Bool
	case reflect.Int, reflect.Int64, reflect.Float64:
		return cty.Number
	case reflect.Slice:
		return cty.List(impliedType(t.Elem(), tag))
	case reflect.Map:
		return cty.Map(impliedType(t.Elem(), tag))
	case reflect.Struct:
		return ObjectType(fieldsOf(t, tag))
	}
	panic(fmt.Sprintf("no HCL type for %s", t))
}

// Traits lists, for documents, what is to be known of a field beside its doc:
// type, whether it is required, default, allowed values and bounds.
func (f *Field) Traits() []string {
	traits := []string{f.TypeName}
	if f.Required {
		traits = append(traits, "required")
	}
	if f.Sensitive {
		traits = append(traits, "sensitive")
	}
	if f.Enum != nil {
		traits = append(traits, "one of "+strings.Join(f.Enum, ", "))
	}
	if f.Min != nil {
		traits = append(traits, fmt.Sprintf("at least %g", *f.Min))
	}
	if f.Max != nil {
		traits = append(traits, fmt.Sprintf("at most %g", *f.Max))
	}
	if f.Block == nil && !f.Default.IsNull() {
		traits = append(traits, "default "+DefaultText(f.Default))
	}
	return traits
}

// DefaultText writes a default as it would stand in HCL.
func DefaultText(v cty.Value) string {
	switch {
	case v.Type() == cty.String:
		return strconv.Quote(v.AsString())
	case v.Type() == cty.Number:
		return v.AsBigFloat().Text('g', -1)
	case v.Type() == cty.Bool:
		return strconv.FormatBool(v.True())
	}
	var elems []string
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		elems = append(elems, DefaultText(e))
	}
	return "[" + strings.Join(elems, ", ") + "]"
}
