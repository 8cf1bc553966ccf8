package smtp_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/mailserver"
	"dagrun/steps/smtp"
)

// failure is what is expected of an error.
type failure struct {
	code      string
	retryable bool
	says      []string // all of them in the message
}

func (want failure) check(t *testing.T, args enginetest.Args) engine.StepError {
	t.Helper()
	got := enginetest.Fail(t, smtp.Type, t.TempDir(), args, want.code)
	if got.Retryable != want.retryable {
		t.Errorf("retryable is %t, want %t: %s", got.Retryable, want.retryable, got.Message)
	}
	for _, text := range want.says {
		if !strings.Contains(got.Message, text) {
			t.Errorf("the message lacks %q: %s", text, got.Message)
		}
	}
	return *got
}

func TestAnswerAtEveryStageIsTold(t *testing.T) {
	for _, security := range []mailserver.Security{mailserver.Plain, mailserver.StartTLS, mailserver.ImplicitTLS} {
		for stage, attempt := range map[mailserver.Stage]string{
			mailserver.Hello: "say hello to", mailserver.Mail: "announce the sender reports@example.com to",
			mailserver.Rcpt: "refuses 1 of 1 recipients", mailserver.Data: "send the mail to", mailserver.Delivered: "send the mail to",
		} {
			for code, want := range map[int]failure{
				451: {"smtp_deferred", true, []string{attempt, "451 4.0.0 not today"}},
				550: {"smtp_rejected", false, []string{attempt, "550 5.0.0 not today"}},
			} {
				t.Run(fmt.Sprintf("%s at %s over %s", want.code, stage, security), func(t *testing.T) {
					server := mailserver.Start(t, mailserver.Options{
						Security: security, Answer: mailserver.At(stage, mailserver.Reply(code, "not today")),
					})
					want.says = append(want.says, server.Addr())
					want.check(t, enginetest.With(plainMail(server.URL()), enginetest.Args{"ca_file": server.CAFile()}))
					if n := len(server.Messages()); n != 0 && stage != mailserver.Delivered {
						t.Errorf("the server has %d mails", n)
					}
				})
			}
		}
	}
}

func TestLostConnectionAtEveryStageIsRetryable(t *testing.T) {
	for stage, says := range map[mailserver.Stage]string{
		mailserver.Hello: "say hello to", mailserver.Mail: "announce the sender reports@example.com to",
		mailserver.Rcpt: "announce the recipient ana@example.com to", mailserver.Data: "send the mail to",
		mailserver.Delivered: "no answer says whether it arrived",
	} {
		t.Run(string(stage), func(t *testing.T) {
			server := mailserver.Start(t, mailserver.Options{
				Security: mailserver.StartTLS, Answer: mailserver.At(stage, mailserver.ErrDrop),
			})
			want := failure{"smtp_lost", true, []string{says, server.Addr()}}
			got := want.check(t, enginetest.With(plainMail(server.URL()), enginetest.Args{"ca_file": server.CAFile()}))
			if id := "0190163d-8694-739b-aea5-966c26f8ad91."; stage == mailserver.Delivered && !strings.Contains(got.Remedy, id) {
				t.Errorf("the remedy does not name the Message-ID: %s", got.Remedy)
			}
		})
	}
}

func TestEveryRefusedRecipientIsNamed(t *testing.T) {
	answers := map[string]error{
		"gone@example.com": mailserver.Reply(550, "no such user"), "full@example.com": mailserver.Reply(452, "mailbox full"),
		"slow@example.com": mailserver.Reply(451, "greylisted"),
	}
	server := mailserver.Start(t, mailserver.Options{Answer: func(e mailserver.Event) error {
		if e.Stage != mailserver.Rcpt {
			return nil
		}
		return answers[e.Argument]
	}})
	args := func(to ...string) enginetest.Args {
		return enginetest.With(plainMail(server.URL()), enginetest.Args{"to": to[0], "bcc": to[1:]})
	}
	failure{"smtp_rejected", false, []string{
		"refuses 2 of 3 recipients", "gone@example.com (550 5.0.0 no such user)", "full@example.com (452 4.0.0 mailbox full)",
	}}.check(t, args("full@example.com", "ana@example.com", "gone@example.com"))
	failure{"smtp_rejected", false, []string{"refuses 2 of 2 recipients"}}.check(t, args("gone@example.com", "full@example.com"))
	failure{"smtp_deferred", true, []string{"refuses 2 of 3 recipients", "slow@example.com (451 4.0.0 greylisted)"}}.
		check(t, args("slow@example.com", "ana@example.com", "full@example.com"))
	if n := len(server.Messages()); n != 0 {
		t.Errorf("the server has %d mails, though recipients were refused", n)
	}
}

// TestMailThatTheServerHasIsNoFailure: what goes wrong behind the answer that
// matters must not have the mail sent again.
func TestMailThatTheServerHasIsNoFailure(t *testing.T) {
	server := script(t, "220 hi", "250 hello", "250 ok", "250 ok", "354 go", "250 taken", "")
	enginetest.Succeed(t, smtp.Type, t.TempDir(), plainMail(server), nil)
}

func TestLimitsThatTheServerAnnouncesAreKept(t *testing.T) {
	server := mailserver.Start(t, mailserver.Options{MaxSize: 2000})
	enginetest.Succeed(t, smtp.Type, t.TempDir(), plainMail(server.URL()), nil)
	args := enginetest.With(plainMail(server.URL()), enginetest.Args{"text": strings.Repeat("x", 3000)})
	failure{"mail_too_large", false, []string{server.Addr(), "the server takes 2000 at most"}}.check(t, args)
}

func TestAddressesBeyondASCIINeedAServerThatTakesThem(t *testing.T) {
	args := func(server *mailserver.Server) enginetest.Args {
		return enginetest.With(plainMail(server.URL()), enginetest.Args{"to": "Jörg <jörg@bücher.example>"})
	}
	failure{"smtp_rejected", false, []string{"does not offer SMTPUTF8"}}.check(t, args(mailserver.Start(t, mailserver.Options{})))
	server := mailserver.Start(t, mailserver.Options{UTF8: true})
	enginetest.Succeed(t, smtp.Type, t.TempDir(), args(server), nil)
	if got := server.Messages()[0].To; len(got) != 1 || got[0] != "jörg@bücher.example" {
		t.Errorf("the mail went to %q", got)
	}
}

// script is a server that gives the next of its answers for every line it
// reads, the first at once, and then closes the connection. After 354 it reads
// on to the end of the mail. An answer may use %s for the line it answers.
func script(t testing.TB, answers ...string) (url string) {
	t.Helper()
	return listen(t, func(conn net.Conn) {
		read := lineReader(conn)
		line := ""
		for _, answer := range answers {
			if answer == "" {
				return
			}
			if strings.Contains(answer, "%s") {
				answer = fmt.Sprintf(answer, line)
			}
			if _, err := fmt.Fprint(conn, strings.ReplaceAll(answer, "\n", "\r\n"), "\r\n"); err != nil {
				return
			}
			if line = request(read, answer); line == "" {
				return
			}
		}
	})
}

// request reads what a client sends behind an answer: a line, or a mail up to
// its last line. It is empty when the client is gone.
func request(read func() (string, bool), answer string) string {
	line, ok := read()
	for ok && strings.HasPrefix(answer, "354") && line != "." {
		line, ok = read()
	}
	if !ok {
		return ""
	}
	return line
}

func startTLS(url string) string { return "smtp+starttls" + strings.TrimPrefix(url, "smtp") }

func TestServersThatAreNoneAreTold(t *testing.T) {
	closed := listen(t, func(net.Conn) {})
	nobody, stop := listenUntil(t, func(net.Conn) {})
	stop()
	for name, c := range map[string]struct {
		url  string
		want failure
	}{
		"nobody listens":          {nobody, failure{"smtp_unreachable", true, []string{"connect to 127.0.0.1:", "connection refused"}}},
		"unknown host":            {"smtp://no-such-host.invalid", failure{"smtp_unreachable", true, []string{"connect to no-such-host.invalid:25", "look up no-such-host.invalid"}}},
		"closed at once":          {closed, failure{"smtp_lost", true, []string{"wait for the greeting of 127.0.0.1:", "the server closed the connection"}}},
		"a web server":            {script(t, "HTTP/1.1 400 Bad Request"), failure{"smtp_protocol", false, []string{"wait for the greeting of"}}},
		"closed for today":        {script(t, "421 too busy"), failure{"smtp_deferred", true, []string{"421 too busy"}}},
		"closed for good":         {script(t, "554-go\n554 away"), failure{"smtp_rejected", false, []string{"554 go away"}}},
		"no hello":                {script(t, "220 hi", "421 not now"), failure{"smtp_deferred", true, []string{"say hello to", "421 not now"}}},
		"no hello for good":       {script(t, "220 hi", "550 not you", "550 not you"), failure{"smtp_rejected", false, []string{"say hello to", "550 not you"}}},
		"no TLS now":              {startTLS(script(t, "220 hi", "250-hello\n250 STARTTLS", "454 no entropy")), failure{"smtp_deferred", true, []string{"encrypt the connection to", "454 no entropy"}}},
		"no TLS for good":         {startTLS(script(t, "220 hi", "250-hello\n250 STARTTLS", "501 what")), failure{"smtp_rejected", false, []string{"encrypt the connection to", "501 what"}}},
		"gone at STARTTLS":        {startTLS(script(t, "220 hi", "250-hello\n250 STARTTLS", "")), failure{"smtp_lost", true, []string{"encrypt the connection to", "the server closed the connection"}}},
		"garbage for TLS":         {startTLS(script(t, "220 hi", "250-hello\n250 STARTTLS", "220 go", "200 xyzzy")), failure{"smtp_tls", false, []string{"encrypt the connection to"}}},
		"refuses DATA for good":   {script(t, "220 hi", "250 hello", "250 ok", "250 ok", "554 no content today"), failure{"smtp_rejected", false, []string{"send the mail to", "554 no content today"}}},
		"gone behind the content": {script(t, "220 hi", "250 hello", "250 ok", "250 ok", "354 go", ""), failure{"smtp_lost", true, []string{"no answer says whether it arrived"}}},
		"full behind the content": {script(t, "220 hi", "250 hello", "250 ok", "250 ok", "354 go", "452 disk full"), failure{"smtp_deferred", true, []string{"send the mail to", "452 disk full"}}},
		"going down at RCPT":      {script(t, "220 hi", "250 hello", "250 ok", "421 bye"), failure{"smtp_deferred", true, []string{"announce the recipient", "421 bye"}}},
		"refuses DATA":            {script(t, "220 hi", "250 hello", "250 ok", "250 ok", "452 disk full"), failure{"smtp_deferred", true, []string{"send the mail to", "452 disk full"}}},
		"refuses the sender, then garbage": {
			script(t, "220 hi", "250 hello", "553 not yours", "xyzzy"), failure{"smtp_rejected", false, []string{"announce the sender reports@example.com", "553 not yours"}},
		},
	} {
		t.Run(name, func(t *testing.T) { c.want.check(t, plainMail(c.url)) })
	}
}
