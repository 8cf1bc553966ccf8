package smtp_test

import (
	"strings"
	"testing"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/mailserver"
	"dagrun/steps/smtp"
)

const password = `hünter2 "=?x?= & %41`

// account is a plain mail with a login.
func account(server *mailserver.Server) enginetest.Args {
	return enginetest.With(plainMail(server.URL()), enginetest.Args{
		"username": "ana@example.com", "password": password, "ca_file": server.CAFile(),
	})
}

func TestStrongestMechanismOnOfferIsUsed(t *testing.T) {
	every := []string{"LOGIN", "PLAIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"}
	for _, security := range []mailserver.Security{mailserver.StartTLS, mailserver.ImplicitTLS} {
		for i, want := range every {
			t.Run(want+" over "+string(security), func(t *testing.T) {
				server := mailserver.Start(t, mailserver.Options{
					Security: security, Username: "ana@example.com", Password: password, Mechanisms: every[:i+1],
				})
				enginetest.Succeed(t, smtp.Type, t.TempDir(), account(server), nil)
				got := server.Messages()[0]
				if got.User != "ana@example.com" || got.Mechanism != want || !got.TLS {
					t.Errorf("got user %q by %s, encrypted %t; want by %s, encrypted", got.User, got.Mechanism, got.TLS, want)
				}
			})
		}
	}
}

func TestNamedMechanismIsUsed(t *testing.T) {
	every := []string{"LOGIN", "PLAIN", "CRAM-MD5", "XOAUTH2", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"}
	unbound := every[:6]
	for _, c := range []struct {
		auth    any
		offered []string
		want    string
	}{
		{"LOGIN", every, "LOGIN"},
		{"PLAIN", every, "PLAIN"},
		{"CRAM-MD5", every, "CRAM-MD5"},
		{"XOAUTH2", every, "XOAUTH2"},
		{"SCRAM-SHA-1", every, "SCRAM-SHA-1-PLUS"},
		{"SCRAM-SHA-1", unbound, "SCRAM-SHA-1"},
		{"SCRAM-SHA-256", every, "SCRAM-SHA-256-PLUS"},
		{"SCRAM-SHA-256", unbound, "SCRAM-SHA-256"},
		{"SCRAM", every, "SCRAM-SHA-256-PLUS"},
		{"SCRAM", unbound, "SCRAM-SHA-256"},
		{"SCRAM", unbound[:5], "SCRAM-SHA-1"},
		{nil, unbound[:4], "CRAM-MD5"},
	} {
		server := mailserver.Start(t, mailserver.Options{
			Security: mailserver.StartTLS, Username: "ana@example.com", Password: password, Mechanisms: c.offered,
		})
		enginetest.Succeed(t, smtp.Type, t.TempDir(), enginetest.With(account(server), enginetest.Args{"auth": c.auth}), nil)
		if got := server.Messages()[0]; got.Mechanism != c.want || got.User != "ana@example.com" {
			t.Errorf("auth = %v with %v on offer: logged in as %q by %s, want by %s", c.auth, c.offered, got.User, got.Mechanism, c.want)
		}
	}
}

// TestNoOtherMechanismIsTriedThanTheNamed has servers that offer weaker ones and
// stronger ones.
func TestNoOtherMechanismIsTriedThanTheNamed(t *testing.T) {
	for auth, offered := range map[string][]string{
		"SCRAM": {"PLAIN", "LOGIN", "CRAM-MD5"}, "SCRAM-SHA-256": {"SCRAM-SHA-1", "SCRAM-SHA-1-PLUS"}, "LOGIN": {"PLAIN", "SCRAM-SHA-256"},
		"XOAUTH2": {"PLAIN"}, "CRAM-MD5": {"LOGIN"},
	} {
		server := mailserver.Start(t, mailserver.Options{
			Security: mailserver.StartTLS, Username: "ana@example.com", Password: password, Mechanisms: offered,
			Answer: func(e mailserver.Event) error {
				if e.Stage == mailserver.Auth {
					t.Errorf("auth = %s: the step logs in by one of %v", auth, offered)
				}
				return nil
			},
		})
		got := failure{"smtp_auth", false, []string{"by " + auth + ": the server offers only " + strings.Join(offered, ", ")}}.
			check(t, enginetest.With(account(server), enginetest.Args{"auth": auth}))
		if got.Argument != "auth" || !strings.Contains(got.Remedy, "Leave out auth") {
			t.Errorf("got %+v", got)
		}
	}
}

func TestTokenIsNoPassword(t *testing.T) {
	server := func(password string) *mailserver.Server {
		return mailserver.Start(t, mailserver.Options{
			Security: mailserver.ImplicitTLS, Username: "ana@example.com", Password: password, Mechanisms: []string{"XOAUTH2"},
		})
	}
	got := failure{"smtp_auth", false, []string{"offers only XOAUTH2"}}.check(t, account(server(password)))
	if got.Argument != "auth" || !strings.Contains(got.Remedy, `auth = "XOAUTH2"`) {
		t.Errorf("without auth: got %+v", got)
	}
	got = failure{"smtp_auth", false, []string{"535 5.7.8 Authentication failed"}}.
		check(t, enginetest.With(account(server("another")), enginetest.Args{"auth": "XOAUTH2"}))
	if got.Argument != "password" || !strings.Contains(got.Remedy, "access token") {
		t.Errorf("with an old token: got %+v", got)
	}
}

func TestNoMechanismIsUsedOnAnUnencryptedLine(t *testing.T) {
	server := mailserver.Start(t, mailserver.Options{Answer: mailserver.At(mailserver.Hello, mailserver.ErrDrop)})
	for _, auth := range engine.FindField(smtp.Type.Args, "auth").Enum {
		failure{"smtp_insecure", false, []string{server.Addr()}}.check(t, enginetest.With(account(server), enginetest.Args{"auth": auth}))
	}
}

func TestWrongPasswordIsTold(t *testing.T) {
	for _, mechanism := range []string{"LOGIN", "PLAIN", "CRAM-MD5", "SCRAM-SHA-256"} {
		server := mailserver.Start(t, mailserver.Options{
			Security: mailserver.StartTLS, Username: "ana@example.com", Password: "another", Mechanisms: []string{mechanism},
		})
		got := failure{"smtp_auth", false, []string{
			"log in to " + server.Addr() + " as ana@example.com", "535 5.7.8 Authentication failed",
		}}.check(t, account(server))
		if got.Argument != "password" || !strings.Contains(got.Remedy, "app password") {
			t.Errorf("%s: got %+v, want the argument password and a word on app passwords", mechanism, got)
		}
	}
}

func TestServerThatCannotLogInNowIsRetryable(t *testing.T) {
	for answer, want := range map[error]failure{
		mailserver.Reply(454, "directory is down"): {"smtp_deferred", true, []string{"as ana@example.com", "454 4.0.0 directory is down"}},
		mailserver.ErrDrop:                         {"smtp_lost", true, []string{"log in to", "the server closed the connection"}},
	} {
		server := mailserver.Start(t, mailserver.Options{
			Security: mailserver.ImplicitTLS, Username: "ana@example.com", Password: password,
			Answer: mailserver.At(mailserver.Auth, answer),
		})
		want.check(t, account(server))
	}
}

func TestServerWithoutAWayToLogInIsTold(t *testing.T) {
	none := mailserver.Start(t, mailserver.Options{Security: mailserver.StartTLS})
	failure{"smtp_auth", false, []string{none.Addr(), "offers no login at all"}}.check(t, account(none))
	odd := mailserver.Start(t, mailserver.Options{
		Security: mailserver.StartTLS, Username: "ana@example.com", Password: password, Mechanisms: []string{"GSSAPI", "NTLM"},
	})
	failure{"smtp_auth", false, []string{odd.Addr(), "offers only GSSAPI, NTLM"}}.check(t, account(odd))
}

func TestServerThatWantsALoginIsTold(t *testing.T) {
	server := mailserver.Start(t, mailserver.Options{Security: mailserver.StartTLS, Username: "ana@example.com", Password: password})
	args := enginetest.With(account(server), enginetest.Args{"username": nil, "password": nil})
	got := failure{"smtp_auth", false, []string{"announce the sender", "530 5.0.0 Authentication required"}}.check(t, args)
	if !strings.Contains(got.Remedy, "give username and password") {
		t.Errorf("the remedy is %q", got.Remedy)
	}
}

func TestPasswordNeverCrossesAnUnencryptedLine(t *testing.T) {
	connected := make(chan string, 1)
	server := mailserver.Start(t, mailserver.Options{Answer: func(e mailserver.Event) error {
		connected <- e.Argument
		return nil
	}})
	got := failure{"smtp_insecure", false, []string{server.Addr(), "not encrypted"}}.check(t, account(server))
	if got.Argument != "server" || !strings.Contains(got.Remedy, "smtps://") {
		t.Errorf("got %+v", got)
	}
	select {
	case who := <-connected:
		t.Errorf("the step connected as %q", who)
	default:
	}
}

func TestCertificatesAreChecked(t *testing.T) {
	dir := t.TempDir()
	for _, security := range []mailserver.Security{mailserver.StartTLS, mailserver.ImplicitTLS} {
		known := mailserver.Start(t, mailserver.Options{Security: security})
		stranger := mailserver.Start(t, mailserver.Options{Security: security})
		expired := mailserver.Start(t, mailserver.Options{Security: security, Expired: true})
		elsewhere := mailserver.Start(t, mailserver.Options{Security: security, Hosts: []string{"mail.example.com"}})
		for name, c := range map[string]struct {
			args enginetest.Args
			says string
		}{
			"no ca_file":      {plainMail(known.URL()), "certificate signed by unknown authority"},
			"another ca_file": {enginetest.With(plainMail(known.URL()), enginetest.Args{"ca_file": stranger.CAFile()}), "certificate signed by unknown authority"},
			"expired":         {enginetest.With(plainMail(expired.URL()), enginetest.Args{"ca_file": expired.CAFile()}), "certificate has expired"},
			"another host":    {enginetest.With(plainMail(elsewhere.URL()), enginetest.Args{"ca_file": elsewhere.CAFile()}), "cannot validate certificate for 127.0.0.1"},
		} {
			t.Run(name+" over "+string(security), func(t *testing.T) {
				got := failure{"smtp_tls", false, []string{"encrypt the connection to 127.0.0.1:", c.says}}.check(t, c.args)
				if !strings.Contains(got.Remedy, "ca_file") {
					t.Errorf("the remedy does not name ca_file: %s", got.Remedy)
				}
			})
		}
		if n := len(known.Messages()) + len(elsewhere.Messages()) + len(expired.Messages()); n != 0 {
			t.Errorf("%d mails went to servers that are not trusted", n)
		}
		bad := enginetest.With(plainMail(known.URL()), enginetest.Args{"ca_file": writeTo(t, dir, "ca.pem", "no certificate")})
		failure{"bad_ca_file", false, []string{"ca.pem", "has no certificate"}}.check(t, bad)
		failure{"input_missing", false, []string{"ca_file"}}.check(t, enginetest.With(bad, enginetest.Args{"ca_file": "none.pem"}))
	}
}

// TestSchemeThatDoesNotFitTheServerIsTold has each kind of server addressed as
// another.
func TestSchemeThatDoesNotFitTheServerIsTold(t *testing.T) {
	plain := mailserver.Start(t, mailserver.Options{})
	got := failure{"smtp_tls", false, []string{"does not offer STARTTLS"}}.check(t, plainMail("smtp+starttls://"+plain.Addr()))
	if !strings.Contains(got.Remedy, "smtps://") {
		t.Errorf("the remedy is %q", got.Remedy)
	}
	got = failure{"smtp_tls", false, []string{"encrypt the connection to"}}.check(t, plainMail("smtps://"+plain.Addr()))
	if !strings.Contains(got.Remedy, "smtp+starttls://") {
		t.Errorf("the remedy is %q", got.Remedy)
	}
}
