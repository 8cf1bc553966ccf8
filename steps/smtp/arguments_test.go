package smtp_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/mailserver"
	"dagrun/steps/smtp"
)

// toServer sends to a server with a login, whose certificate is in ca.pem, and
// observe tells what the step gave back and what the server got.
func toServer() (setup func(testing.TB, string) enginetest.Args, observe func(testing.TB, string, engine.Result, string) string) {
	var server *mailserver.Server
	setup = func(t testing.TB, dir string) enginetest.Args {
		server = mailserver.Start(t, mailserver.Options{
			Security: mailserver.StartTLS, Username: "ana@example.com", Password: password, Mechanisms: []string{"SCRAM-SHA-256", "CRAM-MD5", "PLAIN"},
		})
		ca, err := os.ReadFile(server.CAFile())
		if err != nil {
			t.Fatal(err)
		}
		writeTo(t, dir, "ca.pem", string(ca))
		return enginetest.With(account(server), enginetest.Args{"ca_file": "ca.pem"})
	}
	observe = func(_ testing.TB, _ string, r engine.Result, log string) string {
		var all strings.Builder
		fmt.Fprintf(&all, "%s %s\n%s", r.Outcome, r.Outputs, log)
		if r.Error != nil {
			fmt.Fprintf(&all, "%s: %s\n", r.Error.Code, r.Error.Message)
		}
		for _, m := range server.Messages() {
			fmt.Fprintf(&all, "logged in as %s by %s\n%s", m.User, m.Mechanism, m.Data)
		}
		return all.String()
	}
	return setup, observe
}

// observeFolders tells the outcome and every mail in the folder, with the types
// and names of its parts.
func observeFolders(t testing.TB, dir string, r engine.Result, log string) string {
	t.Helper()
	var all strings.Builder
	fmt.Fprintf(&all, "%s %s\n%s", r.Outcome, r.Outputs, log)
	if r.Error != nil {
		fmt.Fprintf(&all, "%s: %s\n", r.Error.Code, r.Error.Message)
	}
	mails, err := filepath.Glob(filepath.Join(dir, "*", "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range mails {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&all, "folder %s\n%s\n%+v\n", filepath.Base(filepath.Dir(path)), content, parse(t, content).parts)
	}
	return all.String()
}

func TestArguments(t *testing.T) {
	setup, observe := toServer()
	atServer := func(e enginetest.Effect) enginetest.Effect {
		e.Setup, e.Observe = setup, observe
		return e
	}
	enginetest.Arguments(t, smtp.Type, enginetest.Effects{
		Setup: func(t testing.TB, dir string) enginetest.Args {
			writeTo(t, dir, "chart.png", "a picture")
			writeTo(t, dir, "rows.csv", "rows")
			return plainMail("file://outbox")
		},
		Observe: observeFolders,
		Of: []enginetest.Effect{
			{Argument: "server", Shows: "the mail is in the folder of the URL", Without: "file://outbox", With: "file://elsewhere", Want: "folder elsewhere"},
			atServer(enginetest.Effect{
				Argument: "username", Shows: "the server knows who logged in", Without: "bo@example.com", With: "ana@example.com", Want: "logged in as ana@example.com",
			}),
			atServer(enginetest.Effect{
				Argument: "password", Shows: "a wrong password is refused, the right one not", Without: "wrong", With: password, Want: "succeeded",
			}),
			atServer(enginetest.Effect{
				Argument: "auth", Shows: "the login is by this mechanism, not by the strongest", With: "PLAIN", Want: "by PLAIN",
			}),
			{Argument: "from", Shows: "the mail is from the address", Without: "bo@example.com", With: "Ana <ana@example.org>", Want: "From: \"Ana\" <ana@example.org>"},
			{Argument: "to", Shows: "the mail is to the address", Without: "bo@example.com", With: "cy@example.org", Want: "To: <cy@example.org>"},
			{Argument: "cc", Shows: "the copy's recipient is in a header", With: "cy@example.org", Want: "Cc: <cy@example.org>"},
			{Argument: "cc", Shows: "the copy's recipient is a recipient", With: "cy@example.org", Want: `"recipients":["ana@example.com","cy@example.org"]`},
			{Argument: "bcc", Shows: "the hidden copy's recipient is a recipient", With: "cy@example.org", Want: `"recipients":["ana@example.com","cy@example.org"]`},
			{Argument: "reply_to", Shows: "answers go to the address", With: "ops@example.org", Want: "Reply-To: <ops@example.org>"},
			{Argument: "subject", Shows: "the mail has the subject", Without: "one", With: "another", Want: "Subject: another"},
			{Argument: "text", Shows: "the text is in the mail", Without: "one", With: "another text", Want: "{Kind:text/plain Name: Content:another text"},
			{Argument: "html", Shows: "the HTML is a part of the mail", With: "<b>bold</b>", Want: "{Kind:text/html Name: Content:<b>bold</b>"},
			{Argument: "headers", Shows: "the mail has the header", With: enginetest.Args{"X-Priority": "1"}, Want: "X-Priority: 1\r\n"},
			{Argument: "attachments", Shows: "the file is a part with its name", With: "rows.csv", Want: "{Kind:text/csv Name:rows.csv Content:rows}"},
			{
				Argument: "inline", Shows: "the picture is a part that HTML can name", Given: enginetest.Args{"html": `<img src="cid:chart.png">`},
				With: "chart.png", Want: "Content-Id: <chart.png>",
			},
			{Argument: "max_size", Shows: "a larger mail is refused", With: "200B", Want: "mail_too_large"},
			atServer(enginetest.Effect{
				Argument: "ca_file", Shows: "the server's certificate is trusted", With: "ca.pem", Want: "succeeded",
			}),
		},
	})
}
