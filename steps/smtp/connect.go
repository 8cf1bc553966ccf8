package smtp

import (
	"context"
	"crypto/tls"
	"net"
	"os"
	"strings"
	"time"

	gosmtp "github.com/wneessen/go-mail/smtp"
)

// session is a connection to a server that is ready to take mail.
//
// It is built on go-mail's smtp.Client, one level below its mail.Client: that
// one tells no stage from another in its errors, takes no context while it
// sends, and counts a mail as failed when only the goodbye behind it failed,
// which would have it sent twice.
type session struct {
	client *gosmtp.Client
	conn   *patientConn
	stop   func() bool
}

// ask gives a command, whose answer may be as long as any. One that is cut off
// is none, though the client may take its beginning for the whole.
func (s *session) ask(command func() error) error {
	s.conn.said = 0
	err := command()
	if s.conn.endless {
		return errEndless
	}
	return err
}

// connect opens a session: connection, encryption, login.
func connect(ctx context.Context, a Args, trust *tls.Config) (*session, error) {
	conn, stop, err := dial(ctx, a.Server.address())
	if err != nil {
		return nil, unreachable(a.Server, err)
	}
	s := &session{conn: conn, stop: stop}
	if err := s.open(ctx, a, trust); err != nil {
		s.drop()
		return nil, err
	}
	return s, nil
}

func (s *session) open(ctx context.Context, a Args, trust *tls.Config) error {
	if err := s.greet(ctx, a.Server, trust); err != nil {
		return err
	}
	if a.Server.scheme == schemeStartTLS {
		if err := s.encrypt(a.Server, trust); err != nil {
			return err
		}
	}
	if a.Username == "" {
		return nil
	}
	return s.logIn(a)
}

// greet takes the server's greeting, in its time, and says hello.
func (s *session) greet(ctx context.Context, server Server, trust *tls.Config) error {
	s.conn.until = time.Now().Add(greetingTime)
	if err := s.hear(ctx, server, trust); err != nil {
		return err
	}
	s.conn.until = time.Time{}
	if err := s.ask(func() error { return s.client.Hello(helloName()) }); err != nil {
		return failedAt(server, "say hello to", err)
	}
	return nil
}

// hear takes the greeting, over TLS where the connection starts with it.
func (s *session) hear(ctx context.Context, server Server, trust *tls.Config) error {
	var conn net.Conn = s.conn
	if server.scheme == schemeTLS {
		encrypted := tls.Client(s.conn, trust)
		if err := encrypted.HandshakeContext(ctx); err != nil {
			return failedAt(server, "encrypt the connection to", err)
		}
		conn = encrypted
	}
	err := s.ask(func() (err error) {
		s.client, err = gosmtp.NewClient(conn, server.host)
		return err
	})
	if err != nil {
		return noGreeting(server, err)
	}
	return nil
}

func helloName() string {
	name, err := os.Hostname()
	if err != nil || name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "localhost"
	}
	return name
}

func (s *session) encrypt(server Server, trust *tls.Config) error {
	if offered, _ := s.client.Extension("STARTTLS"); !offered {
		return noStartTLS(server)
	}
	if err := s.ask(func() error { return s.client.StartTLS(trust) }); err != nil {
		return failedAt(server, "encrypt the connection to", err)
	}
	return nil
}

// quit says goodbye, shortly: the mail is delivered or refused by now, and
// nothing that happens here changes that.
func (s *session) quit() {
	s.conn.patience, s.conn.until = goodbye, time.Now().Add(goodbye)
	_ = s.ask(s.client.Quit)
	s.drop()
}

func (s *session) drop() {
	s.stop()
	_ = s.conn.Close()
}
