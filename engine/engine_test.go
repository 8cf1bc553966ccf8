package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"dagrun/engine"
)

func TestDurationsHaveGosSyntaxAndDaysAndWeeks(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0s": 0, "90s": 90 * time.Second, "1h30m": 90 * time.Minute, "1d": 24 * time.Hour, "1.5d": 36 * time.Hour,
		"1w2d3h": (9*24 + 3) * time.Hour, "250ms": 250 * time.Millisecond,
	} {
		if got, err := engine.ParseDuration(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5", "-1h", "1d-2h", "1 hour", "1y", "d", "1h1d", "99999999w", "+1s", "1e9s"} {
		if got, err := engine.ParseDuration(text); err == nil || !strings.Contains(err.Error(), "write it like") {
			t.Errorf("%q: got %v, %v, want an error that says how to write it", text, got, err)
		}
	}
}

func TestAddressesSurviveText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z_][a-z0-9_-]{0,8}`)
		want := engine.Address{Type: name.Draw(t, "type"), Name: name.Draw(t, "name")}
		if rapid.Bool().Draw(t, "keyed") {
			want.Keyed, want.Key = true, rapid.String().Draw(t, "key")
		}
		got, err := engine.ParseAddress(want.String())
		if err != nil || got != want {
			t.Fatalf("%s: got %+v, %v, want %+v", want, got, err, want)
		}
	})
	for _, text := range []string{"", "step", "step.a", "plot.chart", "step.a.b[", "step.a.b[x]", `step.a.b["x"`, "step..b"} {
		if got, err := engine.ParseAddress(text); err == nil {
			t.Errorf("%q: got %+v, want an error", text, got)
		}
	}
}

func TestDelaysGrowByStrategy(t *testing.T) {
	base := engine.RetryPolicy{MinInterval: time.Second, MaxInterval: 5 * time.Second}
	for strategy, want := range map[engine.Strategy][]time.Duration{
		engine.Constant:    {1e9, 1e9, 1e9, 1e9},
		engine.Linear:      {1e9, 2e9, 3e9, 4e9},
		engine.Exponential: {1e9, 2e9, 4e9, 5e9},
	} {
		p := base
		p.Strategy = strategy
		var got []time.Duration
		for n := 1; n <= 4; n++ {
			got = append(got, p.Delay(n, rand.Float64())) // without jitter the draw does not matter
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", strategy, diff)
		}
	}
	base.Strategy, base.Jitter = engine.Constant, 0.2
	if low, high := base.Delay(1, 0), base.Delay(1, 0.999999); low != 800*time.Millisecond || high.Round(time.Millisecond) != 1200*time.Millisecond {
		t.Errorf("jitter: got %s to %s, want 800ms to 1.2s", low, high)
	}
}

func TestNearestSuggestsWhatWasMeant(t *testing.T) {
	names := []string{"interval", "input", "output", "method", "min_rows"}
	for given, want := range map[string]string{
		"intervall": "interval", "inptu": "input", "Output": "output", "metohd": "method", "min_row": "min_rows",
		"colour": "", "x": "", "": "",
	} {
		if got := engine.Nearest(given, names); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
}

type inner struct {
	Value float64 `arg:"value,required" doc:"Where."`
	Label *string `arg:"label" doc:"Name."`
}

type args struct {
	Input   engine.Strings    `arg:"input,required" file:"read" doc:"Paths."`
	Window  engine.Duration   `arg:"window" default:"1h" doc:"Width."`
	Method  string            `arg:"method" default:"first" enum:"first|last" doc:"How."`
	Rows    int64             `arg:"rows" default:"1" min:"0" max:"10" doc:"Rows."`
	Ratio   *float64          `arg:"ratio" doc:"Ratio."`
	Flag    bool              `arg:"flag" doc:"Flag."`
	Types   map[string]string `arg:"types" doc:"Types."`
	Markers []inner           `block:"marker" doc:"Lines."`
}

type column struct {
	Name string `out:"name" doc:"Name."`
	Type string `out:"type" doc:"Type."`
}

type outputs struct {
	Rows    int64    `out:"rows" doc:"Rows."`
	Mean    *float64 `out:"mean" doc:"Mean."`
	Columns []column `out:"columns" doc:"Columns."`
}

func TestATypesValuesPassBetweenHCLAndGo(t *testing.T) {
	var got args
	typ := engine.Define("t", "T.", func(_ context.Context, _ *engine.Env, a args) (outputs, error) {
		got = a
		return outputs{Rows: 3, Columns: []column{{"a", "DATE"}}}, nil
	})
	object := map[string]cty.Value{}
	given := map[string]cty.Value{
		"input": cty.StringVal("a.csv"), "window": cty.StringVal("2d"), "rows": cty.NumberIntVal(7),
		"ratio": cty.NumberFloatVal(0.5), "types": cty.ObjectVal(map[string]cty.Value{"a": cty.StringVal("DATE")}),
	}
	for _, f := range typ.Args {
		v, ok := given[f.Name]
		if !ok {
			v = cty.NullVal(cty.DynamicPseudoType)
		}
		converted, err := f.Convert(v)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		object[f.Name] = converted
	}
	object["marker"] = cty.ListVal([]cty.Value{cty.ObjectVal(map[string]cty.Value{
		"value": cty.NumberIntVal(25), "label": cty.StringVal("low"),
	})})
	out, err := typ.Run(t.Context(), nil, cty.ObjectVal(object))
	if err != nil {
		t.Fatal(err)
	}
	half, low := 0.5, "low"
	want := args{
		Input: engine.Strings{"a.csv"}, Window: engine.Duration(48 * time.Hour), Method: "first", Rows: 7, Ratio: &half,
		Types: map[string]string{"a": "DATE"}, Markers: []inner{{25, &low}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !out.Type().Equals(typ.OutputsType()) || !out.GetAttr("mean").IsNull() || out.GetAttr("columns").LengthInt() != 1 {
		t.Errorf("got outputs %#v", out)
	}
}

func TestConvertSaysWhatDoesNotFit(t *testing.T) {
	typ := engine.Define("t", "T.", func(context.Context, *engine.Env, args) (o outputs, err error) { return o, nil })
	number, list := cty.NumberIntVal(5), cty.ListVal([]cty.Value{cty.StringVal("a")})
	tests := []struct {
		field string
		value cty.Value
		want  string // part of the error; empty: none
	}{
		{"input", cty.StringVal("a"), ""},
		{"input", list, ""},
		{"input", cty.TupleVal([]cty.Value{cty.StringVal("a"), cty.UnknownVal(cty.String)}), ""},
		{"input", cty.UnknownVal(cty.String), ""},
		{"input", cty.DynamicVal, ""},
		{"input", number, "this is a number"},
		{"input", cty.UnknownVal(cty.Number), "this is a number"},
		{"input", cty.TupleVal([]cty.Value{cty.StringVal("a"), number}), "element 1 of this list is a number"},
		{"input", cty.TupleVal([]cty.Value{cty.NullVal(cty.String)}), "null"},
		{"input", cty.StringVal(""), "path is empty"},
		{"input", cty.EmptyTupleVal, "the list is empty"},
		{"input", cty.NullVal(cty.DynamicPseudoType), "required"},
		{"window", cty.StringVal("soon"), "not a duration"},
		{"window", cty.UnknownVal(cty.String), ""},
		{"method", cty.StringVal("lats"), `Did you mean "last"`},
		{"rows", cty.StringVal("7"), ""},
		{"rows", cty.NumberFloatVal(1.5), "whole number"},
		{"rows", cty.NumberIntVal(-1), "too small"},
		{"rows", cty.NumberIntVal(11), "too large"},
		{"rows", list, "this is a list of string"},
		{"ratio", cty.True, "this is a bool"},
		{"flag", cty.StringVal("perhaps"), "a string that is none"},
	}
	for _, tt := range tests {
		got, err := engine.FindField(typ.Args, tt.field).Convert(tt.value)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s = %#v: got %v, want %q", tt.field, tt.value, err, tt.want)
		}
		if !got.Type().Equals(engine.FindField(typ.Args, tt.field).Type) {
			t.Errorf("%s = %#v: got type %#v", tt.field, tt.value, got.Type())
		}
	}
}

func TestSecretsAreTakenOutAndPutBack(t *testing.T) {
	secret := cty.StringVal("hunter2").Mark(engine.Sensitive)
	v := cty.ObjectVal(map[string]cty.Value{
		"password": secret, "plain": cty.StringVal("x"),
		"list":    cty.ListVal([]cty.Value{cty.StringVal("a"), secret}),
		"headers": cty.MapVal(map[string]cty.Value{"X": secret}),
	})
	public, secrets := engine.SplitSecrets(v)
	if strings.Contains(public.GoString(), "hunter2") {
		t.Errorf("the public part is %#v", public)
	}
	var paths []string
	for _, path := range []string{"password", "list[1]", `headers["X"]`} {
		if _, ok := secrets[path]; ok {
			paths = append(paths, path)
		}
	}
	if len(paths) != 3 || len(secrets) != 3 {
		t.Errorf("got secrets at %v of %v", paths, secrets)
	}
	want, _ := v.UnmarkDeep()
	if got := engine.JoinSecrets(public, secrets); !got.RawEquals(want) {
		t.Errorf("got %#v, want %#v", got, want)
	}
}

func TestStepErrorsKeepTheirCause(t *testing.T) {
	cause := errors.New("no such file")
	err := error(&engine.StepError{Code: "input_missing", Message: "read in.csv", Err: cause})
	if got := err.Error(); got != "read in.csv: no such file" || !errors.Is(err, cause) {
		t.Errorf("got %q", got)
	}
	flat, _ := json.Marshal(engine.AsStepError(err).Flat())
	if want := `{"code":"input_missing","message":"read in.csv: no such file","retryable":false}`; string(flat) != want {
		t.Errorf("got %s, want %s", flat, want)
	}
	if got := engine.AsStepError(cause); got.Code != "failed" || !got.Retryable {
		t.Errorf("an error without a class: got %+v", got)
	}
}

func TestADeclarationThatDoesNotHoldPanics(t *testing.T) {
	type untagged struct{ A string }
	type wrongDefault struct {
		A engine.Duration `arg:"a" default:"soon"`
	}
	type wrongName struct {
		A bool `arg:"a" deletes:"b"`
	}
	type none struct{}
	for name, declare := range map[string]func(){
		"no tag": func() {
			engine.Define("t", "", func(context.Context, *engine.Env, untagged) (n none, err error) { return })
		},
		"wrong default": func() {
			engine.Define("t", "", func(context.Context, *engine.Env, wrongDefault) (n none, err error) { return })
		},
		"unknown argument": func() {
			engine.Define("t", "", func(context.Context, *engine.Env, wrongName) (n none, err error) { return })
		},
		"registered twice": func() { a := &engine.StepType{Name: "a"}; engine.NewRegistry(a, a) },
		"reserved argument": func() {
			engine.Define("t", "", func(context.Context, *engine.Env, reservedArgs) (n none, err error) { return })
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			declare()
		}()
	}
}

type reservedArgs struct {
	Timeout string `arg:"timeout" doc:"Every step has one."`
}

func TestMillisecondsSurviveJSON(t *testing.T) {
	for us := range 20_000 {
		want := engine.Milliseconds(time.Duration(us) * time.Microsecond)
		data, err := json.Marshal(want)
		var got engine.Milliseconds
		if err := errors.Join(err, json.Unmarshal(data, &got)); err != nil || got != want {
			t.Fatalf("%d µs: got %d, %v, from %s", us, got, err, data)
		}
	}
}
