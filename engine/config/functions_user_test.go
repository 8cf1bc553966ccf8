package config_test

import (
	"strings"
	"testing"

	"dagrun/engine"
	"dagrun/engine/config"
)

const functionsPipeline = `
pipeline "p" {
  description = shout("early")
}
function "shout" {
  params = [text]
  result = "${upper(text)}!"
}
function "path" {
  params         = [folder]
  variadic_param = rest
  result         = join("/", concat([folder], [for r in rest : replace(r, "/", "_")]))
}
variable "key" {
  sensitive = true
  default   = "canary"
}
locals { loud = [for s in ["a", "b"] : shout(s)] }
step "smtp" "first" { to = "a@b" }
step "smtp" "mail" {
  to   = path("x")
  text = path("out", local.loud[1], "a/b", step.smtp.first.message_id)
}
step "smtp" "secret" {
  to   = "a@b"
  text = shout(var.key)
}
`

func TestDeclaredFunctionsAreCalled(t *testing.T) {
	for name, file := range map[string]string{"p.hcl": functionsPipeline, "p.hcl.json": inJSON(t, []byte(functionsPipeline))} {
		p, diags := config.Load(folder(t, map[string]string{name: file}), options())
		if p == nil {
			t.Fatal(diags)
		}
		e := p.NewEvaluator()
		if _, err := e.Complete(p.Steps[0], e.Prepare(p.Steps[0]).Arguments, []byte(`{"message_id":"7"}`)); err != nil {
			t.Fatal(err)
		}
		mail, secret := e.Prepare(p.Steps[1]).Arguments, e.Prepare(p.Steps[2]).Arguments
		if got, want := string(config.MaskedArguments(mail)), `{"text":"out/B!/a_b/7","to":["x"]}`; got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
		if p.Description != "EARLY!" || !secret.GetAttr("text").HasMark(engine.Sensitive) {
			t.Errorf("%s: got %q, and %#v, want it masked", name, p.Description, secret)
		}
	}
}

func TestDeclaredFunctionsAreKnownInTemplates(t *testing.T) {
	files := map[string]string{
		"p.hcl":  "pipeline \"p\" {}\noutput \"o\" {\n  value = templatefile(\"t.tmpl\", { a = \"x\" })\n}\n",
		"f.hcl":  "function \"shout\" {\n  params = [text]\n  result = \"${upper(text)}!\"\n}\n",
		"t.tmpl": "${shout(a)}",
	}
	p, diags := config.Load(folder(t, files), options())
	if p == nil {
		t.Fatal(diags)
	}
	if got := outputsOf(t, p.NewEvaluator())[0].Text(); got != "X!" {
		t.Errorf("got %q", got)
	}
	files["f.hcl"] = "function \"shout\" {\n  params = [text]\n  result = templatefile(\"t.tmpl\", { a = text })\n}\n"
	if _, diags = config.Load(folder(t, files), options()); !strings.Contains(diags.Error(), "a template cannot render another file") {
		t.Errorf("a template that renders itself through a function: got %v", diags)
	}
}
