package enginetest

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"dagrun/engine"
)

// Args are the arguments of an attempt as a pipeline would write them: strings,
// float64, int, bool, []string, map[string]string, and []Args for blocks.
type Args map[string]any

// With adds arguments to others, or takes those away that are nil.
func With(args, more Args) Args {
	all := maps.Clone(args)
	if all == nil {
		all = Args{}
	}
	for name, value := range more {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	return all
}

func objectOf(t testing.TB, fields []engine.Field, args Args) cty.Value {
	t.Helper()
	attrs := map[string]cty.Value{}
	for i := range fields {
		f := &fields[i]
		given, ok := args[f.Name]
		if blocks, isBlocks := given.([]Args); isBlocks {
			attrs[f.Name] = blocksOf(t, f, blocks)
			continue
		}
		v := cty.NullVal(cty.DynamicPseudoType)
		if ok {
			v = valueOf(t, given)
		} else if f.Required {
			t.Fatalf("required argument %q is not given", f.Name)
		}
		v, err := f.Convert(v)
		if err != nil {
			t.Fatalf("argument %q: %v", f.Name, err)
		}
		if f.Sensitive && !v.IsNull() {
			v = v.Mark(engine.Sensitive)
		}
		attrs[f.Name] = v
	}
	for name := range args {
		if engine.FindField(fields, name) == nil {
			t.Fatalf("there is no argument %q", name)
		}
	}
	return cty.ObjectVal(attrs)
}

// checkConstraints applies the type's rules about which arguments go together.
func checkConstraints(t testing.TB, typ *engine.StepType, args Args, object cty.Value) {
	t.Helper()
	for _, c := range typ.Constraints {
		if c.Block == "" {
			checkConstraint(t, c, args, object)
			continue
		}
		blocks, _ := args[c.Block].([]Args)
		for i, block := range blocks {
			checkConstraint(t, c, block, object.GetAttr(c.Block).Index(cty.NumberIntVal(int64(i))))
		}
	}
}

func checkConstraint(t testing.TB, c engine.Constraint, args Args, object cty.Value) {
	t.Helper()
	err := c.Check(func(name string) (cty.Value, bool) { return object.GetAttr(name), args[name] != nil })
	if err != nil {
		t.Fatalf("no pipeline could give these arguments: %v", err)
	}
}

func blocksOf(t testing.TB, f *engine.Field, blocks []Args) cty.Value {
	t.Helper()
	elems := make([]cty.Value, len(blocks))
	for i, b := range blocks {
		elems[i] = objectOf(t, f.Block, b)
	}
	if len(elems) == 0 {
		return cty.ListValEmpty(f.Type.ElementType())
	}
	return cty.ListVal(elems)
}

func valueOf(t testing.TB, v any) cty.Value {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	typ, err := ctyjson.ImpliedType(data)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ctyjson.Unmarshal(data, typ)
	if err != nil {
		t.Fatal(err)
	}
	return got
}
