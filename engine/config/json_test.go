package config_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/config"
)

// inJSON writes a pipeline in JSON syntax: an object of properties in the order
// of the blocks, each with the labels nested, its expressions as "${…}".
func inJSON(t testing.TB, src []byte) string {
	t.Helper()
	file, diags := hclsyntax.ParseConfig(src, "p.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return bodyInJSON(src, file.Body.(*hclsyntax.Body), "")
}

func bodyInJSON(src []byte, body *hclsyntax.Body, indent string) string {
	type property struct {
		at   int
		text string
	}
	var all []property
	for _, attr := range body.Attributes {
		all = append(all, property{attr.NameRange.Start.Byte, quoted(attr.Name) + ": " + exprInJSON(src, attr)})
	}
	lists := map[string][]*hclsyntax.Block{}
	for _, b := range body.Blocks {
		if len(b.Labels) == 0 && b.Type != "locals" {
			lists[b.Type] = append(lists[b.Type], b)
			continue
		}
		text := quoted(b.Type) + ": "
		for _, label := range b.Labels {
			text += "{ " + quoted(label) + ": "
		}
		text += bodyInJSON(src, b.Body, indent+"  ") + strings.Repeat(" }", len(b.Labels))
		all = append(all, property{b.TypeRange.Start.Byte, text})
	}
	for typ, blocks := range lists {
		text := quoted(typ) + ": " + bodyInJSON(src, blocks[0].Body, indent+"  ")
		if len(blocks) > 1 {
			var texts []string
			for _, b := range blocks {
				texts = append(texts, bodyInJSON(src, b.Body, indent+"    "))
			}
			text = quoted(typ) + ": [\n" + indent + "    " + strings.Join(texts, ",\n"+indent+"    ") + "\n" + indent + "  ]"
		}
		all = append(all, property{blocks[0].TypeRange.Start.Byte, text})
	}
	slices.SortFunc(all, func(a, b property) int { return a.at - b.at })
	var lines []string
	for _, p := range all {
		lines = append(lines, indent+"  "+p.text)
	}
	return "{\n" + strings.Join(lines, ",\n") + "\n" + indent + "}"
}

func exprInJSON(src []byte, attr *hclsyntax.Attribute) string {
	text := func(r hcl.Range) string { return string(src[r.Start.Byte:r.End.Byte]) }
	switch attr.Name {
	case "type", "iterator", "variadic_param":
		return quoted(text(attr.Expr.Range()))
	case "depends_on", "params":
		if list, ok := attr.Expr.(*hclsyntax.TupleConsExpr); ok {
			var texts []string
			for _, e := range list.Exprs {
				texts = append(texts, quoted(strings.Trim(text(e.Range()), `"`)))
			}
			return "[" + strings.Join(texts, ", ") + "]"
		}
	}
	expr := text(attr.Expr.Range())
	if strings.HasPrefix(expr, "<<") {
		expr += "\n" // behind the end of a heredoc
	}
	return quoted("${" + expr + "}")
}

func quoted(text string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text)
	return strings.TrimSpace(b.String())
}

// elsewhere are the pipelines whose errors in JSON are about more or less of
// the source.
var elsewhere = map[string]bool{
	"argument_map_value":         true, // all of the string that the map stands in
	"output_sensitive":           true, // likewise
	"arguments_exclude_in_block": true, // of an empty object the brace
	"block_unknown":              true, // labels are told from properties by the type
	"block_of_elsewhere":         true, // likewise
	"dynamic_elsewhere":          true, // likewise
	"step_type_unknown":          true, // there is no step yet where the label of its type stands
	"pipeline_missing":           true, // the first byte belongs to no block
}

const wholePipeline = `
pipeline "whole" {
  description = "All that the language has"
  tags        = ["a", "b"]
  schedule    = "0 8 * * *"
  timezone    = "Europe/Berlin"
  working_dir = "."
  timeout     = "30m"
  concurrency = var.limits.steps
  on_overlap  = "wait"
  fail_fast   = true
  retry {
    max_attempts = 3
    strategy     = "linear"
  }
  keep {
    runs = 100
    days = 90
  }
}
variable "limits" {
  type    = object({ steps = number, names = optional(list(string), ["x"]) })
  default = { steps = 2 }
  validation {
    condition     = var.limits.steps > 0
    error_message = "At least one, not ${var.limits.steps}."
  }
  validation {
    condition     = length(var.limits.names) > 0
    error_message = "No names."
  }
}
variable "token" {
  sensitive = true
  default   = "hush"
}
locals {
  stamp = formatdate("YYYYMMDD", run.time)
  names = [for n in var.limits.names : upper(n)]
}
step "csv_resample" "clean" {
  input    = ["in.csv", "${local.stamp}.csv"]
  output   = "out.csv"
  interval = "1h"
  min_rows = 24
  widths   = { "a b" = ["1h", "2h"] }
  timeout  = "5m"
  retry {
    max_attempts = 5
  }
  precondition {
    condition     = length(local.names) == 1
    error_message = "Not one."
  }
  postcondition {
    condition     = self.rows_out >= 24
    error_message = "only ${self.rows_out} rows"
  }
}
step "plot" "chart" {
  source = step.csv_resample.clean.output
  output = "${local.names[0]}.png"
  y      = step.csv_resample.clean.columns
  threshold {
    value = 1.5
  }
  threshold {
    value = 2
    color = "blue"
  }
}
step "smtp" "mail" {
  depends_on   = [step.plot.chart, step.csv_resample.clean]
  trigger_rule = "all_done"
  if           = var.limits.steps > 1
  to           = "a@example.org"
  password     = var.token
  text         = <<-EOT
    "${local.stamp}" \ %{if true}yes%{endif}
      $${no} é ${step.plot.chart.points}
  EOT
}
step "smtp" "each" {
  for_each = { a = "a@example.org", b = "b@example.org" }
  to       = each.value
}
step "smtp" "own" {
  for_each   = toset(["a"])
  to         = "a@example.org"
  text       = "é\n${step.smtp.each[each.key].message_id}"
  depends_on = [step.smtp.other[each.key]]
}
step "smtp" "other" {
  for_each   = toset(["a", "b"])
  to         = ["${each.key}@example.org", step.smtp.each[each.key].to[0]]
  depends_on = [step.smtp.each["b"], step.plot.chart]
}
step "smtp" "all" {
  to   = [for s in values(step.smtp.own) : s.message_id]
  text = step.smtp.other["b"].message_id
}
output "stamp" {
  value       = "${local.stamp} ${var.token}"
  description = "When."
  sensitive   = true
}
`

// TestAPipelineMeansTheSameInJSON also mixes the syntaxes in a folder.
func TestAPipelineMeansTheSameInJSON(t *testing.T) {
	head, tail, _ := strings.Cut(wholePipeline, "step \"plot\"")
	tail = "step \"plot\"" + tail
	src := []byte(wholePipeline)
	want := meaning(t, map[string]string{"p.hcl": wholePipeline})
	for name, files := range map[string]map[string]string{
		"all in JSON":          {"p.hcl.json": inJSON(t, src)},
		"on one line":          {"p.hcl.json": strings.ReplaceAll(inJSON(t, src), "\n", " ")},
		"the steps in JSON":    {"a.hcl": head, "b.hcl.json": inJSON(t, []byte(tail))},
		"the rest in JSON":     {"a.hcl.json": inJSON(t, []byte(head)), "b.hcl": tail},
		"both parts in JSON":   {"a.hcl.json": inJSON(t, []byte(head)), "b.hcl.json": inJSON(t, []byte(tail))},
		"the root is a list":   {"p.hcl.json": "[" + inJSON(t, []byte(head)) + "," + inJSON(t, []byte(tail)) + "]"},
		"with a comment in it": {"p.hcl.json": strings.Replace(inJSON(t, src), "{", "{ \"//\": \"said\",", 1)},
	} {
		if diff := cmp.Diff(want, meaning(t, files)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// meaning is all that is to be known of a pipeline before a run.
func meaning(t *testing.T, files map[string]string) map[string]any {
	t.Helper()
	p, diags := config.Load(folder(t, files), options())
	if p == nil || len(diags) > 0 {
		t.Fatal(diags)
	}
	settings := p.Settings
	settings.WorkingDir, settings.Timezone = "", nil // that of this folder, and compared by its name
	got := map[string]any{"settings": settings, "timezone": p.Timezone.String(), "needs": p.Needs(), "variables": string(config.Masked(cty.ObjectVal(p.Variables)))}
	f, e := p.NewForecast(), p.NewEvaluator()
	for _, s := range p.Steps {
		seen := f.Step(s)
		got[s.Address.String()] = []any{
			string(config.MaskedArguments(seen.Arguments)), seen.Skip, seen.Undecided, seen.Failure, p.Given(s), p.StepsBehind(s),
			s.Retry, s.Timeout, s.Rule, s.ContinueOnError,
		}
		run := e.Prepare(s)
		if run.Failure != nil || run.Skip {
			t.Fatalf("%s: got %+v, want it to run", s.Address, run.Failure)
		}
		got[s.Address.String()+" at its turn"] = string(config.MaskedArguments(run.Arguments))
		outputs := map[string]string{
			"csv_resample": `{"output":"out.csv","rows_out":24,"columns":["t"]}`, "plot": `{"output":"X.png","points":24,"max":2}`, "smtp": `{"message_id":"1"}`,
		}
		if failed, err := e.Complete(s, run.Arguments, []byte(outputs[s.Type.Name])); failed != nil || err != nil {
			t.Fatalf("%s: %+v, %v", s.Address, failed, err)
		}
	}
	got["outputs"] = outputsOf(t, e)[0].Text()
	return got
}

func TestInJSONPlacesBehindEscapesAreRight(t *testing.T) {
	for _, before := range []string{``, `\n\n`, `\"é\\`, `\u00e9\t`, `\ud83e\udd8a €`} {
		line := `    "text": "` + before + `${var.nothing} and on"`
		_, diags := config.Load(folder(t, map[string]string{
			"p.hcl.json": "{\n\"pipeline\": {\"p\": {}},\n\"step\": {\"smtp\": {\"mail\": {\"to\": \"a@example.org\",\n" + line + "\n}}}}\n",
		}), options())
		if len(diags) != 1 || diags[0].Snippet == nil {
			t.Fatalf("got %v, want one error with its source", diags)
		}
		s, at := diags[0].Snippet, diags[0].Range.Start
		if got := s.Code[s.HighlightStart:s.HighlightEnd]; got != "var.nothing" || s.Code != line {
			t.Errorf("behind %q: got %q of %q marked", before, got, s.Code)
		}
		if want := utf8.RuneCountInString(line[:strings.Index(line, "var.")]) + 1; at.Line != 4 || at.Column != want {
			t.Errorf("behind %q: got line %d, column %d, want 4, %d", before, at.Line, at.Column, want)
		}
	}
}

func TestInJSONAnArgumentIsLocated(t *testing.T) {
	p, diags := config.Load(folder(t, map[string]string{"p.hcl.json": `{
  "pipeline": { "p": {} },
  "step": { "plot": {
    "chart": { "source": "a.csv", "output": "a.png", "y": "t",
      "threshold": [
        { "value": 1 },
        { "value": 2,
          "color": "blue" }
      ] },
    "other": { "source": "a.csv", "output": "b.png", "y": "t",
      "threshold": { "value": 1 } }
  } }
}`}), options())
	if p == nil {
		t.Fatal(diags)
	}
	chart, other := p.Steps[0], p.Steps[1]
	for _, tt := range []struct {
		step     *config.Step
		argument string
		want     string
	}{
		{chart, "", "4:5"}, {chart, "output", "4:45"}, {chart, "threshold[0]", "6:11"}, {chart, "threshold[0].value", "6:20"},
		{chart, "threshold[1].color", "8:20"}, {chart, "threshold[1].label", "7:11"}, {other, "", "10:5"}, {other, "threshold[0].color", "11:7"},
	} {
		if got := tt.step.Locate(tt.argument).String(); !strings.HasSuffix(got, ".json:"+tt.want) {
			t.Errorf("%s %q: got %s, want %s", tt.step.Address, tt.argument, got, tt.want)
		}
	}
}

func TestBrokenJSONIsExplained(t *testing.T) {
	const head = "{\"pipeline\": {\"p\": {}},\n"
	tests := []struct {
		name, text, want string
	}{
		{"a comma too few", head + "\"locals\": {\"a\": 1\n\"b\": 2}}", ":3:1: Invalid JSON: Invalid character '\"' after object key:value pair. A comma is missing"},
		{"a brace too few", head + "\"locals\": {\"a\": 1}", ":2:18: Invalid JSON: Unexpected end of JSON input. A brace"},
		{"an escape that there is not", head + "\"locals\": {\"a\": \"\\q\"}}", ":2:19: Invalid JSON: Invalid character 'q' in string escape code. A quote is not closed, or a backslash"},
		{"nothing", "", ":1:1: Invalid JSON: Unexpected end"},
		{"no object", "42", ":1:1: Root value must be object"},
		{"no object as a block", head + "\"locals\": 1}", ":2:11: Incorrect JSON value type"},
		{"an expression that is none", head + "\"locals\": {\"a\": \"${1 +}\"}}", ":2:23: Invalid expression"},
		{"a reference in ${}", head + "\"step\": {\"smtp\": {\"m\": {\"to\": \"a@b\", \"depends_on\": [\"${step.smtp.n}\"]}, \"n\": {\"to\": \"a@b\"}}}}",
			":2:53: Wrong depends_on: Only steps can stand here: step.TYPE.NAME, or step.TYPE.NAME[\"KEY\"] for an instance, in quotes, without ${}"},
		{"a property that is none", head + "\"locls\": {}}", "Unsupported block type: Blocks of type \"locls\" are not expected here. Did you mean \"locals\"?"},
		{"a step twice", head + "\"step\": {\"smtp\": {\"m\": [{\"to\": \"a@b\"}, {\"to\": \"a@b\"}]}}}", "Duplicate step"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, diags := config.Load(folder(t, map[string]string{"p.hcl.json": tt.text}), options())
			if p != nil || !strings.Contains(diags.Error(), tt.want) || len(diags) > 1 {
				t.Errorf("got %v, want %q alone", diags, tt.want)
			}
		})
	}
}

func TestValuesInJSONAreTaken(t *testing.T) {
	dir := folder(t, map[string]string{
		"p.hcl":                "pipeline \"p\" {}\nvariable \"a\" {}\nvariable \"b\" {}\nvariable \"c\" {\n  type = list(number)\n}\n",
		"dagrun.vars.hcl":      "a = \"own\"\nb = \"own\"\n",
		"dagrun.vars.hcl.json": `{ "b": "own JSON ${literally}", "c": [1, 2], "//": "said" }`,
		"x.auto.vars.hcl.json": `{ "a": "auto JSON" }`,
		"y.json":               `{ "c": [3] }`,
	})
	o := options()
	o.Assignments = []config.Assignment{{File: filepath.Join(dir, "y.json")}}
	p, diags := config.Load(dir, o)
	if p == nil || len(diags) > 0 {
		t.Fatal(diags)
	}
	got := string(config.Masked(cty.ObjectVal(p.Variables)))
	if want := `{"a":"auto JSON","b":"own JSON ${literally}","c":[3]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestBrokenPipelinesInJSONAreExplainedAlike writes each broken pipeline in JSON
// syntax, where that can be done, and wants the same said about it.
func TestBrokenPipelinesInJSONAreExplainedAlike(t *testing.T) {
	files, err := filepath.Glob("testdata/broken/*.hcl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no broken pipelines: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".hcl")
		if strings.HasPrefix(name, "syntax_") || name == "depends_on_quoted" || name == "step_label_missing" { // JSON cannot be so
			continue
		}
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, native := config.Load(file, options())
			path := filepath.Join(t.TempDir(), "p.hcl.json")
			if err := os.WriteFile(path, []byte(inJSON(t, src)), 0o600); err != nil {
				t.Fatal(err)
			}
			_, diags := config.Load(path, options())
			if diff := cmp.Diff(told(native), told(diags)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(about(native), about(diags)); diff != "" && !elsewhere[name] {
				t.Error(diff)
			}
		})
	}
}

var somePlace = regexp.MustCompile(`\S+:[0-9]+:[0-9]+`)

// told is what diagnostics say, whatever the syntax.
func told(ds engine.Diagnostics) []string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.Summary + ": " + somePlace.ReplaceAllString(d.Detail, "PLACE")
	}
	return lines
}

// about is what diagnostics are about.
func about(ds engine.Diagnostics) []string {
	var lines []string
	for _, d := range ds {
		if s := d.Snippet; s != nil {
			lines = append(lines, s.Context+": "+essence(s.Code[s.HighlightStart:s.HighlightEnd]))
		}
	}
	return lines
}

// essence is the last name in marked source, which it has in either syntax.
func essence(marked string) string {
	marked, _, _ = strings.Cut(marked, "\n")
	words := regexp.MustCompile(`[A-Za-z0-9_.]+`).FindAllString(marked, -1)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

func TestAByteOrderMarkIsNoMatter(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "p.hcl.json")
	if err := os.WriteFile(path, []byte("\xef\xbb\xbf{\"pipeline\": {\"p\": {}}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, diags := config.Load(path, options()); p == nil {
		t.Error(diags)
	}
}
