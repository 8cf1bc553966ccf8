package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"dagrun/engine"
)

type mapped struct {
	Widths  map[string]engine.Duration   `arg:"widths" doc:"Widths."`
	Many    map[string][]engine.Duration `arg:"many" doc:"Widths, one or many."`
	Columns map[string]engine.Strings    `arg:"columns" doc:"Columns."`
	Plain   map[string]string            `arg:"plain" doc:"Texts."`
	Pairs   pairs                        `arg:"pairs" doc:"Texts, as a whole."`
}

// pairs holds two texts at most, and none of them at the key "no".
type pairs map[string]string

// Check is asked about the whole of a map.
func (p pairs) Check() error {
	if _, ok := p["no"]; ok {
		return &engine.KeyError{Key: "no", Err: errors.New("it is taken")}
	}
	if len(p) > 2 {
		return errors.New("two are the most")
	}
	return nil
}

func TestMapsHaveCheckedValues(t *testing.T) {
	var got mapped
	typ := engine.Define("t", "T.", func(_ context.Context, _ *engine.Env, a mapped) (o outputs, err error) { got = a; return o, nil })
	attrs := map[string]cty.Value{}
	for name, given := range map[string]string{
		"widths": `{"a": "90s"}`, "many": `{"a": "1h", "b": ["1h", "2h"]}`, "columns": `{"x": ["a", "b"], "y": "c"}`, "plain": `{"n": 5}`,
		"pairs": `{"a": "1", "b": "2"}`,
	} {
		f := engine.FindField(typ.Args, name)
		v, err := f.Convert(fromJSON(t, given))
		if err != nil {
			t.Fatal(err)
		}
		attrs[name] = v
	}
	if _, err := typ.Run(t.Context(), nil, cty.ObjectVal(attrs)); err != nil {
		t.Fatal(err)
	}
	want := mapped{
		Widths:  map[string]engine.Duration{"a": 90e9},
		Many:    map[string][]engine.Duration{"a": {3600e9}, "b": {3600e9, 7200e9}},
		Columns: map[string]engine.Strings{"x": {"a", "b"}, "y": {"c"}},
		Plain:   map[string]string{"n": "5"},
		Pairs:   pairs{"a": "1", "b": "2"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAWrongValueInAMapIsNamedByItsKey(t *testing.T) {
	typ := engine.Define("t", "T.", func(context.Context, *engine.Env, mapped) (o outputs, err error) { return o, nil })
	for _, tt := range []struct{ argument, given, want string }{
		{"widths", `{"a": "soon"}`, `key "a": "soon" is not a duration`},
		{"widths", `{"a": null}`, `key "a": the value is null`},
		{"widths", `"1h"`, "a map of duration is wanted here, but this is a string"},
		{"many", `{"a": ["1h", "soon"]}`, `key "a": "soon" is not a duration`},
		{"columns", `{"a": 5}`, `key "a": a string or a list of strings is wanted`},
		{"pairs", `{"a": "1", "no": "2"}`, `key "no": it is taken`},
		{"pairs", `{"a": "1", "b": "2", "c": "3"}`, "two are the most"},
		{"plain", `["a"]`, "a map of string is wanted here, but this is a list"},
	} {
		_, err := engine.FindField(typ.Args, tt.argument).Convert(fromJSON(t, tt.given))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s = %s: got %v, want %q", tt.argument, tt.given, err, tt.want)
		}
	}
}

func TestAMapThatIsPartlyUnknownStaysSo(t *testing.T) {
	typ := engine.Define("t", "T.", func(context.Context, *engine.Env, mapped) (o outputs, err error) { return o, nil })
	f := engine.FindField(typ.Args, "widths")
	got, err := f.Convert(cty.ObjectVal(map[string]cty.Value{"a": cty.UnknownVal(cty.String), "b": cty.StringVal("1h").Mark(engine.Sensitive)}))
	if err != nil || got.IsWhollyKnown() || !got.ContainsMarked() {
		t.Errorf("got %#v, %v", got, err)
	}
	whole := engine.FindField(typ.Args, "pairs")
	three := map[string]cty.Value{"a": cty.StringVal("1"), "b": cty.UnknownVal(cty.String), "c": cty.StringVal("3").Mark(engine.Sensitive)}
	if got, err := whole.Convert(cty.ObjectVal(three)); err != nil || got.IsWhollyKnown() {
		t.Errorf("a map that is not known yet: got %#v, %v", got, err)
	}
	three["b"] = cty.StringVal("2")
	if _, err := whole.Convert(cty.ObjectVal(three)); err == nil {
		t.Error("a map with a sensitive value is not checked")
	}
	if got, err := f.Convert(cty.DynamicVal); err != nil || got.IsKnown() {
		t.Errorf("got %#v, %v", got, err)
	}
}

func TestAListOfTextsTakesNumbersAndNoNull(t *testing.T) {
	var got struct{ In []string }
	type args struct {
		In []string `arg:"in" doc:"In."`
	}
	typ := engine.Define("t", "T.", func(_ context.Context, _ *engine.Env, a args) (o outputs, err error) { got.In = a.In; return o, nil })
	f := engine.FindField(typ.Args, "in")
	v, err := f.Convert(fromJSON(t, `[27, "26.8", 1.5]`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := typ.Run(t.Context(), nil, cty.ObjectVal(map[string]cty.Value{"in": v})); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"27", "26.8", "1.5"}, got.In); diff != "" {
		t.Error(diff)
	}
	if _, err := f.Convert(fromJSON(t, `["a", null]`)); err == nil || !strings.Contains(err.Error(), "an element that is null") {
		t.Errorf("got %v", err)
	}
}

func fromJSON(t *testing.T, text string) cty.Value {
	t.Helper()
	typ, err := ctyjson.ImpliedType([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	v, err := ctyjson.Unmarshal(json.RawMessage(text), typ)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
