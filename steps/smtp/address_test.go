package smtp_test

import (
	"strings"
	"testing"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/smtp"
)

func TestAddressesThatAreRefused(t *testing.T) {
	for address, want := range map[string]string{
		"":                    "is not a mail address",
		"ana":                 "is not a mail address",
		"ana@":                "is not a mail address",
		"Ana ana@example.com": "is not a mail address",
		"ana@example.com\r\nBcc: eve@example.com":     "has a line break",
		"Ana\n <ana@example.com>":                     "has a line break",
		"=?utf-8?q?Ana=00?= <a@b.example>":            "has control characters",
		"=?utf-8?q?Ana=0D=0ABcc=3A_x?= <a@b.example>": "has a line break in its encoded name",
	} {
		err := check("from", address)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("from = %q: got %v, want %q in it", address, err, want)
		}
		for _, argument := range []string{"to", "cc", "bcc"} {
			if err := check(argument, address); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s = %q: got %v, want %q in it", argument, address, err, want)
			}
		}
	}
}

func TestNameWithSignsIsAskedForInQuotes(t *testing.T) {
	const hint = `a name with a comma or other signs in quotes: "\"Silva, Ana\" <ana@example.com>"`
	for address, want := range map[string]bool{
		"Ána Müller, Dr. <a@b.example>": true, "Ana (ops <a@b.example>": true, `"Ana <a@b.example>`: true, "Ana: <a@b.example>": true,
		"ana": false, "a,": false, "Ana <a@b.example": false,
	} {
		if err := check("from", address); err == nil || strings.Contains(err.Error(), hint) != want {
			t.Errorf("%q: got %v, want the hint: %t", address, err, want)
		}
	}
	for _, address := range []string{`"Ána Müller, Dr." <a@b.example>`, "Dr. Ana <a@b.example>"} {
		if err := check("from", address); err != nil {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestGroupWithoutMembersIsRefused(t *testing.T) {
	for _, argument := range []string{"to", "cc", "bcc"} {
		for _, group := range []string{"nobody:;", "nobody: ;", `"no, body":;`, "a:;, b:;"} {
			if err := check(argument, group); err == nil || !strings.Contains(err.Error(), "is a group without members") {
				t.Errorf("%s = %q: got %v, want a refusal", argument, group, err)
			}
		}
		if err := check(argument, "team: ana@example.com, bo@example.com;"); err != nil {
			t.Errorf("%s with members: %v", argument, err)
		}
	}
	for _, argument := range []string{"from", "reply_to"} {
		if err := check(argument, "nobody:;"); err == nil || !strings.Contains(err.Error(), "are 0 addresses; give one") {
			t.Errorf("%s: got %v, want a refusal", argument, err)
		}
	}
}

func TestSenderIsOneAddress(t *testing.T) {
	err := check("reply_to", "ana@example.com, bo@example.com")
	if err == nil || !strings.Contains(err.Error(), "are 2 addresses; give one") {
		t.Errorf("got %v, want a refusal of two addresses", err)
	}
}

func TestSubjectWithLineBreakIsRefused(t *testing.T) {
	for _, subject := range []string{"Temperature\n", "a\r\nBcc: eve@example.com", "a\rb"} {
		if err := check("subject", subject); err == nil || !strings.Contains(err.Error(), "has a line break") {
			t.Errorf("%q: got %v, want a refusal", subject, err)
		}
	}
}

func TestControlCharactersAreRefused(t *testing.T) {
	for _, r := range "\x00\x01\a\b\v\f\x1b\x1f\x7f\u0080\u009f" {
		text := "Temperature" + string(r) + " of today"
		for argument, err := range map[string]error{"subject": check("subject", text), "headers": checkHeader("X-Probe", text)} {
			if err == nil || !strings.Contains(err.Error(), "has control characters") {
				t.Errorf("%s = %q: got %v, want a refusal", argument, text, err)
			}
		}
	}
}

// TestEmptySubjectIsWarnedOf: mail programs ask, and send such a mail.
func TestEmptySubjectIsWarnedOf(t *testing.T) {
	for subject, want := range map[string]bool{"": true, "  ": true, "x": false} {
		dir := t.TempDir()
		got, said := enginetest.RunLogged(t.Context(), t, smtp.Type, dir, enginetest.With(plainMail("file://outbox"), enginetest.Args{"subject": subject}))
		if got.Outcome != engine.AttemptSucceeded {
			t.Fatalf("%q: the attempt %s: %+v", subject, got.Outcome, got.Error)
		}
		if warned := strings.Contains(said, "level=WARN") && strings.Contains(said, "the subject is empty"); warned != want {
			t.Errorf("%q: warned is %t, want %t: %s", subject, warned, want, said)
		}
	}
}

func TestMailWithoutContentIsRefused(t *testing.T) {
	dir := t.TempDir()
	got := enginetest.Fail(t, smtp.Type, dir, enginetest.With(plainMail("file://outbox"), enginetest.Args{"text": ""}), "empty_mail")
	if got.Argument != "text" || got.Retryable {
		t.Errorf("got %+v", got)
	}
}

func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"a@b", "A <a@b>", `"a, b" <c@d>`, "=?utf-8?q?=0A?= <a@b>", "a@[1.2.3.4]", "g: a@b;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var a smtp.Address
		if a.UnmarshalText([]byte(text)) == nil && strings.ContainsAny(text, "\r\n") {
			t.Errorf("%q is taken", text)
		}
	})
}
