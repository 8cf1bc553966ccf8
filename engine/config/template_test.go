package config_test

import (
	"strings"
	"testing"

	"dagrun/engine"
	"dagrun/engine/config"
)

// rendered is a pipeline whose mail is a template.
func rendered(vars string) string {
	return "pipeline \"p\" {}\nvariable \"key\" {\n  sensitive = true\n  default = \"canary\"\n}\n" +
		"step \"smtp\" \"first\" {\n  to = \"a@b\"\n}\n" +
		"step \"smtp\" \"mail\" {\n  to = \"a@b\"\n  text = templatefile(\"mail.tmpl\", " + vars + ")\n}\n"
}

func TestATemplateIsRendered(t *testing.T) {
	tests := []struct{ name, template, vars, want string }{
		{"an object", "Dear ${name},\n%{ for r in rows ~}\n${r}\n%{ endfor ~}\n", `{ name = "Ada", rows = [1, 2] }`, "Dear Ada,\n1\n2\n"},
		{"a map", "${a}${b}", `tomap({ a = "1", b = "2" })`, "12"},
		{"with functions", "${upper(a)} ${join(\",\", b)}", `{ a = "x", b = ["1"] }`, "X 1"},
		{"one number", "${a}", `{ a = 5 }`, "5"},
		{"what a step gives", "id ${id}", `{ id = step.smtp.first.message_id }`, "id 7"},
		{"a text of markers", "$${a} %%{b}", `{}`, "${a} %{b}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, diags := config.Load(folder(t, map[string]string{"p.hcl": rendered(tt.vars), "mail.tmpl": tt.template}), options())
			if p == nil {
				t.Fatal(diags)
			}
			e := p.NewEvaluator()
			if _, err := e.Complete(p.Steps[0], e.Prepare(p.Steps[0]).Arguments, []byte(`{"message_id":"7"}`)); err != nil {
				t.Fatal(err)
			}
			got := e.Prepare(p.Steps[1])
			if got.Failure != nil {
				t.Fatal(got.Failure)
			}
			if text := got.Arguments.GetAttr("text").AsString(); text != tt.want {
				t.Errorf("got %q, want %q", text, tt.want)
			}
		})
	}
}

func TestATemplateOfSecretsIsSecret(t *testing.T) {
	for _, vars := range []string{`{ key = var.key }`, `sensitive({ key = "canary" })`, `{ key = { deep = [var.key] } }`} {
		template := "Bearer ${key}"
		if strings.Contains(vars, "deep") {
			template = "Bearer ${key.deep[0]}"
		}
		secrets := map[string]bool{}
		o := options()
		o.Secret = func(s string) { secrets[s] = true }
		p, diags := config.Load(folder(t, map[string]string{"p.hcl": rendered(vars), "mail.tmpl": template}), o)
		if p == nil {
			t.Fatal(diags)
		}
		got := p.NewEvaluator().Prepare(p.Steps[1]).Arguments
		if !got.GetAttr("text").HasMark(engine.Sensitive) || !secrets["Bearer canary"] {
			t.Errorf("%s: got %s, want it masked", vars, config.MaskedArguments(got))
		}
	}
}

func TestATemplateMayBeMadeLater(t *testing.T) {
	dir := folder(t, map[string]string{"p.hcl": rendered("{}")})
	p, diags := config.Load(dir, options())
	if p == nil {
		t.Fatal(diags)
	}
	got := p.NewEvaluator().Prepare(p.Steps[1])
	if got.Failure == nil || !strings.Contains(got.Failure.Error.Message, "mail.tmpl: no such file") {
		t.Errorf("at its turn: got %+v, want that there is no such file", got.Failure)
	}
}

// TestAnErrorOfATemplateAtItsTurnNamesItsLine has a template that is right for
// what a step may give, and not for what it gives.
func TestAnErrorOfATemplateAtItsTurnNamesItsLine(t *testing.T) {
	p, diags := config.Load(folder(t, map[string]string{
		"p.hcl":     rendered(`{ n = try(tonumber(step.smtp.first.message_id), "none") }`),
		"mail.tmpl": "one\ntwo ${n + 1}\n",
	}), options())
	if p == nil {
		t.Fatal(diags)
	}
	e := p.NewEvaluator()
	if _, err := e.Complete(p.Steps[0], e.Prepare(p.Steps[0]).Arguments, []byte(`{"message_id":"no number"}`)); err != nil {
		t.Fatal(err)
	}
	got := e.Prepare(p.Steps[1]).Failure
	if got == nil || got.Error.Range == nil || !strings.HasSuffix(got.Error.Range.String(), "mail.tmpl:2:7") || !strings.Contains(got.Error.Message, "p.hcl:11:10") {
		t.Errorf("got %+v, want the template's line and the place of the call", got)
	}
}
