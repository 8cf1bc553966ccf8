package config

import (
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
)

// each is the value of each.key and each.value; unknown where the instances of
// the block are.
func (s *Step) each() cty.Value {
	key := cty.UnknownVal(cty.String)
	if s.Address.Keyed {
		key = cty.StringVal(s.Address.Key)
	}
	return cty.ObjectVal(map[string]cty.Value{"key": key, "value": s.value})
}

// expand settles the instances of a block: one without for_each, else one for
// each key, in the order of the keys. Where the keys are not known yet, the
// block is late and has none.
func (s *scope) expand(b *Block) hcl.Diagnostics {
	if b.forEach == nil {
		b.instances = []*Step{{Block: b, Address: b.Address, args: b.args}}
		return nil
	}
	values, known, diags := s.forEach(b)
	b.late = !known
	b.instances = make([]*Step, 0, len(values))
	for _, key := range sortedKeys(values) {
		a := b.Address
		a.Key, a.Keyed = key, true
		step := &Step{Block: b, Address: a, value: values[key]}
		diags = append(diags, s.readOwn(step)...)
		b.instances = append(b.instances, step)
		s.noteSecrets(values[key])
	}
	return diags
}

// stranger stands for any instance of a block, where these are not known.
func (b *Block) stranger(s *scope) *Step {
	value, _ := s.eval(b.forEach, viewForEach)
	step := &Step{Block: b, Address: b.Address, value: cty.DynamicVal}
	switch t := value.Type(); {
	case t.IsSetType():
		step.value = cty.UnknownVal(cty.String)
	case t.IsMapType():
		step.value = cty.UnknownVal(t.ElementType())
	}
	_ = s.readOwn(step) // what is wrong has been said of the block
	return step
}

// forEach evaluates a block's for_each. known is false where the keys depend on
// what only a run can know.
func (s *scope) forEach(b *Block) (values map[string]cty.Value, known bool, diags hcl.Diagnostics) {
	value, diags := s.eval(b.forEach, viewForEach)
	if diags.HasErrors() {
		return nil, false, diags
	}
	refuse := func(detail string) (map[string]cty.Value, bool, hcl.Diagnostics) {
		return nil, false, append(diags, problem(b.forEach.Range(), "Wrong for_each", "%s", detail))
	}
	if detail := unfit(value); detail != "" {
		return refuse(detail)
	}
	if !value.IsKnown() {
		return nil, false, diags
	}
	values, known, null := pairs(value)
	if null {
		return refuse("for_each is a set of strings, but this one holds a null. Leave it out: toset([for s in … : s if s != null]).")
	}
	return values, known, diags
}

// unfit says why a value is no for_each, as far as its type tells.
func unfit(value cty.Value) string {
	const wanted = "for_each is a map, or a set of strings"
	switch t := value.Type(); {
	case value.HasMark(engine.Sensitive): // which a set is that has a sensitive element
		return "for_each is made of sensitive values, and its keys would be shown in the address of each instance. Take nonsensitive() of what may be shown."
	case value.IsNull():
		return wanted + ", but this is null. For no instances at all, give an empty map or set."
	case t == cty.DynamicPseudoType, t.IsMapType(), t.IsObjectType():
		return ""
	case t.IsListType(), t.IsTupleType():
		return wanted + ", but this is a list. Make a set of it: toset(…)."
	case !t.IsSetType():
		return wanted + ", but this is " + engine.AKind(t) + "."
	case t.ElementType() != cty.String && t.ElementType() != cty.DynamicPseudoType: // the last is a set of nothing, or of nulls
		return wanted + ", but this is " + engine.AKind(t) + ". Make texts of its elements: toset([for x in … : tostring(x)])."
	}
	return ""
}

// pairs are the elements of a map, an object or a set of strings, by their keys;
// known is false for a set with an element that is not known, and null true for
// one with an element that is null.
func pairs(v cty.Value) (values map[string]cty.Value, known, null bool) {
	values = make(map[string]cty.Value, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		if !key.IsKnown() {
			return nil, false, false
		}
		if key.IsNull() {
			return nil, false, true
		}
		values[key.AsString()] = value
	}
	return values, true, false
}

// find is the index of the instance with a key among a block's; -1 for none.
func (b *Block) find(key string) int {
	i, ok := slices.BinarySearchFunc(b.instances, key, func(s *Step, key string) int { return strings.Compare(s.Address.Key, key) })
	if !ok {
		return -1
	}
	return i
}

// resolveInstance checks a reference to a block with for_each.
func (b *Block) resolveInstance(t hcl.Traversal) *hcl.Diagnostic {
	if len(t) == 3 {
		return nil // all instances, or an index follows that has to be evaluated
	}
	key := attrName(t, 3)
	if !isIndex(t[3]) || key == "" && !isEmptyIndex(t[3]) {
		if !isIndex(t[3]) {
			key = "." + key
		}
		return problem(t.SourceRange(), "Which instance?",
			"%s runs once for each key of its for_each. Write %s[\"KEY\"] for one of these instances, %s[each.key] for that of this step's own key, or [for s in %s : s%s] for all.",
			b.Address, b.Address, b.Address, b.Address, key)
	}
	if d := b.missing(key, t.SourceRange()); d != nil {
		return d
	}
	a := b.Address
	a.Key, a.Keyed = key, true
	return resolveAttr(t, 4, a.String(), valueNames(b.Type))
}

// missing says that a block has no instance with a key.
func (b *Block) missing(key string, at hcl.Range) *hcl.Diagnostic {
	if b.late || b.find(key) >= 0 {
		return nil
	}
	if len(b.instances) == 0 {
		return problem(at, "Unknown instance", "%s has no instance %q: its for_each is empty.", b.Address, key)
	}
	return problem(at, "Unknown instance", "%s has no instance %q. Its for_each has %s.", b.Address, key, b.keys())
}

// keys lists the keys of the instances, of many the first.
func (b *Block) keys() string {
	const shown = 10
	var keys []string
	for _, s := range b.instances[:min(shown, len(b.instances))] {
		keys = append(keys, strconv.Quote(s.Address.Key))
	}
	if len(b.instances) > shown {
		keys = append(keys, "…")
	}
	return strings.Join(keys, ", ")
}

func isIndex(t hcl.Traverser) bool {
	_, ok := t.(hcl.TraverseIndex)
	return ok
}

// isEmptyIndex reports whether an index is the empty string, a key like any other.
func isEmptyIndex(t hcl.Traverser) bool {
	i, ok := t.(hcl.TraverseIndex)
	return ok && i.Key.Type() == cty.String && i.Key.AsString() == ""
}
