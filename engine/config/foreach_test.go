package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/graph"
)

func addressesOf(p *config.Pipeline) []string {
	var all []string
	for _, s := range p.Steps {
		all = append(all, strings.TrimPrefix(s.Address.String(), "step."))
	}
	return all
}

func TestAnInstanceNeedsThatOfItsOwnKey(t *testing.T) {
	p := mustLoad(t, options(), `
pipeline "p" {}
locals {
  people = { ben = "b@example.org", anna = "a@example.org" }
}
step "smtp" "report" {
  to   = "c@example.org"
  text = join(",", [for key, mail in step.smtp.second : "${key} ${mail.message_id}"])
}
step "smtp" "second" {
  for_each = local.people
  to       = each.value
  text     = step.smtp.first[each.key].message_id
}
step "smtp" "first" {
  for_each = local.people
  to       = each.value
}
step "smtp" "some" {
  for_each   = toset(["anna"])
  to         = "d@example.org"
  depends_on = [step.smtp.first[each.key], step.smtp.second["ben"]]
}
`)
	want := []string{
		"smtp.report", `smtp.second["anna"]`, `smtp.second["ben"]`, `smtp.first["anna"]`, `smtp.first["ben"]`, `smtp.some["anna"]`,
	}
	if diff := cmp.Diff(want, addressesOf(p)); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	needs := [][]graph.Span{{{From: 1, To: 3}}, {graph.One(3)}, {graph.One(4)}, nil, nil, {graph.One(2), graph.One(3)}}
	if diff := cmp.Diff(needs, p.Needs()); diff != "" {
		t.Errorf("needs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{3, 4, 1, 2, 0, 5}, p.Order()); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	for _, tt := range []struct {
		a, b int
		want bool
	}{{3, 1, true}, {4, 1, false}, {3, 0, true}, {4, 5, true}, {3, 5, true}, {1, 5, false}, {0, 1, false}} {
		if got := p.Before(p.Steps[tt.a], p.Steps[tt.b]); got != tt.want {
			t.Errorf("%s before %s: got %v", p.Steps[tt.a].Address, p.Steps[tt.b].Address, got)
		}
	}
}

func TestKeysThatDependOnFilesAreKnownWhenARunBegins(t *testing.T) {
	path := write(t, map[string]string{"pipeline.hcl": `
pipeline "p" {}
step "smtp" "mail" {
  for_each = { for f in fileset("probes", "*.csv") : trimsuffix(f, ".csv") => f }
  to       = "a@example.org"
  text     = each.value
}
step "smtp" "report" {
  to   = "b@example.org"
  text = join(",", values(step.smtp.mail)[*].text)
}
step "smtp" "first" {
  to   = "c@example.org"
  text = step.smtp.mail["one"].text
}
`})
	p, diags := config.Load(path, options())
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if len(p.Blocks) != 3 || p.Steps != nil {
		t.Fatalf("%d blocks, steps %v", len(p.Blocks), addressesOf(p))
	}
	dir := filepath.Dir(path)
	if err := os.Mkdir(filepath.Join(dir, "probes"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"two.csv", "one.csv"} {
		if err := os.WriteFile(filepath.Join(dir, "probes", name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diags := p.Expand(); diags.HasErrors() {
		t.Fatal(diags)
	}
	want := []string{`smtp.mail["one"]`, `smtp.mail["two"]`, "smtp.report", "smtp.first"}
	if diff := cmp.Diff(want, addressesOf(p)); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	e := p.NewEvaluator()
	texts := map[string]string{}
	for i, s := range p.Steps {
		prepared := e.Prepare(s)
		if prepared.Failure != nil {
			t.Fatalf("%s: %v", s.Address, prepared.Failure.Error)
		}
		texts[want[i]] = prepared.Arguments.GetAttr("text").AsString()
	}
	if diff := cmp.Diff(map[string]string{want[0]: "one.csv", want[1]: "two.csv", want[2]: "one.csv,two.csv", want[3]: "one.csv"}, texts); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
}

func TestWhatIsWrongOnceAllKeysAreKnown(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"two instances write one file": {`
pipeline "p" {}
step "csv_resample" "clean" {
  for_each = fileset("probes", "*.csv")
  input    = "probes/${each.key}"
  output   = "out.csv"
  interval = "1h"
}`, `step.csv_resample.clean["two.csv"] writes out.csv, and so does step.csv_resample.clean["one.csv"]`},
		"a list": {`
pipeline "p" {}
step "smtp" "mail" {
  for_each = jsondecode(file("list.json"))
  to       = "a@example.org"
}`, "Make a set of it"},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, map[string]string{"pipeline.hcl": tt.text})
			p, diags := config.Load(path, options())
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			for file, content := range map[string]string{"probes/one.csv": "", "probes/two.csv": "", "list.json": `["a"]`} {
				path := filepath.Join(filepath.Dir(path), file)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			diags = p.Expand()
			if len(diags) != 1 || !strings.Contains(diags[0].Detail, tt.want) {
				t.Errorf("got %v, want %q", diags, tt.want)
			}
			if p.Steps != nil && name == "a list" {
				t.Errorf("there are steps: %v", addressesOf(p))
			}
		})
	}
}

func TestAnEmptyForEachIsNoStep(t *testing.T) {
	p := mustLoad(t, options(), `
pipeline "p" {}
step "smtp" "mail" {
  for_each = toset([])
  to       = each.value
}
step "smtp" "report" {
  to   = "a@example.org"
  text = "${length(step.smtp.mail)} mails"
}
`)
	if diff := cmp.Diff([]string{"smtp.report"}, addressesOf(p)); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	prepared := p.NewEvaluator().Prepare(p.Steps[0])
	if prepared.Failure != nil || prepared.Arguments.GetAttr("text").AsString() != "0 mails" {
		t.Errorf("got %+v", prepared)
	}
}

func TestASecretInAForEachStaysOne(t *testing.T) {
	var secrets []string
	o := options()
	o.Secret = func(s string) { secrets = append(secrets, s) }
	p := mustLoad(t, o, `
pipeline "p" {}
step "smtp" "mail" {
  for_each = { anna = sensitive("hunter2") }
  to       = "a@example.org"
  text     = each.value
}
`)
	prepared := p.NewEvaluator().Prepare(p.Steps[0])
	if prepared.Failure != nil || !prepared.Arguments.GetAttr("text").HasMark(engine.Sensitive) {
		t.Errorf("got %+v", prepared)
	}
	if !strings.Contains(strings.Join(secrets, " "), "hunter2") {
		t.Errorf("noted as secrets: %q", secrets)
	}
}
