package smtp_test

import (
	"bytes"
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/moxserver"
	"dagrun/steps/smtp"
)

// submission is a plain mail that the real server takes at an URL.
func submission(server *moxserver.Server, url string) enginetest.Args {
	return enginetest.With(plainMail(url), enginetest.Args{
		"username": moxserver.Username, "password": moxserver.Password, "ca_file": server.CAFile(),
		"from": "Wärme-Berichte 🌡️ <mox@localhost>", "to": "ana@localhost",
	})
}

// allBytes are every byte there is, in an order that no encoding likes.
func allBytes() string {
	var b strings.Builder
	for i := range 70_000 {
		b.WriteByte(byte(i * 7))
	}
	return b.String()
}

func TestRealServerDeliversTheWholeMail(t *testing.T) {
	dir := t.TempDir()
	picture, rows := "\x89PNG\r\n\x1a\n"+allBytes(), "hora,temperatura °C\n10:00,24.5\n.\n..\n"
	args := enginetest.Args{
		"to": []string{"Ana Núñez <ana@localhost>", "bo@localhost"}, "cc": `"“Cy”, the third" <cy@localhost>`, "bcc": "eva@localhost",
		"reply_to": "Ops <ops@localhost>", "subject": "Température às 8 h: 24 °C 🌡️ " + strings.Repeat("und noch etwas ", 20),
		"text": "24 °C\n.\r\n.\n\nMAIL FROM:<eve@localhost>\n" + strings.Repeat("lang ", 400), "html": `<p>24 °C</p><img src="cid:chart-1.png">`,
		"headers": enginetest.Args{"X-Probe": "Fühler 1", "List-Unsubscribe": "<https://example.com/" + strings.Repeat("x", 200) + ">"},
		"inline":  writeTo(t, dir, "chart-1.png", picture), "attachments": []string{writeTo(t, dir, "Messwerte às 8.csv", rows), writeTo(t, dir, "empty.bin", "")},
	}
	server := moxserver.Start(t)
	for i, url := range []string{server.StartTLS(), server.ImplicitTLS()} {
		var out struct {
			MessageID  string   `json:"message_id"`
			Recipients []string `json:"recipients"`
			Size       int      `json:"size"`
		}
		enginetest.Succeed(t, smtp.Type, t.TempDir(), enginetest.With(submission(server, url), args), &out)
		recipients := []string{"ana@localhost", "bo@localhost", "cy@localhost", "eva@localhost"}
		if diff := cmp.Diff(recipients, out.Recipients); diff != "" {
			t.Errorf("recipients (-want +got):\n%s", diff)
		}
		copies := server.Inbox(t, 4*(i+1))[4*i:]
		var delivered []string
		for _, content := range copies {
			got := parse(t, content)
			delivered = append(delivered, got.header.Get("Delivered-To"))
			checkWhole(t, got, args, out.MessageID, picture, rows)
			checkSent(t, content, out.Size)
		}
		slices.Sort(delivered)
		if diff := cmp.Diff(recipients, delivered); diff != "" {
			t.Errorf("delivered (-want +got):\n%s", diff)
		}
	}
}

// checkSent has the mail end in as many bytes as the output tells, which are the
// mail: what stands above them are headers of the server.
func checkSent(t *testing.T, content []byte, size int) {
	t.Helper()
	above, sent := content[:len(content)-size], content[len(content)-size:]
	if m, err := mail.ReadMessage(bytes.NewReader(sent)); err != nil || m.Header.Get("Subject") == "" || m.Header.Get("Received") != "" {
		t.Errorf("the last %d bytes are not the mail: %v\n%.200s", size, err, sent)
	}
	if m, err := mail.ReadMessage(bytes.NewReader(append(bytes.Clone(above), "\r\n"...))); err != nil || m.Header.Get("Received") == "" || m.Header.Get("Subject") != "" {
		t.Errorf("above the last %d bytes are not the headers of the server: %v\n%s", size, err, above)
	}
}

// checkWhole compares what arrived with what was given.
func checkWhole(t *testing.T, got parsed, args enginetest.Args, id, picture, rows string) {
	t.Helper()
	if got.subject != args["subject"] {
		t.Errorf("the subject is %q, want %q", got.subject, args["subject"])
	}
	text := strings.ReplaceAll(strings.ReplaceAll(args["text"].(string), "\r\n", "\n"), "\n", "\r\n")
	want := []part{
		{"text/plain", "", text}, {"text/html", "", args["html"].(string)}, {"image/png", "chart-1.png", picture},
		{"text/csv", "Messwerte às 8.csv", rows}, {"application/octet-stream", "empty.bin", ""},
	}
	if diff := cmp.Diff(want, got.parts); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	for header, want := range map[string][]mail.Address{
		"From": {{Name: "Wärme-Berichte 🌡️", Address: "mox@localhost"}}, "Reply-To": {{Name: "Ops", Address: "ops@localhost"}},
		"To": {{Name: "Ana Núñez", Address: "ana@localhost"}, {Address: "bo@localhost"}}, "Cc": {{Name: "“Cy”, the third", Address: "cy@localhost"}},
	} {
		list, err := got.header.AddressList(header)
		if err != nil {
			t.Fatalf("%s: %v", header, err)
		}
		var addresses []mail.Address
		for _, a := range list {
			addresses = append(addresses, *a)
		}
		if diff := cmp.Diff(want, addresses); diff != "" {
			t.Errorf("%s (-want +got):\n%s", header, diff)
		}
	}
	for header, want := range args["headers"].(enginetest.Args) {
		if got := decoded(t, got.header.Get(header)); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if got.header.Get("Message-ID") != "<"+id+">" || got.header.Get("Bcc") != "" {
		t.Errorf("Message-ID is %s, want %s; Bcc is %q", got.header.Get("Message-ID"), id, got.header.Get("Bcc"))
	}
}

// mechanisms are the values of auth that the real server knows, and none.
var mechanisms = []any{nil, "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM"}

func TestRealServerKnowsEveryMechanism(t *testing.T) {
	server := moxserver.Start(t)
	for _, url := range []string{server.StartTLS(), server.ImplicitTLS()} {
		for _, auth := range mechanisms {
			t.Run(fmt.Sprintf("%v at %s", auth, url), func(t *testing.T) {
				enginetest.Succeed(t, smtp.Type, t.TempDir(), enginetest.With(submission(server, url), enginetest.Args{"auth": auth}), nil)
			})
		}
	}
	server.Inbox(t, 1)
	got := failure{"smtp_auth", false, []string{"by XOAUTH2", "offers only", "SCRAM-SHA-256-PLUS"}}.
		check(t, enginetest.With(submission(server, server.StartTLS()), enginetest.Args{"auth": "XOAUTH2"}))
	if got.Argument != "auth" {
		t.Errorf("the error is about %s", got.Argument)
	}
}

func TestRealServerRefusesAWrongPassword(t *testing.T) {
	server := moxserver.Start(t)
	for _, auth := range mechanisms {
		t.Run(fmt.Sprint(auth), func(t *testing.T) {
			says := "535 "
			if auth == nil || strings.HasPrefix(auth.(string), "SCRAM") {
				says = "the server refuses the proof: invalid-proof"
			}
			args := enginetest.With(submission(server, server.StartTLS()), enginetest.Args{"auth": auth, "password": canary})
			got := failure{"smtp_auth", false, []string{"log in to localhost:", "as mox@localhost", says}}.check(t, args)
			if got.Argument != "password" || strings.Contains(got.Message, "s3cret") {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestRealServerRefuses has the mail of each refusal reach nobody.
func TestRealServerRefuses(t *testing.T) {
	server := moxserver.Start(t)
	for name, c := range map[string]struct {
		change enginetest.Args
		want   failure
	}{
		"one of several": {
			enginetest.Args{"to": "ana@localhost, rcptto550@localhost, bo@localhost"},
			failure{"smtp_rejected", false, []string{"refuses 1 of 3 recipients, and the mail was sent to none", "rcptto550@localhost (550 "}},
		},
		"one for now": {
			enginetest.Args{"to": "ana@localhost", "bcc": "rcptto451@localhost"},
			failure{"smtp_deferred", true, []string{"refuses 1 of 2 recipients", "rcptto451@localhost (451 "}},
		},
		"the content, for now":  {enginetest.Args{"to": "late451@localhost"}, failure{"smtp_deferred", true, []string{"send the mail to localhost:", "451 "}}},
		"the content, for good": {enginetest.Args{"to": "late554@localhost"}, failure{"smtp_rejected", false, []string{"send the mail to localhost:", "554 "}}},
		"the sender":            {enginetest.Args{"from": "somebody-else@example.com"}, failure{"smtp_rejected", false, []string{"550 "}}},
		"nobody logged in":      {enginetest.Args{"username": nil, "password": nil}, failure{"smtp_auth", false, []string{"530 "}}},
		"too large": {
			enginetest.Args{"text": strings.Repeat("0123456789\n", moxserver.MaxSize/10)},
			failure{"mail_too_large", false, []string{fmt.Sprintf("the server takes %d at most", moxserver.MaxSize)}},
		},
		"not trusted":  {enginetest.Args{"ca_file": nil}, failure{"smtp_tls", false, []string{"encrypt the connection to"}}},
		"another host": {enginetest.Args{"server": strings.Replace(server.StartTLS(), "localhost", "127.0.0.1", 1)}, failure{"smtp_tls", false, []string{"cannot validate certificate for 127.0.0.1"}}},
		"encrypted from the first byte": {
			enginetest.Args{"server": strings.Replace(server.StartTLS(), "smtp+starttls", "smtps", 1)},
			failure{"smtp_tls", false, []string{"encrypt the connection to"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.check(t, enginetest.With(submission(server, server.StartTLS()), c.change))
		})
	}
	enginetest.Succeed(t, smtp.Type, t.TempDir(), enginetest.With(submission(server, server.StartTLS()), enginetest.Args{"subject": "the end"}), nil)
	if inbox := server.Inbox(t, 1); len(inbox) != 1 || parse(t, inbox[0]).subject != "the end" {
		t.Errorf("%d mails arrived, want only the last", len(inbox))
	}
}

func TestRealServerTakesMailOverAPlainLine(t *testing.T) {
	server := moxserver.Start(t)
	args := enginetest.With(submission(server, server.Plain()), enginetest.Args{"username": nil, "password": nil, "ca_file": nil})
	enginetest.Succeed(t, smtp.Type, t.TempDir(), args, nil)
	server.Inbox(t, 1)
}

func TestRealServerThatHangsIsLeft(t *testing.T) {
	server := moxserver.Start(t)
	args := enginetest.With(submission(server, server.StartTLS()), enginetest.Args{"to": "ana-timeout@localhost"})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	start := time.Now()
	got := enginetest.Run(ctx, t, smtp.Type, t.TempDir(), args)
	if got.Outcome != engine.AttemptTimedOut || time.Since(start) > 3*time.Second {
		t.Errorf("the attempt %s after %s: %+v", got.Outcome, time.Since(start), got.Error)
	}
}
