package moxserver_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/smtp"
	"os"
	"strings"
	"testing"

	"dagrun/engine/enginetest/moxserver"
)

// submit sends a mail with the standard library's client.
func submit(t *testing.T, server *moxserver.Server, password, to, content string) error {
	t.Helper()
	pem, err := os.ReadFile(server.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	client, err := smtp.Dial(strings.TrimPrefix(server.StartTLS(), "smtp+starttls://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	if err := client.StartTLS(&tls.Config{RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}); err != nil {
		t.Fatal(err)
	}
	if err := client.Auth(smtp.PlainAuth("", moxserver.Username, password, "localhost")); err != nil {
		return err
	}
	if err := client.Mail(moxserver.Username); err != nil {
		return err
	}
	if err := client.Rcpt(to); err != nil {
		return err
	}
	w, err := client.Data()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	return w.Close()
}

func TestServerDeliversAndRefuses(t *testing.T) {
	server := moxserver.Start(t)
	const mail = "From: <mox@localhost>\r\nTo: <ana@localhost>\r\nSubject: x\r\n\r\nbody {3}\r\n"
	if err := submit(t, server, moxserver.Password, "ana@localhost", mail); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ password, to, want string }{
		{"wrong", "ana@localhost", "535 "},
		{moxserver.Password, "rcptto550@localhost", "550 "},
		{moxserver.Password, "late451@localhost", "451 "},
	} {
		if err := submit(t, server, c.password, c.to, mail); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s to %s: got %v, want %s", c.password, c.to, err, c.want)
		}
	}
	inbox := server.Inbox(t, 1)
	if len(inbox) != 1 || !strings.HasSuffix(string(inbox[0]), "body {3}\r\n") || !strings.Contains(string(inbox[0]), "Delivered-To: ana@localhost\r\n") {
		t.Errorf("got %q", inbox)
	}
}
