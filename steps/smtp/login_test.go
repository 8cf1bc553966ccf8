package smtp_test

import (
	"strings"
	"testing"

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
		elsewhere := mailserver.Start(t, mailserver.Options{Security: security, Hosts: []string{"mail.example.com"}})
		for name, c := range map[string]struct {
			args enginetest.Args
			says string
		}{
			"no ca_file":      {plainMail(known.URL()), "certificate signed by unknown authority"},
			"another ca_file": {enginetest.With(plainMail(known.URL()), enginetest.Args{"ca_file": stranger.CAFile()}), "certificate signed by unknown authority"},
			"another host":    {enginetest.With(plainMail(elsewhere.URL()), enginetest.Args{"ca_file": elsewhere.CAFile()}), "cannot validate certificate for 127.0.0.1"},
		} {
			t.Run(name+" over "+string(security), func(t *testing.T) {
				got := failure{"smtp_tls", false, []string{"encrypt the connection to 127.0.0.1:", c.says}}.check(t, c.args)
				if !strings.Contains(got.Remedy, "ca_file") {
					t.Errorf("the remedy does not name ca_file: %s", got.Remedy)
				}
			})
		}
		if n := len(known.Messages()) + len(elsewhere.Messages()); n != 0 {
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
