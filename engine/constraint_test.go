package engine_test

import (
	"context"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
)

// choice has arguments for rules about which go with which.
type choice struct {
	A     string  `arg:"a" doc:"A."`
	B     string  `arg:"b" doc:"B."`
	Mode  string  `arg:"mode" default:"plain" doc:"Mode."`
	Check []check `block:"check" doc:"Checks."`
}

type check struct {
	Column string `arg:"column" doc:"Column."`
	SQL    string `arg:"sql" doc:"SQL."`
}

func TestConstraintsNameWhatIsWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		rule engine.Option
		doc  string
		want map[string]string // by what is given: what the error says, or nothing
	}{
		"exactly one": {engine.ExactlyOne("a", "b"), `Give exactly one of "a", "b".`, map[string]string{
			"a": "", "": `none of "a" and "b" is given`, "a b": `"a" and "b" exclude each other`,
		}},
		"at most one": {engine.AtMostOne("a", "b"), `Give at most one of "a", "b".`, map[string]string{
			"a": "", "": "", "a b": `"a" and "b" exclude each other`,
		}},
		"together": {engine.Together("a", "b"), `Give all of "a", "b", or none.`, map[string]string{
			"a b": "", "": "", "b": `"b" needs "a"`,
		}},
		"only with a value": {engine.OnlyWith("a", "mode", "upsert", "merge"), `"a" goes only with mode = "upsert" or "merge".`, map[string]string{
			"": "", "a mode=upsert": "", "a mode=merge": "", "a": `"a" has no meaning here`, "a mode=unknown": "", "mode=upsert": "",
		}},
		"only with another": {engine.OnlyWith("a", "b"), `"a" goes only with "b".`, map[string]string{
			"": "", "a b": "", "b": "", "a": `"a" has no meaning here`,
		}},
		"needed with a value": {engine.NeededWith("a", "mode", "upsert"), `"a" is needed with mode = "upsert".`, map[string]string{
			"": "", "a": "", "a mode=upsert": "", "mode=upsert": `"a" is not given`, "mode=unknown": "",
		}},
		"needed with another": {engine.NeededWith("a", "b"), `"a" is needed with "b".`, map[string]string{
			"": "", "a b": "", "b": `"a" is not given`,
		}},
		"in a block": {engine.ExactlyOne("check.column", "check.sql"), `In each "check" block: Give exactly one of "column", "sql".`, map[string]string{
			"sql": "", "sql column": "exclude each other",
		}},
	} {
		typ := engine.Define("t", "T.", func(context.Context, *engine.Env, choice) (o outputs, err error) { return o, nil }, tt.rule)
		rule := typ.Constraints[0]
		if got := rule.String(); got != tt.doc {
			t.Errorf("%s: got %q, want %q", name, got, tt.doc)
		}
		for given, want := range tt.want {
			err := rule.Check(givenIn(given))
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s, given %q: got %v, want %q", name, given, err, want)
			}
		}
	}
}

// givenIn reads words such as "a mode=upsert"; "mode" is "plain" by default.
func givenIn(words string) engine.Given {
	written := map[string]cty.Value{}
	for _, word := range strings.Fields(words) {
		name, value, _ := strings.Cut(word, "=")
		written[name] = cty.StringVal(value)
		if value == "unknown" {
			written[name] = cty.UnknownVal(cty.String)
		}
	}
	return func(name string) (cty.Value, bool) {
		if v, ok := written[name]; ok {
			return v, true
		}
		return cty.StringVal("plain"), false
	}
}

func TestARuleAboutNothingPanics(t *testing.T) {
	for name, rule := range map[string]func() engine.Option{
		"no argument":          func() engine.Option { return engine.ExactlyOne("a", "c") },
		"no block":             func() engine.Option { return engine.ExactlyOne("a.b", "a.c") },
		"no argument of block": func() engine.Option { return engine.ExactlyOne("check.column", "check.a") },
		"different blocks":     func() engine.Option { return engine.OnlyWith("check.column", "mode", "upsert") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			engine.Define("t", "T.", func(context.Context, *engine.Env, choice) (o outputs, err error) { return o, nil }, rule())
		}()
	}
}
