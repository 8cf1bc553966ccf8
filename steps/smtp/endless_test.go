package smtp_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/mailserver"
	"dagrun/steps/smtp"
)

// endless is a server that gives the answers, and then one that repeats a text
// for 2 MiB, or, where it is given, until the client is gone.
func endless(t testing.TB, text string, forever bool, answers ...string) (url string) {
	t.Helper()
	return listen(t, func(conn net.Conn) {
		read := lineReader(conn)
		for _, answer := range answers {
			if _, err := conn.Write([]byte(answer + "\r\n")); err != nil || request(read, answer) == "" {
				return
			}
		}
		chunk := []byte(strings.Repeat(text, 1<<16/len(text)))
		for n := 0; forever || n < 2<<20; n += len(chunk) {
			if _, err := conn.Write(chunk); err != nil {
				return
			}
		}
	})
}

func TestAnswerWithoutEndIsGivenUp(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		answers []string
		says    string
	}{
		"a greeting of one line":    {"220", nil, "wait for the greeting of"},
		"a greeting of many lines":  {"220-hi\r\n", nil, "wait for the greeting of"},
		"a greeting of empty lines": {"220-\r\n", nil, "wait for the greeting of"},
		"hello":                     {"250-hello\r\n", []string{"220 hi"}, "say hello to"},
		"the sender":                {"250-ok\r\n", []string{"220 hi", "250 hello"}, "announce the sender"},
		"a recipient":               {"550-no\r\n", []string{"220 hi", "250 hello", "250 ok"}, "announce the recipient"},
		"a recipient, in one line":  {"250 okay", []string{"220 hi", "250 hello", "250 ok"}, "announce the recipient"},
		"the mail":                  {"250-ok\r\n", []string{"220 hi", "250 hello", "250 ok", "250 ok", "354 go"}, "no answer says whether it arrived"},
		"the content":               {"354-go\r\n", []string{"220 hi", "250 hello", "250 ok", "250 ok"}, "send the mail to"},
	} {
		t.Run(name, func(t *testing.T) {
			url := endless(t, c.text, false, c.answers...)
			failure{"smtp_protocol", false, []string{c.says, "longer than 64 KiB"}}.check(t, plainMail(url))
		})
	}
}

// TestGoodbyeWithoutEndIsNoFailure: the mail is with the server by then.
func TestGoodbyeWithoutEndIsNoFailure(t *testing.T) {
	url := endless(t, "221-bye\r\n", true, "220 hi", "250 hello", "250 ok", "250 ok", "354 go", "250 taken")
	enginetest.Succeed(t, smtp.Type, t.TempDir(), plainMail(url), nil)
}

func TestLongAnswersAreHeardToTheirEnd(t *testing.T) {
	long := strings.Repeat("220-"+strings.Repeat("x", 500)+"\n", 100) + "220 hi"
	many := make([]string, 300)
	for i := range many {
		many[i] = strings.Repeat("a", 1+i%50) + "." + strings.Repeat("b", 1+i/50) + "@example.com"
	}
	answers := []string{long, strings.ReplaceAll(long, "220", "250"), "250 ok"}
	for range many { // all answers together are longer than one may be
		answers = append(answers, "250-"+strings.Repeat("y", 400)+"\n250 ok")
	}
	url := script(t, append(answers, "354 go", "250 taken", "221 bye")...)
	enginetest.Succeed(t, smtp.Type, t.TempDir(), enginetest.With(plainMail(url), enginetest.Args{"to": many}), nil)
}

func TestLongRefusalIsToldInShort(t *testing.T) {
	url := script(t, strings.Repeat("554-away with you\n", 2000)+"554 go")
	got := failure{"smtp_rejected", false, []string{"554 away with you"}}.check(t, plainMail(url))
	if len(got.Message) > 2000 {
		t.Errorf("the message has %d bytes", len(got.Message))
	}
}

// TestEndlessAnswerEncryptedIsGivenUp has a server whose lines are long in an
// encrypted session.
func TestEndlessAnswerEncryptedIsGivenUp(t *testing.T) {
	server := mailserver.Start(t, mailserver.Options{
		Security: mailserver.ImplicitTLS, Answer: mailserver.At(mailserver.Mail, mailserver.Reply(550, strings.Repeat("no", 1<<20))),
	})
	args := enginetest.With(plainMail(server.URL()), enginetest.Args{"ca_file": server.CAFile()})
	failure{"smtp_protocol", false, []string{"announce the sender", "longer than 64 KiB"}}.check(t, args)
}

func TestAnswerWithoutEndTakesNoTime(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	got := enginetest.Run(ctx, t, smtp.Type, t.TempDir(), plainMail(endless(t, "220-hi\r\n", true)))
	if got.Outcome != engine.AttemptFailed || got.Error.Code != "smtp_protocol" {
		t.Errorf("the attempt %s: %+v", got.Outcome, got.Error)
	}
}
