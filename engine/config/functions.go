package config

import (
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	ctyyaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"dagrun/engine"
)

// builtinFunctions is the table of the language's functions, under Terraform's
// names where Terraform has them.
func (s *scope) builtinFunctions() map[string]function.Function {
	return map[string]function.Function{
		"abs": stdlib.AbsoluteFunc, "assertnotnull": stdlib.AssertNotNullFunc, "byteslen": stdlib.BytesLenFunc,
		"bytesslice": stdlib.BytesSliceFunc, "can": tryfunc.CanFunc, "ceil": stdlib.CeilFunc, "chomp": stdlib.ChompFunc,
		"chunklist": stdlib.ChunklistFunc, "coalesce": stdlib.CoalesceFunc, "coalescelist": stdlib.CoalesceListFunc,
		"compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc,
		"convert": typeexpr.ConvertFunc, "csvdecode": stdlib.CSVDecodeFunc, "distinct": stdlib.DistinctFunc,
		"element": stdlib.ElementFunc, "flatten": stdlib.FlattenFunc, "floor": stdlib.FloorFunc,
		"format": stdlib.FormatFunc, "formatlist": stdlib.FormatListFunc, "hasindex": stdlib.HasIndexFunc,
		"indent": stdlib.IndentFunc, "index": indexFunc, "int": stdlib.IntFunc, "join": joinFunc,
		"jsondecode": stdlib.JSONDecodeFunc, "jsonencode": stdlib.JSONEncodeFunc, "keys": stdlib.KeysFunc,
		"length": lengthFunc, "log": stdlib.LogFunc, "lookup": stdlib.LookupFunc, "lower": stdlib.LowerFunc,
		"max": stdlib.MaxFunc, "merge": stdlib.MergeFunc, "min": stdlib.MinFunc, "parseint": stdlib.ParseIntFunc,
		"pow": stdlib.PowFunc, "range": stdlib.RangeFunc, "regex": stdlib.RegexFunc, "regexall": stdlib.RegexAllFunc,
		"regexreplace": stdlib.RegexReplaceFunc, "replace": replaceFunc, "reverse": stdlib.ReverseListFunc,
		"sethaselement": stdlib.SetHasElementFunc, "setintersection": stdlib.SetIntersectionFunc,
		"setproduct": stdlib.SetProductFunc, "setsubtract": stdlib.SetSubtractFunc,
		"setsymmetricdifference": stdlib.SetSymmetricDifferenceFunc, "setunion": stdlib.SetUnionFunc,
		"signum": stdlib.SignumFunc, "slice": stdlib.SliceFunc, "sort": stdlib.SortFunc, "split": stdlib.SplitFunc,
		"strlen": stdlib.StrlenFunc, "strrev": stdlib.ReverseFunc, "substr": stdlib.SubstrFunc,
		"timeadd": stdlib.TimeAddFunc, "title": stdlib.TitleFunc, "trim": stdlib.TrimFunc,
		"trimprefix": stdlib.TrimPrefixFunc, "trimspace": stdlib.TrimSpaceFunc, "trimsuffix": stdlib.TrimSuffixFunc,
		"try": tryfunc.TryFunc, "upper": stdlib.UpperFunc, "values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc,
		"yamldecode": ctyyaml.YAMLDecodeFunc, "yamlencode": ctyyaml.YAMLEncodeFunc,
		"tostring": stdlib.MakeToFunc(cty.String), "tonumber": stdlib.MakeToFunc(cty.Number),
		"tobool": stdlib.MakeToFunc(cty.Bool), "tolist": toListFunc,
		"sum": sumFunc, "toset": toSetFunc, "tomap": toMapFunc,
		"sensitive": sensitiveFunc, "nonsensitive": nonsensitiveFunc,
		"basename": pathFunc(baseName), "dirname": pathFunc(dirName), "pathexpand": pathFunc(expandHome),
		"sha256": textFunc(sha256Hex), "md5": textFunc(md5Hex),
		"base64encode": textFunc(encodeBase64), "base64decode": textFunc(decodeBase64),
		"formatdate": s.formatDateFunc(), "timestamp": s.timestampFunc(),
		"env": s.envFunc(), "abspath": s.absPathFunc(),
		"file": s.fileFunc(), "fileexists": s.fileExistsFunc(), "fileset": s.fileSetFunc(), "templatefile": s.templateFileFunc(),
	}
}

// textFunc makes a function of one string.
func textFunc(f func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "text", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			got, err := f(args[0].AsString())
			if err != nil {
				return cty.UnknownVal(cty.String), function.NewArgError(0, err)
			}
			return cty.StringVal(got), nil
		},
	})
}

func pathFunc(f func(string) string) function.Function {
	return textFunc(func(p string) (string, error) { return f(p), nil })
}

var anyParam = function.Parameter{
	Name: "value", Type: cty.DynamicPseudoType,
	AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true,
}

func sameType(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil }

// sensitiveFunc marks a value as one that must not be shown.
var sensitiveFunc = function.New(&function.Spec{
	Params: []function.Parameter{anyParam}, Type: sameType,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return args[0].Mark(engine.Sensitive), nil },
})

// nonsensitiveFunc says that a value made of sensitive ones may be shown.
var nonsensitiveFunc = function.New(&function.Spec{
	Params: []function.Parameter{anyParam}, Type: sameType,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		bare, _ := args[0].UnmarkDeep()
		return bare, nil
	},
})

// lengthFunc counts the elements of a collection, or the characters of a
// string, as Terraform's length does.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		switch t := args[0].Type(); {
		case t == cty.String:
			return stdlib.Strlen(args[0])
		case t.IsObjectType():
			return cty.NumberIntVal(int64(len(t.AttributeTypes()))).WithMarks(args[0].Marks()), nil
		}
		return stdlib.Length(args[0])
	},
})

// indexFunc finds a value's position in a list, as Terraform's index does.
var indexFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}, {Name: "value", Type: cty.DynamicPseudoType}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if !args[0].Type().IsListType() && !args[0].Type().IsTupleType() {
			return cty.UnknownVal(cty.Number), function.NewArgErrorf(0, "a list is wanted")
		}
		for it := args[0].ElementIterator(); it.Next(); {
			i, e := it.Element()
			eq, err := stdlib.Equal(e, args[1])
			if err != nil || !eq.IsKnown() {
				return cty.UnknownVal(cty.Number), err
			}
			if eq.True() {
				return i, nil
			}
		}
		return cty.UnknownVal(cty.Number), function.NewArgErrorf(1, "the list does not have this value")
	},
})

// replaceFunc replaces a text, or what a regular expression between slashes
// matches, as Terraform's replace does.
var replaceFunc = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "str", Type: cty.String}, {Name: "substr", Type: cty.String}, {Name: "replace", Type: cty.String},
	},
	Type: function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		pattern := args[1].AsString()
		if n := len(pattern); n > 1 && pattern[0] == '/' && pattern[n-1] == '/' {
			return stdlib.RegexReplace(args[0], cty.StringVal(pattern[1:n-1]), args[2])
		}
		return stdlib.Replace(args[0], args[1], args[2])
	},
})
