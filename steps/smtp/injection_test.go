package smtp_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/smtp"
)

// TestLineBreaksBecomeNoHeader has every argument that is text try to add a
// recipient. Those that stand in a header are refused before the run; what text
// and html say is content.
func TestLineBreaksBecomeNoHeader(t *testing.T) {
	inHeaders := []string{"server", "from", "to", "cc", "bcc", "reply_to", "subject"}
	for _, end := range []string{"\r\n", "\n", "\r"} {
		for _, value := range []string{"x@y.example" + end + "Bcc: eve@example.com", "X" + end + "Bcc: eve@example.com <x@y.example>", "x@y.example" + end + end + "body", end} {
			for _, argument := range inHeaders {
				if err := check(argument, value); err == nil {
					t.Errorf("%s = %q is taken", argument, value)
				}
			}
		}
		for _, argument := range []string{"text", "html"} {
			value := "a" + end + "Bcc: eve@example.com" + end + "." + end + "MAIL FROM:<eve@example.com>"
			got := written(t, t.TempDir(), enginetest.With(plainMail(""), enginetest.Args{argument: value}))
			if got.header.Get("Bcc") != "" || !strings.Contains(got.parts[len(got.parts)-1].Content, "Bcc: eve@example.com") {
				t.Errorf("%s = %q became %+v", argument, value, got)
			}
		}
	}
	others := []string{"text", "html", "headers", "username", "password", "auth", "attachments", "inline", "ca_file", "max_size"}
	for _, f := range smtp.Type.Args {
		if !slices.Contains(append(others, inHeaders...), f.Name) {
			t.Errorf("nothing is known of line breaks in %s", f.Name)
		}
	}
}

func TestArgumentsThatNeedOthers(t *testing.T) {
	for argument, other := range map[string]string{"inline": "html", "auth": "username", "password": "username", "username": "password"} {
		var told string
		for _, c := range smtp.Type.Constraints {
			if err := c.Check(func(name string) (cty.Value, bool) { return cty.StringVal("x"), name == argument }); err != nil {
				told = err.Error()
			}
		}
		if !strings.Contains(told, argument) || !strings.Contains(told, other) {
			t.Errorf("%s without %s: told %q", argument, other, told)
		}
	}
	if got := engine.FindField(smtp.Type.Args, "auth"); check("auth", "scram") == nil || check("auth", got.Enum[0]) != nil {
		t.Error("auth takes other words than those of its list")
	}
}
