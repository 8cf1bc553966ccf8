package mailserver_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/smtp"
	"os"
	"strings"
	"testing"

	"dagrun/engine/enginetest/mailserver"
)

// dial connects with the standard library's client.
func dial(t *testing.T, server *mailserver.Server, security mailserver.Security) *smtp.Client {
	t.Helper()
	pem, err := os.ReadFile(server.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	config := &tls.Config{RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}
	conn, err := net.Dial("tcp", server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	if security == mailserver.ImplicitTLS {
		conn = tls.Client(conn, config)
	}
	client, err := smtp.NewClient(conn, "localhost")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if security == mailserver.StartTLS {
		if err := client.StartTLS(config); err != nil {
			t.Fatal(err)
		}
	}
	return client
}

func send(client *smtp.Client, to, content string) error {
	if err := client.Mail("from@example.com"); err != nil {
		return err
	}
	if err := client.Rcpt(to); err != nil {
		return err
	}
	w, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte(content)); err != nil {
		return err
	}
	return w.Close()
}

func TestMailIsKept(t *testing.T) {
	for _, security := range []mailserver.Security{mailserver.Plain, mailserver.StartTLS, mailserver.ImplicitTLS} {
		server := mailserver.Start(t, mailserver.Options{Security: security})
		client := dial(t, server, security)
		if err := send(client, "to@example.com", "Subject: x\r\n\r\nbody"); err != nil {
			t.Fatal(err)
		}
		got := server.Messages()
		if len(got) != 1 || got[0].From != "from@example.com" || got[0].To[0] != "to@example.com" ||
			!strings.Contains(string(got[0].Data), "body") || got[0].TLS != (security != mailserver.Plain) {
			t.Errorf("%s: got %+v", security, got)
		}
	}
}

func TestLoginIsDemandedAndChecked(t *testing.T) {
	server := mailserver.Start(t, mailserver.Options{Security: mailserver.ImplicitTLS, Username: "u", Password: "p"})
	client := dial(t, server, mailserver.ImplicitTLS)
	if err := send(client, "to@example.com", "x"); err == nil || !strings.HasPrefix(err.Error(), "530 ") {
		t.Errorf("without a login: got %v, want 530", err)
	}
	if err := client.Auth(smtp.PlainAuth("", "u", "wrong", "localhost")); err == nil || !strings.HasPrefix(err.Error(), "535 ") {
		t.Errorf("with a wrong password: got %v, want 535", err)
	}
	client = dial(t, server, mailserver.ImplicitTLS)
	if err := client.Auth(smtp.PlainAuth("", "u", "p", "localhost")); err != nil {
		t.Fatal(err)
	}
	if err := send(client, "to@example.com", "x"); err != nil {
		t.Error(err)
	}
	if got := server.Messages(); len(got) != 1 || got[0].User != "u" || got[0].Mechanism != "PLAIN" {
		t.Errorf("got %+v", got)
	}
}

func TestFaultsHappenAtTheirStage(t *testing.T) {
	server := mailserver.Start(t, mailserver.Options{Answer: mailserver.At(mailserver.Rcpt, mailserver.Reply(452, "full"))})
	if err := send(dial(t, server, mailserver.Plain), "to@example.com", "x"); err == nil || !strings.HasPrefix(err.Error(), "452 ") {
		t.Errorf("got %v, want 452", err)
	}
	server = mailserver.Start(t, mailserver.Options{Answer: mailserver.At(mailserver.Delivered, mailserver.ErrDrop)})
	if err := send(dial(t, server, mailserver.Plain), "to@example.com", "x"); err == nil {
		t.Error("a dropped connection went unnoticed")
	}
	if n := len(server.Messages()); n != 1 {
		t.Errorf("the server has %d mails, want the one whose answer was lost", n)
	}
}

func TestServerThatNobodyUsesStops(t *testing.T) {
	for range 20 {
		t.Run("", func(t *testing.T) { mailserver.Start(t, mailserver.Options{}) })
	}
}
