package engine

import (
	"fmt"
	"strconv"

	"github.com/zclconf/go-cty/cty"
)

type mark string

// Sensitive marks a value that must not be printed, logged or recorded, nor
// anything made from it.
const Sensitive = mark("sensitive")

// Masked stands wherever a sensitive value would.
const Masked = "(sensitive)"

// SplitSecrets takes the marked parts out of a value: public is the value
// unmarked, with null in their places, and secrets holds them by path.
func SplitSecrets(v cty.Value) (public cty.Value, secrets map[string]cty.Value) {
	bare, marked := v.UnmarkDeepWithPaths()
	if len(marked) == 0 {
		return bare, nil
	}
	at := map[string]bool{}
	for _, m := range marked {
		at[PathString(m.Path)] = true
	}
	secrets = map[string]cty.Value{}
	public, err := cty.Transform(bare, func(p cty.Path, v cty.Value) (cty.Value, error) {
		key := PathString(p)
		if !at[key] {
			return v, nil
		}
		secrets[key] = v
		return cty.NullVal(v.Type()), nil
	})
	if err != nil { // the callback never fails, and nulls keep types
		panic(err)
	}
	return public, secrets
}

// JoinSecrets is the inverse of SplitSecrets; the result is unmarked.
func JoinSecrets(public cty.Value, secrets map[string]cty.Value) cty.Value {
	if len(secrets) == 0 {
		return public
	}
	v, err := cty.Transform(public, func(p cty.Path, v cty.Value) (cty.Value, error) {
		if s, ok := secrets[PathString(p)]; ok {
			return s, nil
		}
		return v, nil
	})
	if err != nil { // the secrets have the types of the nulls they replace
		panic(err)
	}
	return v
}

// PathString writes a path as users would: threshold[1].color, headers["X"].
func PathString(p cty.Path) string {
	s := ""
	for _, step := range p {
		switch step := step.(type) {
		case cty.GetAttrStep:
			if s != "" {
				s += "."
			}
			s += step.Name
		case cty.IndexStep:
			if step.Key.Type() == cty.String {
				s += "[" + strconv.Quote(step.Key.AsString()) + "]"
			} else {
				s += fmt.Sprintf("[%s]", step.Key.AsBigFloat().Text('f', -1))
			}
		}
	}
	return s
}
