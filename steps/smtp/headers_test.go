package smtp_test

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/smtp"
)

// checkHeader converts a header for the argument headers as `dagrun validate`
// does.
func checkHeader(name, value string) error {
	_, err := engine.FindField(smtp.Type.Args, "headers").Convert(cty.MapVal(map[string]cty.Value{name: cty.StringVal(value)}))
	return err
}

func TestHeadersThatAreRefused(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"From", "x", "the argument from gives it"},
		{"to", "x", "the argument to gives it"},
		{"CC", "x", "the argument cc gives it"},
		{"Bcc", "eve@example.com", "the argument bcc gives it"},
		{"reply-TO", "x", "the argument reply_to gives it"},
		{"SUBJECT", "x", "the argument subject gives it"},
		{"Message-ID", "<x@y>", "every mail has one by itself"},
		{"Date", "x", "every mail has one by itself"},
		{"Mime-Version", "1.0", "every mail has one by itself"},
		{"Content-Type", "text/html", "describes a part of the mail"},
		{"content-anything", "x", "describes a part of the mail"},
		{"Received", "x", "mail servers write it"},
		{"Return-Path", "x", "mail servers write it"},
		{"DKIM-Signature", "x", "mail servers write it"},
		{"", "x", "is not the name of a header"},
		{"X Probe", "x", "is not the name of a header"},
		{"X-Probe:", "x", "is not the name of a header"},
		{"X-Probe\r\nBcc", "eve@example.com", "is not the name of a header"},
		{"X-Probe: x\nBcc", "eve@example.com", "is not the name of a header"},
		{"X-Fühler", "x", "is not the name of a header"},
		{"X-" + strings.Repeat("a", 100), "x", "is not the name of a header"},
		{"X-Probe", "x\r\nBcc: eve@example.com", "has a line break"},
		{"X-Probe", "x\n", "has a line break"},
		{"X-Probe", "x\rBcc: eve@example.com", "has a line break"},
		{"X-Probe", "", "is no value of a header"},
		{"X-Probe", "  ", "is no value of a header"},
		{"X-Probe", strings.Repeat("x", 1000), "has a word of 1000 signs"},
	} {
		if err := checkHeader(c.name, c.value); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q = %.60q: got %v, want %q in it", c.name, c.value, err, c.want)
		}
	}
}

func TestValuesOfHeadersAreTakenLiterally(t *testing.T) {
	values := append([]string{
		"<https://example.com/unsubscribe?" + strings.Repeat("a", 300) + ">", "<mailto:x@y>, <https://example.com/" + strings.Repeat("b", 120) + ">", "1 (Highest)",
	}, oddNames...)
	for _, value := range values {
		if strings.TrimSpace(value) == "" || checkHeader("X-Odd", value) != nil && len(value) > 900 {
			continue // told beforehand
		}
		if value == "e\u0301" {
			value = "\u00e9" // HCL composes letters and accents
		}
		got := written(t, t.TempDir(), enginetest.With(plainMail(""), enginetest.Args{"headers": enginetest.Args{"X-Odd": value}}))
		if text := decoded(t, got.header.Get("X-Odd")); text != value {
			t.Errorf("got  %q\nwant %q", text, value)
		}
		if got.header.Get("Bcc") != "" {
			t.Errorf("%q became a header", value)
		}
	}
}

func TestLinksInHeadersAreNotEncoded(t *testing.T) {
	link := "<https://example.com/unsubscribe?list=" + strings.Repeat("a", 300) + ">"
	got := written(t, t.TempDir(), enginetest.With(plainMail(""), enginetest.Args{"headers": enginetest.Args{"List-Unsubscribe": link}}))
	if raw := got.header.Get("List-Unsubscribe"); raw != link {
		t.Errorf("got %q, want the link as it is", raw)
	}
}

func TestPipelineMaySayWhoSubmitted(t *testing.T) {
	got := written(t, t.TempDir(), enginetest.With(plainMail(""), enginetest.Args{"headers": enginetest.Args{"auto-submitted": "no"}}))
	if all := got.header["Auto-Submitted"]; len(all) != 1 || all[0] != "no" {
		t.Errorf("Auto-Submitted is %q, want no", all)
	}
}

func TestHeaderGivenTwiceIsRefused(t *testing.T) {
	two := cty.MapVal(map[string]cty.Value{"X-Probe": cty.StringVal("1"), "x-probe": cty.StringVal("2")})
	_, err := engine.FindField(smtp.Type.Args, "headers").Convert(two)
	if want := `key "x-probe": X-Probe and x-probe are the same header; give one of them`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func FuzzHeader(f *testing.F) {
	for _, seed := range []string{"X-A: b", "Bcc: eve@example.com", "X\r\nBcc: x", "X: a\nBcc: x", "Content-Type: x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, value, _ := strings.Cut(text, ": ")
		var v smtp.HeaderValue
		if (smtp.Headers{name: "x"}).Check() == nil && (strings.ContainsAny(name, "\r\n: ") || strings.EqualFold(name, "bcc")) {
			t.Errorf("the name %q is taken", name)
		}
		if v.UnmarshalText([]byte(value)) == nil && strings.ContainsAny(value, "\r\n") {
			t.Errorf("the value %q is taken", value)
		}
	})
}
