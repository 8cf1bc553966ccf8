package config

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"dagrun/engine"
)

// joinFunc is join(), also of many texts: see engine.ConvertTo.
var joinFunc = function.New(&function.Spec{
	Params:   []function.Parameter{{Name: "separator", Type: cty.String}},
	VarParam: &function.Parameter{Name: "lists", Type: cty.DynamicPseudoType},
	Type:     function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		texts := []cty.Value{args[0]}
		for i, list := range args[1:] {
			converted, err := engine.ConvertTo(list, cty.List(cty.String))
			if err != nil {
				return cty.UnknownVal(cty.String), function.NewArgError(i+1, err)
			}
			texts = append(texts, converted)
		}
		return stdlib.Join(texts[0], texts[1:]...)
	},
})
