package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/graph"
)

const dynamicPipeline = `
pipeline "p" {}
variable "limits" {
  default = { low = 1, high = 2 }
}
locals { colors = ["red", "blue"] }
step "csv_resample" "clean" {
  input    = "in.csv"
  output   = "out.csv"
  interval = "1h"
}
step "duckdb_load" "store" {
  database = "w.duckdb"
  source   = step.csv_resample.clean.output
  table    = "t"
  check {
    column = "first"
  }
  dynamic "check" {
    for_each = ["a", "b"]
    content {
      sql = "SELECT ${check.key} AS ${check.value}, ${step.plot.other.points}"
    }
  }
  check {
    column = "last"
  }
  dynamic "precondition" {
    for_each = toset(["a"])
    iterator = it
    content {
      condition     = it.value == "a"
      error_message = "not ${it.key}"
    }
  }
}
step "plot" "chart" {
  source = "x.csv"
  output = "x.png"
  y      = "t"
  dynamic "threshold" {
    for_each = [for name, value in var.limits : { name = name, value = value }]
    iterator = limit
    content {
      value = limit.value.value
      color = local.colors[limit.key]
    }
  }
}
step "plot" "none" {
  source = "x.csv"
  output = "y.png"
  y      = "t"
  dynamic "threshold" {
    for_each = []
    content {
      value = threshold.value
    }
  }
}
step "plot" "other" {
  source = "x.csv"
  output = "z.png"
  y      = "t"
}
`

// dynamicArguments are the arguments of each step.
func dynamicArguments(t *testing.T, p *config.Pipeline) map[string]string {
	t.Helper()
	got := map[string]string{}
	f := p.NewForecast()
	for _, i := range p.Order() {
		s := p.Steps[i]
		got[s.Address.Name+s.Address.Key] = string(config.MaskedArguments(f.Step(s).Arguments))
	}
	return got
}

func TestDynamicBlocksMakeBlocks(t *testing.T) {
	for name, file := range map[string]string{"p.hcl": dynamicPipeline, "p.hcl.json": inJSON(t, []byte(dynamicPipeline))} {
		p, diags := config.Load(folder(t, map[string]string{name: file}), options())
		if p == nil {
			t.Fatal(diags)
		}
		got := dynamicArguments(t, p)
		for step, want := range map[string]string{
			"chart": `"threshold":[{"color":"red","value":2},{"color":"blue","value":1}]`,
			"store": `{"column":null,"sql":"(unknown)"}`,
			"none":  `"threshold":[]`,
		} {
			if !strings.Contains(got[step], want) {
				t.Errorf("%s: got %s, want %s in it", name, got[step], want)
			}
		}
		if diff := cmp.Diff([][]graph.Span{nil, {graph.One(0), graph.One(4)}, nil, nil, nil}, p.Needs()); diff != "" {
			t.Errorf("%s: the content of a dynamic block depends on nothing: %s", name, diff)
		}
		e := p.NewEvaluator()
		other := e.Prepare(p.Steps[4])
		if _, err := e.Complete(p.Steps[4], other.Arguments, []byte(`{"output":"z.png","points":7,"max":null}`)); err != nil {
			t.Fatal(err)
		}
		clean := e.Prepare(p.Steps[0])
		if _, err := e.Complete(p.Steps[0], clean.Arguments, []byte(`{"output":"out.csv","rows_out":7,"columns":[]}`)); err != nil {
			t.Fatal(err)
		}
		store := e.Prepare(p.Steps[1])
		if store.Failure != nil {
			t.Fatal(store.Failure)
		}
		want := []string{`"column":"first"`, `"sql":"SELECT 0 AS a, 7"`, `"sql":"SELECT 1 AS b, 7"`, `"column":"last"`}
		if name == "p.hcl.json" { // where all checks that are written out stand together
			want = []string{want[0], want[3], want[1], want[2]}
		}
		rest := string(config.MaskedArguments(store.Arguments))
		for _, w := range want {
			_, after, found := strings.Cut(rest, w)
			if !found {
				t.Fatalf("%s: got %s, want %s in this order", name, config.MaskedArguments(store.Arguments), want)
			}
			rest = after
		}
	}
}

func TestAnArgumentOfADynamicBlockIsLocated(t *testing.T) {
	p := mustLoad(t, options(), dynamicPipeline)
	for argument, want := range map[string]string{
		"threshold[0].value": ":45:15", "threshold[1].color": ":46:15", "threshold[1].label": ":41:3", "threshold[2]": ":37:1",
	} {
		if got := p.Steps[2].Locate(argument).String(); !strings.HasSuffix(got, want) {
			t.Errorf("%s: got %s, want %s", argument, got, want)
		}
	}
}

func TestDynamicBlocksKeepSecrets(t *testing.T) {
	const head = `
pipeline "p" {}
variable "keys" {
  sensitive = true
  default   = ["canary1", "canary2"]
}
step "duckdb_load" "store" {
  database = "w.duckdb"
  source   = "x.csv"
  table    = "t"
  dynamic "check" {
    for_each = `
	tests := []struct {
		name, loop, content, want string
		plain                     []string // what may be shown
	}{
		{"a list", "var.keys", `sql = check.value`, `[{"column":null,"sql":"(sensitive)"},{"column":null,"sql":"(sensitive)"}]`, nil},
		{"what does not come from it", "var.keys", "sql = \"number ${check.key}\"",
			`[{"column":null,"sql":"number 0"},{"column":null,"sql":"number 1"}]`, []string{"number 0"}},
		{"a set", "toset(var.keys)", "sql = check.key", `[{"column":null,"sql":"(sensitive)"},{"column":null,"sql":"(sensitive)"}]`, nil},
		{"the keys of a map", "{ for k in var.keys : k => 1 }", "sql = check.key", `[{"column":null,"sql":"(sensitive)"},{"column":null,"sql":"(sensitive)"}]`, nil},
		{"an element of a list", "[sensitive(\"canary1\"), \"open\"]", "sql = check.value", `[{"column":null,"sql":"(sensitive)"},{"column":null,"sql":"open"}]`, []string{"open"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			secrets := map[string]bool{}
			o := options()
			o.Secret = func(s string) { secrets[s] = true }
			p := mustLoad(t, o, head+tt.loop+"\n    content {\n      "+tt.content+"\n    }\n  }\n}\n")
			if got := dynamicArguments(t, p)["store"]; !strings.Contains(got, `"check":`+tt.want) || strings.Contains(got, "canary") {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if !secrets["canary1"] {
				t.Error("the secret is not told to who masks")
			}
			for _, text := range tt.plain {
				if secrets[text] {
					t.Errorf("%q is taken for a secret", text)
				}
			}
		})
	}
}

func TestADynamicBlockOfAnUnsetVariableIsNotBlamed(t *testing.T) {
	_, diags := load(t, options(), map[string]string{"pipeline.hcl": `
pipeline "p" {}
variable "v" {}
step "plot" "chart" {
  source = "x.csv"
  output = "x.png"
  y      = "t"
  dynamic "threshold" {
    for_each = var.v
    content {
      value = threshold.value
    }
  }
}
`})
	if len(diags) != 1 || diags[0].Summary != "Variable has no value" {
		t.Errorf("got %v, want the variable alone", diags)
	}
}

// deepType has blocks in blocks.
type deepArgs struct {
	Panels []deepPanel `block:"panel" doc:"Panels."`
}
type deepPanel struct {
	Title      string      `arg:"title" doc:"Title."`
	Thresholds []deepInner `block:"threshold" doc:"Lines."`
}
type deepInner struct {
	Label string `arg:"label,required" doc:"Label."`
}

func TestDynamicBlocksNest(t *testing.T) {
	o := options()
	o.Types = engine.NewRegistry(engine.Define("deep", "Deep.", none[deepArgs, plotOut]))
	p := mustLoad(t, o, `
pipeline "p" {}
step "deep" "d" {
  panel {
    title = "written out"
    dynamic "threshold" {
      for_each = ["x"]
      content {
        label = threshold.value
      }
    }
  }
  dynamic "panel" {
    for_each = { a = ["1", "2"], b = [] }
    content {
      title = panel.key
      dynamic "threshold" {
        for_each = panel.value
        iterator = t
        content {
          label = "${panel.key}${t.value}"
        }
      }
    }
  }
  dynamic "panel" {
    for_each = sensitive(toset(["canary"]))
    content {
      title = "open"
      threshold {
        label = "of ${panel.key}"
      }
    }
  }
}
`)
	want := `{"panel":[{"threshold":[{"label":"x"}],"title":"written out"},` +
		`{"threshold":[{"label":"a1"},{"label":"a2"}],"title":"a"},{"threshold":[],"title":"b"},` +
		`{"threshold":[{"label":"(sensitive)"}],"title":"(sensitive)"}]}`
	if diff := cmp.Diff(want, dynamicArguments(t, p)["d"]); diff != "" {
		t.Error(diff)
	}
}

const dynamicByEach = `
pipeline "p" {}
variable "limits" {
  type    = map(list(number))
  default = { a = [1, 2], b = [], c = [3] }
}
step "smtp" "first" {
  for_each = var.limits
  to       = "a@b"
}
step "plot" "chart" {
  for_each = var.limits
  source   = "x.csv"
  output   = "${each.key}.png"
  y        = "t"
  dynamic "threshold" {
    for_each = each.value
    content {
      value = threshold.value
      color = step.smtp.first[each.key].message_id
    }
  }
  threshold {
    value = 9
    color = "red"
  }
}
`

func TestADynamicBlockCanBeMadeOfEach(t *testing.T) {
	for name, file := range map[string]string{"p.hcl": dynamicByEach, "p.hcl.json": inJSON(t, []byte(dynamicByEach))} {
		p, diags := config.Load(folder(t, map[string]string{name: file}), options())
		if p == nil {
			t.Fatal(diags)
		}
		needs := [][]graph.Span{nil, nil, nil, {graph.One(0)}, {graph.One(1)}, {graph.One(2)}}
		if diff := cmp.Diff(needs, p.Needs()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		e := p.NewEvaluator()
		for _, s := range p.Steps[:3] {
			if _, err := e.Complete(s, e.Prepare(s).Arguments, []byte(`{"message_id":"blue"}`)); err != nil {
				t.Fatal(err)
			}
		}
		const last = `{"color":"red","value":9}`
		want := []string{`[{"color":"blue","value":1},{"color":"blue","value":2},` + last + `]`, `[` + last + `]`, `[{"color":"blue","value":3},` + last + `]`}
		for i, s := range p.Steps[3:] {
			got := e.Prepare(s)
			if got.Failure != nil {
				t.Fatal(got.Failure)
			}
			if args := string(config.MaskedArguments(got.Arguments)); !strings.Contains(args, `"threshold":`+want[i]) {
				t.Errorf("%s: %s: got %s, want %s", name, s.Address, args, want[i])
			}
		}
		if got, want := p.Steps[3].Locate("threshold[2].value"), p.Steps[4].Locate("threshold[0].value"); *got != *want {
			t.Errorf("%s: the block behind those of each instance is at %s and at %s", name, got, want)
		}
	}
}

// TestADynamicBlockOfLateKeys has instances that only a run can know.
func TestADynamicBlockOfLateKeys(t *testing.T) {
	dir := folder(t, map[string]string{"p.hcl": `
pipeline "p" {}
step "plot" "chart" {
  for_each = fileset(".", "*.csv")
  source   = each.value
  output   = "${each.key}.png"
  y        = "t"
  dynamic "threshold" {
    for_each = split(".", each.key)
    iterator = part
    content {
      value = length(part.value)
      color = { a = "red" }[part.value]
    }
  }
}
`, "a.a.csv": ""})
	p, diags := config.Load(dir, options())
	if p == nil || len(diags) > 0 {
		t.Fatal(diags)
	}
	if diags := p.Expand(); len(diags) > 0 {
		t.Fatal(diags)
	}
	got := p.NewEvaluator().Prepare(p.Steps[0])
	if got.Failure == nil || !strings.Contains(got.Failure.Error.Range.String(), "p.hcl:13:28") {
		t.Errorf("got %v, want that the third part has no colour", got.Failure)
	}
	if at := p.Steps[0].Locate("threshold[2].value").String(); !strings.HasSuffix(at, "p.hcl:12:15") {
		t.Errorf("the third block is at %s", at)
	}
}
