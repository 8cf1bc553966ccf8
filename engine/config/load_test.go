package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/graph"
)

// write puts files into a new folder and gives the path of pipeline.hcl there.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "pipeline.hcl")
}

func load(t *testing.T, o config.Options, files map[string]string) (*config.Pipeline, engine.Diagnostics) {
	t.Helper()
	return config.Load(write(t, files), o)
}

func mustLoad(t *testing.T, o config.Options, text string) *config.Pipeline {
	t.Helper()
	p, diags := load(t, o, map[string]string{"pipeline.hcl": text})
	if p == nil {
		t.Fatal(diags)
	}
	return p
}

const probePipeline = `
pipeline "p" {
  dotenv = [".env"]
}
variable "probe" {
  default = "from default"
}
variable "limits" {
  type    = list(number)
  default = []
}
`

func TestTheValueOfHighestPrecedenceCounts(t *testing.T) {
	dotenv := map[string]string{".env": "DAGRUN_VAR_probe=\"from dotenv\"\n"}
	own := map[string]string{"dagrun.vars.hcl": `probe = "from dagrun.vars.hcl"`}
	auto := map[string]string{"a.auto.vars.hcl": `probe = "from a.auto"`, "b.auto.vars.hcl": `probe = "from b.auto"`}
	file := map[string]string{"mine.hcl": `probe = "from --var-file"`}
	environ := map[string]string{"DAGRUN_VAR_probe": "from environment"}
	given := config.Assignment{Name: "probe", Value: "from --var"}
	tests := []struct {
		name  string
		files []map[string]string
		env   map[string]string
		given []config.Assignment // a File is relative to the pipeline
		want  string
	}{
		{name: "nothing given", want: "from default"},
		{name: "dotenv", files: []map[string]string{dotenv}, want: "from dotenv"},
		{name: "the environment over dotenv", files: []map[string]string{dotenv}, env: environ, want: "from environment"},
		{name: "dagrun.vars.hcl over the environment", files: []map[string]string{own}, env: environ, want: "from dagrun.vars.hcl"},
		{name: "the last auto file over dagrun.vars.hcl", files: []map[string]string{own, auto}, want: "from b.auto"},
		{name: "--var over auto files", files: []map[string]string{auto}, given: []config.Assignment{given}, want: "from --var"},
		{name: "--var-file after --var", files: []map[string]string{file}, given: []config.Assignment{given, {File: "mine.hcl"}}, want: "from --var-file"},
		{name: "--var after --var-file", files: []map[string]string{file}, given: []config.Assignment{{File: "mine.hcl"}, given}, want: "from --var"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := map[string]string{"pipeline.hcl": probePipeline}
			for _, files := range tt.files {
				for name, text := range files {
					all[name] = text
				}
			}
			path := write(t, all)
			o := options()
			o.LookupEnv = func(name string) (string, bool) { v, ok := tt.env[name]; return v, ok }
			for _, a := range tt.given {
				if a.File != "" {
					a.File = filepath.Join(filepath.Dir(path), a.File)
				}
				o.Assignments = append(o.Assignments, a)
			}
			p, diags := config.Load(path, o)
			if p == nil {
				t.Fatal(diags)
			}
			if got := p.Variables["probe"].AsString(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestGivenValuesAreReadByType(t *testing.T) {
	declared := func(typ string) string {
		return "pipeline \"p\" {}\nvariable \"v\" {\n  type = " + typ + "\n}\n"
	}
	tests := []struct{ typ, given, want string }{
		{"string", `["a"]`, `"[\"a\"]"`},
		{"number", "2.50", "2.5"},
		{"bool", "true", "true"},
		{"list(string)", `["a", "b"]`, `["a","b"]`},
		{"map(number)", `{ low = 25 }`, `{"low":25}`},
		{"object({ a = number, b = optional(string, \"x\") })", `{ a = 1 }`, `{"a":1,"b":"x"}`},
		{"any", `[1, "b"]`, `[1,"b"]`},
	}
	for _, tt := range tests {
		o := options()
		o.Assignments = []config.Assignment{{Name: "v", Value: tt.given}}
		p := mustLoad(t, o, declared(tt.typ))
		if got := string(config.Masked(p.Variables["v"])); got != tt.want {
			t.Errorf("type %s, given %s: got %s, want %s", tt.typ, tt.given, got, tt.want)
		}
	}
}

func TestWhatIsGivenAndNotDeclared(t *testing.T) {
	o := options()
	o.LookupEnv = func(name string) (string, bool) { return "x", name == "DAGRUN_VAR_other" }
	if _, diags := load(t, o, map[string]string{"pipeline.hcl": probePipeline}); len(diags) > 0 {
		t.Errorf("from the environment: got %v, want nothing", diags)
	}
	_, diags := load(t, options(), map[string]string{"pipeline.hcl": probePipeline, "dagrun.vars.hcl": `prob = "x"`})
	if len(diags) != 1 || diags[0].Severity != engine.Warning || !strings.Contains(diags[0].Detail, `Did you mean "probe"`) {
		t.Errorf("from a file: got %v, want a warning with a suggestion", diags)
	}
	o = options()
	o.Assignments = []config.Assignment{{Name: "prob", Value: "x"}}
	p, diags := load(t, o, map[string]string{"pipeline.hcl": probePipeline})
	if p != nil || !strings.Contains(diags.Error(), `Did you mean "probe"`) {
		t.Errorf("from --var: got %v, want an error with a suggestion", diags)
	}
}

func TestNullStandsForTheDefaultOfWhatIsNotNullable(t *testing.T) {
	_, diags := load(t, options(), map[string]string{
		"pipeline.hcl":    "pipeline \"p\" {}\nvariable \"v\" {\n  nullable = false\n  default = \"d\"\n  validation {\n    condition = var.v == \"d\"\n    error_message = \"got ${var.v}\"\n  }\n}\n",
		"dagrun.vars.hcl": "v = null\n",
	})
	if diags.HasErrors() {
		t.Error(diags)
	}
}

func TestTimesAreThoseOfThePipeline(t *testing.T) {
	text := `
pipeline "p" {
  timezone = "Europe/Berlin"
}
output "all" {
  value = "${run.time} ${run.date} ${formatdate("YYYYMMDD hh:mm", run.time)} ${formatdate("hh", "2024-06-15T22:30:00Z")} ${timestamp()} ${run.trigger}"
}
`
	tests := []struct{ date, want string }{
		{"", "2024-06-16T10:00:00+02:00 2024-06-16 20240616 10:00 00 2024-06-16T10:00:00+02:00 manual"},
		{"2024-01-31", "2024-01-31T00:00:00+01:00 2024-01-31 20240131 00:00 00 2024-06-16T10:00:00+02:00 manual"},
		{"2024-07-31T23:30", "2024-07-31T23:30:00+02:00 2024-07-31 20240731 23:30 00 2024-06-16T10:00:00+02:00 manual"},
	}
	for _, tt := range tests {
		o := options()
		o.Run.Date = tt.date
		got, err := mustLoad(t, o, text).NewEvaluator().Outputs()
		if err != nil || len(got) != 1 || got[0].Text() != tt.want {
			t.Errorf("date %q:\ngot  %v\nwant %s", tt.date, got, tt.want)
		}
	}
}

func TestAWrongDateIsExplained(t *testing.T) {
	o := options()
	o.Run.Date = "yesterday"
	p, diags := load(t, o, map[string]string{"pipeline.hcl": "pipeline \"p\" {}\n"})
	if p != nil || !strings.Contains(diags.Error(), "write it like 2026-11-20") {
		t.Errorf("got %v", diags)
	}
}

func TestSensitiveValuesAreMarkedAndNoted(t *testing.T) {
	secrets := map[string]bool{}
	o := options()
	o.Secret = func(s string) { secrets[s] = true }
	o.LookupEnv = func(name string) (string, bool) { return "hunter2", name == "AUTOMATION_PASS" }
	o.Assignments = []config.Assignment{{Name: "token", Value: "s3cr3t"}}
	p := mustLoad(t, o, `
pipeline "p" {}
variable "token" {
  type      = string
  sensitive = true
}
step "smtp" "mail" {
  to       = "a@example.org"
  text     = "Bearer ${var.token}"
  password = env("AUTOMATION_PASS")
}
output "header" {
  value     = "X-${var.token}"
  sensitive = true
}
`)
	e := p.NewEvaluator()
	args := e.Prepare(p.Steps[0]).Arguments
	want := `{"password":"(sensitive)","text":"(sensitive)","to":["a@example.org"]}`
	if got := string(config.MaskedArguments(args)); got != want {
		t.Errorf("got arguments %s, want %s", got, want)
	}
	if got := outputsOf(t, e)[0].Text(); got != engine.Masked {
		t.Errorf("got output %q, want it masked", got)
	}
	if got := string(config.Masked(cty.ObjectVal(p.Variables))); strings.Contains(got, "s3cr3t") {
		t.Errorf("got variables %s", got)
	}
	for _, s := range []string{"hunter2", "s3cr3t", "Bearer s3cr3t", "X-s3cr3t"} {
		if !secrets[s] {
			t.Errorf("%q was not noted as a secret", s)
		}
	}
}

func TestAWrongSensitiveValueIsNotShown(t *testing.T) {
	for _, text := range []string{
		"pipeline \"p\" {}\nvariable \"v\" {\n  type = number\n  sensitive = true\n}\n",
		"pipeline \"p\" {}\nvariable \"v\" {\n  type = string\n  sensitive = true\n  validation {\n    condition = length(var.v) > 99\n    error_message = \"bad: ${var.v}\"\n  }\n}\n",
		"pipeline \"p\" {}\nvariable \"v\" {\n  type = list(number)\n  sensitive = true\n}\n",
		"pipeline \"p\" {}\nvariable \"v\" {\n  type = string\n  sensitive = true\n}\nstep \"csv_resample\" \"c\" {\n  input = \"a\"\n  output = \"b\"\n  interval = var.v\n}\n",
	} {
		o := options()
		o.Assignments = []config.Assignment{{Name: "v", Value: "hunter2"}}
		p, diags := load(t, o, map[string]string{"pipeline.hcl": text})
		if p != nil || strings.Contains(diags.Error(), "hunter2") {
			t.Errorf("got %v", diags)
		}
	}
}

func TestAnEvaluatorGivesWhatStepsGave(t *testing.T) {
	p := mustLoad(t, options(), `
pipeline "p" {}
step "csv_resample" "clean" {
  input    = "in.csv"
  output   = "out.csv"
  interval = "1h"
  postcondition {
    condition     = self.rows_out >= 24
    error_message = "only ${self.rows_out} rows in ${self.output}"
  }
}
step "smtp" "mail" {
  if   = step.csv_resample.clean.rows_out > 30
  to   = "a@example.org"
  text = local.text
}
locals { text = "${step.csv_resample.clean.rows_out} rows: ${join(",", step.csv_resample.clean.columns)}" }
output "text" { value = local.text }
`)
	e := p.NewEvaluator()
	clean, mail := p.Steps[0], p.Steps[1]
	args := e.Prepare(clean).Arguments
	broken, err := e.Complete(clean, args, []byte(`{"output":"out.csv","rows_out":23,"columns":[]}`))
	if err != nil || broken == nil || broken.Reason != engine.ReasonPostcondition || broken.Error.Message != "only 23 rows in out.csv" {
		t.Fatalf("got %+v, %v, want the postcondition's message", broken, err)
	}
	if broken.Error.Range == nil || broken.Error.Range.Start.Line != 8 {
		t.Errorf("got range %v, want line 8", broken.Error.Range)
	}
	if broken, err = e.Complete(clean, args, []byte(`{"output":"out.csv","rows_out":24,"columns":["a","b"]}`)); broken != nil || err != nil {
		t.Fatalf("got %+v, %v, want the postcondition to hold", broken, err)
	}
	if got := e.Prepare(mail); !got.Skip || !strings.Contains(got.Condition, ":13:10") {
		t.Errorf("got %+v, want a skip with the place of the condition", got)
	}
	if diff := cmp.Diff("24 rows: a,b", outputsOf(t, e)[0].Text()); diff != "" {
		t.Error(diff)
	}
}

func TestAStepThatDidNotRunGivesNulls(t *testing.T) {
	p := mustLoad(t, options(), `
pipeline "p" {}
step "plot" "chart" {
  source = "in.csv"
  output = "c.png"
  y      = "t"
}
step "smtp" "mail" {
  trigger_rule = "all_done"
  to           = "a@example.org"
  text         = try("highest ${step.plot.chart.max}", "no chart")
}
output "chart" { value = step.plot.chart.max }
`)
	e := p.NewEvaluator()
	got := e.Prepare(p.Steps[1]).Arguments
	if text := got.GetAttr("text"); text.AsString() != "no chart" {
		t.Errorf("got text %q", text.AsString())
	}
	if got := outputsOf(t, e)[0].Text(); got != "null" {
		t.Errorf("got output %s, want null", got)
	}
}

func outputsOf(t *testing.T, e *config.Evaluator) []config.Output {
	t.Helper()
	outputs, err := e.Outputs()
	if err != nil || len(outputs) == 0 {
		t.Fatalf("got outputs %v, %v", outputs, err)
	}
	return outputs
}

func TestAnOutputThatCannotBeEvaluatedIsToldWithItsPlace(t *testing.T) {
	p := mustLoad(t, options(), "pipeline \"p\" {}\noutput \"good\" {\n  value = { a = null }\n}\noutput \"bad\" {\n  value = env(\"NONE\")\n}\n")
	outputs, err := p.NewEvaluator().Outputs()
	if len(outputs) != 1 || outputs[0].Text() != `{"a":null}` {
		t.Errorf("got outputs %v", outputs)
	}
	if err == nil || !strings.Contains(err.Error(), `output "bad" at `) || !strings.Contains(err.Error(), ":6:") || !strings.Contains(err.Error(), "NONE is not set") {
		t.Errorf("got error %v", err)
	}
}

func TestFailuresReachTheStepsThatAreThereForThem(t *testing.T) {
	p := mustLoad(t, options(), `
pipeline "p" {}
step "smtp" "work" {
  to = "a@example.org"
}
step "smtp" "alarm" {
  depends_on   = [step.smtp.work]
  trigger_rule = "one_failed"
  to           = "a@example.org"
  text         = join("; ", [for f in run.failures : "${f.step}: ${f.code}: ${f.error} (${f.attempts})"])
}
`)
	e := p.NewEvaluator()
	e.Failed(p.Steps[0], engine.StepError{Code: "smtp_auth", Message: "login refused"}, 2)
	got := e.Prepare(p.Steps[1]).Arguments.GetAttr("text").AsString()
	if want := "step.smtp.work: smtp_auth: login refused (2)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRetrySettingsRefineThePipelines(t *testing.T) {
	p := mustLoad(t, options(), `
pipeline "p" {
  retry {
    max_attempts = 3
    strategy     = "linear"
    min_interval = "2s"
    max_interval = "1m"
    jitter       = 0
  }
}
step "smtp" "plain" { to = "a@example.org" }
step "smtp" "own" {
  to = "a@example.org"
  timeout = "5m"
  continue_on_error = true
  retry {
    max_attempts = 5
    min_interval = "2m"
  }
}
`)
	want := engine.RetryPolicy{MaxAttempts: 3, Strategy: engine.Linear, MinInterval: 2e9, MaxInterval: 60e9}
	if diff := cmp.Diff(want, p.Steps[0].Retry); diff != "" {
		t.Error(diff)
	}
	want.MaxAttempts, want.MinInterval, want.MaxInterval = 5, 120e9, 120e9
	if diff := cmp.Diff(want, p.Steps[1].Retry); diff != "" {
		t.Error(diff)
	}
	if !p.Steps[1].ContinueOnError || p.Steps[1].Timeout != 300e9 {
		t.Errorf("got %+v", p.Steps[1])
	}
}

func TestDependenciesComeFromReferencesAndDependsOn(t *testing.T) {
	p := mustLoad(t, options(), `
pipeline "p" {}
step "smtp" "last" {
  to         = "a@example.org"
  text       = local.a
  depends_on = [step.smtp.third]
}
step "smtp" "first" { to = "a@example.org" }
step "smtp" "third" {
  to = "a@example.org"
  precondition {
    condition     = step.smtp.first.message_id != ""
    error_message = "no mail"
  }
}
locals {
  a = "see ${local.b}"
  b = step.smtp.first.message_id
}
`)
	if diff := cmp.Diff([][]graph.Span{{graph.One(1), graph.One(2)}, nil, {graph.One(1)}}, p.Needs()); diff != "" {
		t.Error(diff)
	}
}

func TestAPreconditionThatDoesNotHoldSaysWhereToLook(t *testing.T) {
	p := mustLoad(t, options(), `
pipeline "p" {}
variable "on" { default = false }
step "smtp" "alone" {
  to = "a@example.org"
  precondition {
    condition     = var.on
    error_message = "it is off"
  }
}
step "smtp" "after" {
  to         = "a@example.org"
  depends_on = [step.smtp.alone]
  precondition {
    condition     = var.on
    error_message = "it is off"
  }
}
`)
	e := p.NewEvaluator()
	var got []string
	for _, step := range p.Steps {
		got = append(got, e.Prepare(step).Failure.Error.Remedy)
	}
	want := []string{
		"The step needs no other: look at the variables, files and times that the condition is made of.",
		"Look at what the steps upstream gave.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFunctionsFollowTerraform(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.txt": "hello", "b.tmpl": "Dear ${name}", "c.txt": "x"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := map[string]string{
		`length("añb")`: "3", `length([1, 2])`: "2", `length({ a = 1 })`: "1",
		`index(["a", "b"], "b")`: "1", `replace("a-b-c", "-", "+")`: "a+b+c", `replace("a1b22", "/[0-9]+/", "#")`: "a#b#",
		`file("a.txt")`: "hello", `fileexists("a.txt")`: "true", `fileexists("z.txt")`: "false",
		`fileset(".", "*.txt")`: `["a.txt","c.txt"]`, `templatefile("b.tmpl", { name = "Ada" })`: "Dear Ada",
		`basename("a/b.csv")`: "b.csv", `dirname("a/b.csv")`: "a", `sha256("")`: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		`md5("")`: "d41d8cd98f00b204e9800998ecf8427e", `base64encode("hé")`: "aMOp", `base64decode("aMOp")`: "hé",
		`yamldecode("a: [1, 2]").a[1]`: "2", `jsonencode({ a = [1] })`: `{"a":[1]}`, `env("NAME")`: "value", `env("NONE", "d")`: "d",
		`try(tonumber("x"), 7)`: "7", `can(tonumber("x"))`: "false", `coalesce(null, "b")`: "b", `tostring(1.5)`: "1.5",
		`timeadd("2024-06-15T00:00:00Z", "36h")`: "2024-06-16T12:00:00Z", `nonsensitive(sensitive("x"))`: "x",
		`title("two words")`: "Two Words", `strrev("abc")`: "cba", `pow(2, 10)`: "1024", `format("%05.1f", 3)`: "003.0",
		`toset(["b", "a", "b"])`: `["a","b"]`, `toset(["b", 1])`: `["1","b"]`, `tolist(["b", "a"])`: `["b","a"]`, `tolist(["a", 1])`: `["a","1"]`,
		`length(toset([]))`: "0", `join("-", ["a", "b"], ["c"])`: "a-b-c", `join("-", [1, true])`: "1-true", `join(",", [])`: "", `sum([1, 2.5, "3"])`: "6.5", `sum(toset([]))`: "0", `merge({ a = 1 }, { b = 2 })`: `{"a":1,"b":2}`, `substr("hello", 1, 3)`: "ell",
		`trimprefix("log_x", "log_")`: "x", `[for s in ["a"] : upper(s)]`: `["A"]`, `abspath("a.txt")`: filepath.Join(dir, "a.txt"),
	}
	for expr, want := range tests {
		o := options()
		o.LookupEnv = func(name string) (string, bool) { return "value", name == "NAME" }
		p := mustLoad(t, o, "pipeline \"p\" {\n  working_dir = "+`"`+dir+`"`+"\n}\noutput \"x\" {\n  value = "+expr+"\n}\n")
		outputs, err := p.NewEvaluator().Outputs()
		if err != nil || len(outputs) != 1 || outputs[0].Text() != want {
			t.Errorf("%s: got %v, want %s", expr, outputs, want)
		}
	}
}

func TestCollectionsAreConverted(t *testing.T) {
	tests := map[string]string{
		`toset([])`: `[]`, `toset([null, "a"])`: `["a",null]`, `toset([for i in range(3) : { a = i }])`: `[{"a":0},{"a":1},{"a":2}]`, `can(toset(null))`: "true",
		`tolist([true, "a"])`: `["true","a"]`, `tolist(toset(["b", "a"]))`: `["a","b"]`, `tolist([[1], ["a"]])`: `[["1"],["a"]]`,
		`tomap({ a = 1, b = 2 })`: `{"a":1,"b":2}`, `tomap({ a = 1, b = "c" })`: `{"a":"1","b":"c"}`, `tomap({})`: `{}`, `tomap({ a = [1], b = [2, 3] })`: `{"a":[1],"b":[2,3]}`,
		`tomap({ a = null, b = 2 })`: `{"a":null,"b":2}`, `length(toset(["a", env("NONE", "b")]))`: "2",
		`try(toset("a"), "no")`: "no", `try(toset({ a = "b" }), "no")`: "no", `try(tolist({ a = "b" }), "no")`: "no", `try(tomap(["a"]), "no")`: "no",
	}
	for expr, want := range tests {
		p := mustLoad(t, options(), "pipeline \"p\" {}\noutput \"x\" {\n  value = "+expr+"\n}\n")
		if got := outputsOf(t, p.NewEvaluator())[0].Text(); got != want {
			t.Errorf("%s: got %s, want %s", expr, got, want)
		}
	}
	for _, secret := range []string{`toset(["a", sensitive("b")])`, `tomap({ a = "b", c = sensitive("d") })`, `tomap(sensitive({ a = "b" }))`} {
		_, diags := load(t, options(), map[string]string{"pipeline.hcl": "pipeline \"p\" {}\noutput \"x\" {\n  value = " + secret + "\n}\n"})
		if !strings.Contains(diags.Error(), "Output shows a sensitive value") {
			t.Errorf("%s: got %v", secret, diags)
		}
	}
}

// BenchmarkKeys converts the keys of a for_each, as many as there can be.
func BenchmarkKeys(b *testing.B) {
	const keys = `flatten([for i in range(100) : [for j in range(1000) : "${i}_${j}"]])`
	for _, expr := range []string{"toset(" + keys + ")", "tomap({ for k in " + keys + " : k => k })"} {
		b.Run(expr[:5], func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "p.hcl")
			if err := os.WriteFile(path, []byte("pipeline \"p\" {}\noutput \"n\" {\n  value = length("+expr+")\n}\n"), 0o600); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if p, diags := config.Load(path, options()); p == nil {
					b.Fatal(diags)
				}
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/broken/*.hcl", "testdata/broken/*.hcl.json"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s: %v", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(data), strings.HasSuffix(file, ".json"))
		}
	}
	f.Add(probePipeline, false)
	f.Add(wholePipeline, false)
	f.Add(inJSON(f, []byte(wholePipeline)), true)
	f.Add(functionsPipeline, false)
	f.Add(inJSON(f, []byte(functionsPipeline)), true)
	f.Add(dynamicByEach, false)
	f.Add(inJSON(f, []byte(dynamicByEach)), true)
	f.Add(dynamicPipeline, false)
	f.Add(inJSON(f, []byte(dynamicPipeline)), true)
	f.Fuzz(func(t *testing.T, text string, asJSON bool) {
		name := "pipeline.hcl"
		if asJSON {
			name += ".json"
		}
		p, diags := config.Load(folder(t, map[string]string{name: text}), options())
		if (p == nil) != diags.HasErrors() {
			t.Errorf("pipeline %v with diagnostics %v", p, diags)
		}
		for _, d := range diags {
			if d.Summary == "" {
				t.Errorf("a diagnostic without a summary: %+v", d)
			}
		}
		if p == nil {
			return
		}
		forecast := p.NewForecast()
		for _, step := range p.Steps {
			if seen := forecast.Step(step); seen.Failure == nil && !seen.Skip && seen.Arguments == cty.NilVal {
				t.Errorf("%s has no arguments", step.Address)
			}
		}
	})
}
