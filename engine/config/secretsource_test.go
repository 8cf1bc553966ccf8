package config_test

import (
	"strings"
	"testing"

	"dagrun/engine/config"
)

func TestSecretsInTheSourceAreNotShown(t *testing.T) {
	const head, plain = `{"pipeline":{"p":{}},`, "pipeline \"p\" {}\n"
	tests := []struct{ name, text string }{ // those that begin with a brace are in JSON
		{"a block on one line", plain + "step \"smtp\" \"m\" { password = \"canary${var.no}\" }\n"},
		{"a default on one line with the error", plain + "variable \"v\" {\n  sensitive = !false\n  default = { a = var.no, b = \"canary\" }\n}\n"},
		{"the text of a heredoc", plain + "step \"smtp\" \"m\" {\n  to = \"a@b\"\n  password = <<EOT\ncanary ${var.no}\nEOT\n}\n"},
		{"a key of a map", plain + "locals {\n  a = [var.no, { \"api_token\" = \"canary\", b = 1 }]\n}\n"},
		{"no equals sign", plain + "locals {\n  password \"canary\"\n}\n"},
		{"an unclosed quote", plain + "locals {\n  password = \"canary\n}\n"},
		{"an argument", head + `"step":{"smtp":{"m":{"to":"a@b","password":"canary${var.no}","text":5,"nope":1}}}}`},
		{"a misspelt argument", head + `"step":{"smtp":{"m":{"to":"a@b","pasword":"canary"}}}}`},
		{"a default before it is said to be sensitive", head + `"variable":{"v":{"default":"canary","type":"number","sensitive":true}}}`},
		{"a default behind", head + `"variable":{"v":{"sensitive":"${true}","default":["canary"],"type":"number"}}}`},
		{"a list over lines", head + "\"locals\":{\"api_tokens\":[\n\"canary${var.no}\",\n\"canary\"]}}"},
		{"behind an error of syntax", head + `"locals":{"password" "canary"}}`},
		{"before one", head + `"locals":{"password":"canary" "b":1}}`},
		{"with a quote too few", head + `"locals":{password":"canary","b":1}}`},
		{"and another", head + `"locals":{"password":"canary,"b":"1"}}`},
		{"within another", head + `"locals":{"secrets":{"password":"canary","b":"canary${var.no}"}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := "p.hcl"
			if strings.HasPrefix(tt.text, "{") {
				name += ".json"
			}
			p, diags := config.Load(folder(t, map[string]string{name: tt.text}), options())
			if p != nil || len(diags) == 0 {
				t.Fatal("the pipeline is accepted")
			}
			for _, d := range diags {
				if s := d.Snippet; s != nil && (strings.Contains(s.Code, "canary") || s.HighlightEnd > len(s.Code) || s.HighlightStart > s.HighlightEnd) {
					t.Errorf("%v shows %q, of it %d to %d", d, s.Code, s.HighlightStart, s.HighlightEnd)
				}
			}
		})
	}
}

func TestValuesOfSensitiveVariablesAreNotShown(t *testing.T) {
	for name, text := range map[string]string{"dagrun.vars.hcl": "pin = \"canary\"\n", "dagrun.vars.hcl.json": "{\"pin\": \"canary\"}", "b.auto.vars.hcl": "pin = canary\n"} {
		_, diags := config.Load(folder(t, map[string]string{
			"p.hcl": "pipeline \"p\" {}\nvariable \"pin\" {\n  sensitive = true\n  type = number\n}\n", name: text,
		}), options())
		if !diags.HasErrors() || diags[0].Snippet == nil || strings.Contains(diags[0].Snippet.Code, "canary") {
			t.Errorf("%s: got %s", name, text)
		}
	}
}
