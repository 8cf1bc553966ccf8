package smtp_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/mailserver"
	"dagrun/steps/smtp"
)

// retried makes attempts of one step of one run until one succeeds or fails for
// good, and gives their errors.
func retried(t *testing.T, args enginetest.Args) (last engine.Result, failures []*engine.StepError) {
	t.Helper()
	attempt, secrets := enginetest.Attempt(t, smtp.Type, t.TempDir(), args)
	for attempt.Number = 1; attempt.Number <= 5; attempt.Number++ {
		last = enginetest.Perform(t.Context(), t, smtp.Type, attempt, secrets)
		if last.Error == nil {
			break
		}
		if failures = append(failures, last.Error); !last.Error.Retryable {
			break
		}
	}
	return last, failures
}

// times answers a stage with err so many times.
func times(n int32, stage mailserver.Stage, err error) func(mailserver.Event) error {
	var left atomic.Int32
	left.Store(n)
	return func(e mailserver.Event) error {
		if e.Stage == stage && left.Add(-1) >= 0 {
			return err
		}
		return nil
	}
}

func TestServerThatAsksToComeBackHasTheMailOnce(t *testing.T) {
	for _, stage := range []mailserver.Stage{mailserver.Hello, mailserver.Auth, mailserver.Mail, mailserver.Rcpt, mailserver.Data} {
		server := mailserver.Start(t, mailserver.Options{
			Security: mailserver.StartTLS, Username: "ana@example.com", Password: password,
			Answer: times(2, stage, mailserver.Reply(451, "greylisted, come back later")),
		})
		last, failures := retried(t, account(server))
		if last.Outcome != engine.AttemptSucceeded || len(failures) == 0 || failures[0].Code != "smtp_deferred" {
			t.Errorf("%s: the last attempt %s, after %d that failed: %+v", stage, last.Outcome, len(failures), failures)
		}
		if n := len(server.Messages()); n != 1 {
			t.Errorf("%s: the server has %d mails", stage, n)
		}
	}
}

func TestServerThatRefusesIsNotAskedAgain(t *testing.T) {
	server := mailserver.Start(t, mailserver.Options{Answer: times(1, mailserver.Mail, mailserver.Reply(550, "never"))})
	if last, failures := retried(t, plainMail(server.URL())); last.Outcome != engine.AttemptFailed || len(failures) != 1 {
		t.Errorf("the last attempt %s, after %d that failed", last.Outcome, len(failures))
	}
}

// TestMailSentAgainAfterAnUncertainAnswerIsTheSame has the connection end before
// the server says that it has the mail.
func TestMailSentAgainAfterAnUncertainAnswerIsTheSame(t *testing.T) {
	server := mailserver.Start(t, mailserver.Options{Answer: times(1, mailserver.Delivered, mailserver.ErrDrop)})
	last, failures := retried(t, plainMail(server.URL()))
	if last.Outcome != engine.AttemptSucceeded || len(failures) != 1 || failures[0].Code != "smtp_lost" {
		t.Fatalf("the last attempt %s, after %+v", last.Outcome, failures)
	}
	got := server.Messages()
	if len(got) != 2 {
		t.Fatalf("the server has %d mails, want both", len(got))
	}
	first, second := parse(t, got[0].Data).header.Get("Message-ID"), parse(t, got[1].Data).header.Get("Message-ID")
	if first != second || !strings.Contains(failures[0].Remedy, first) {
		t.Errorf("the mails have the Message-IDs %s and %s; the error says %s", first, second, failures[0].Remedy)
	}
}

func TestLargeMailWhoseConnectionIsCutIsSentAgain(t *testing.T) {
	for _, security := range []mailserver.Security{mailserver.Plain, mailserver.StartTLS, mailserver.ImplicitTLS} {
		dir := t.TempDir()
		server := mailserver.Start(t, mailserver.Options{Security: security, Answer: times(1, mailserver.Data, mailserver.ErrDrop)})
		content := strings.Repeat(allBytes(), 20)
		args := enginetest.With(plainMail(server.URL()), enginetest.Args{"ca_file": server.CAFile(), "attachments": writeTo(t, dir, "large.bin", content)})
		last, failures := retried(t, args)
		if last.Outcome != engine.AttemptSucceeded || len(failures) != 1 || failures[0].Code != "smtp_lost" {
			t.Fatalf("%s: the last attempt %s, after %+v", security, last.Outcome, failures)
		}
		got := server.Messages()
		if len(got) != 1 || parse(t, got[0].Data).parts[1].Content != content {
			t.Errorf("%s: the server has %d mails, want one whole", security, len(got))
		}
	}
}
