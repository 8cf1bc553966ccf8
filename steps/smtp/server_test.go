package smtp_test

import (
	"context"
	"strings"
	"testing"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/smtp"

	"github.com/zclconf/go-cty/cty"
)

// check converts a value for an argument as `dagrun validate` does.
func check(argument, value string) error {
	_, err := engine.FindField(smtp.Type.Args, argument).Convert(cty.StringVal(value))
	return err
}

func TestServerURLsThatAreTaken(t *testing.T) {
	for _, url := range []string{
		"smtp+starttls://smtp.example.com", "smtp+starttls://smtp.example.com:587", "smtps://smtp.example.com:465/",
		"smtp://127.0.0.1:2525", "smtp://[::1]:25", "smtps://bücher.example",
		"file://outbox", "file:///var/outbox", "file://../out box/100%/a@b",
	} {
		if err := check("server", url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// TestMailThatLeavesTheMachineUnencryptedIsWarnedOf asks for deliveries that end
// before they begin.
func TestMailThatLeavesTheMachineUnencryptedIsWarnedOf(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for url, want := range map[string]bool{
		"smtp://smtp.example.com": true, "smtp://192.0.2.1:25": true, "smtp://[2001:db8::1]": true, "smtp://localhost.example.com": true,
		"smtp://127.0.0.1:2525": false, "smtp://127.8.9.1": false, "smtp://[::1]:25": false, "smtp://localhost": false, "smtp://LocalHost:2525": false,
		"smtps://192.0.2.1": false, "smtp+starttls://192.0.2.1": false,
	} {
		_, said := enginetest.RunLogged(over, t, smtp.Type, t.TempDir(), plainMail(url))
		if got := strings.Contains(said, "level=WARN") && strings.Contains(said, "unencrypted") && strings.Contains(said, "server="); got != want {
			t.Errorf("%s: warned is %t, want %t: %s", url, got, want, said)
		}
	}
}

func TestServerURLsThatAreRefused(t *testing.T) {
	for url, want := range map[string]string{
		"":                                "is not a mail server; write smtp+starttls://host",
		"smtp.example.com:587":            "is not a mail server; write smtp+starttls://host",
		"smpt://smtp.example.com":         "is not a mail server; write smtp+starttls://host",
		"https://smtp.example.com":        "is not a mail server; write smtp+starttls://host",
		"smtp://":                         "has no host",
		"smtp://:25":                      "has no host",
		"smtp://host:0":                   "ports go from 1 to 65535",
		"smtp://host:65536":               "ports go from 1 to 65535",
		"smtp://host:abc":                 "invalid port",
		"smtp://host/inbox":               "has more than host and port; write smtp://host",
		"smtps://host?x=1":                "has more than host and port; write smtps://host",
		"smtp://ho st":                    "invalid character",
		"smtp://host\r\nRCPT":             "invalid control character",
		"file://":                         "lacks the folder",
		"smtps://ana:hunter2@example.com": "holds no user name and no password",
	} {
		err := check("server", url)
		if err == nil {
			t.Errorf("%q is taken", url)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %q, want %q in it", url, err, want)
		}
	}
}

func TestPasswordInAServerURLIsNotRepeated(t *testing.T) {
	for _, url := range []string{
		"smtps://ana:hunter2@example.com", "smtp+starttls://ana:hunter2%zz@host", "smtp://hunter2:x@h:99999", "smpt://ana:hunter2@host",
		"ana:hunter2@host:587", "smtps://ana@x:hunter2@host", "smtp://host:hunter2@", "smtps:ana:hunter2@host",
	} {
		err := check("server", url)
		if err == nil {
			t.Errorf("%s is taken", url)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error repeats the password: %v", err)
		}
	}
}

func FuzzServerURL(f *testing.F) {
	for _, seed := range []string{"smtp://a", "smtps://[::1]:465", "file://x", "smtp://u:p@h", "://", "smtp://%zz"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s smtp.Server
		err := s.UnmarshalText([]byte(text))
		before, _, at := strings.Cut(text, "@")
		if err == nil && at && !strings.HasPrefix(text, "file://") {
			t.Errorf("%q is taken", text)
		}
		if err != nil && at && len(before) > 20 && strings.Contains(err.Error(), before) {
			t.Errorf("the error repeats what stands before an @: %v", err)
		}
	})
}
