package mailserver

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// session is one connection of a client.
type session struct {
	server *Server
	conn   *smtp.Conn
	mail   Message

	user, mechanism string
}

func (s *Server) newSession(c *smtp.Conn) (smtp.Session, error) {
	one := &session{server: s, conn: c}
	return one, one.ask(Hello, c.Hostname())
}

// ask lets the test decide. A dropped connection needs no answer any more.
func (s *session) ask(stage Stage, argument string) error {
	err := s.server.ask(Event{Stage: stage, Argument: argument})
	if errors.Is(err, ErrDrop) {
		_ = s.conn.Conn().Close()
	}
	return err
}

// AuthMechanisms implements smtp.AuthSession.
func (s *session) AuthMechanisms() []string {
	if s.server.options.Username == "" {
		return nil
	}
	return s.server.options.Mechanisms
}

// Auth implements smtp.AuthSession.
func (s *session) Auth(mechanism string) (sasl.Server, error) {
	if !slices.Contains(s.server.options.Mechanisms, mechanism) {
		return nil, smtp.ErrAuthUnknownMechanism
	}
	return s.authentication(mechanism)
}

// logIn ends every mechanism: right tells whether the client knew the password.
func (s *session) logIn(mechanism, username string, right bool) error {
	if err := s.ask(Auth, username); err != nil {
		return err
	}
	if username != s.server.options.Username || !right {
		return smtp.ErrAuthFailed
	}
	s.user, s.mechanism = username, mechanism
	return nil
}

// Mail implements smtp.Session.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.options.Username != "" && s.user == "" {
		return Reply(530, "Authentication required")
	}
	_, encrypted := s.conn.TLSConnectionState()
	s.mail = Message{From: from, User: s.user, Mechanism: s.mechanism, TLS: encrypted}
	return s.ask(Mail, from)
}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := s.ask(Rcpt, to); err != nil {
		return err
	}
	s.mail.To = append(s.mail.To, to)
	return nil
}

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	var content bytes.Buffer
	if _, err := io.CopyN(&content, r, 64); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if err := s.ask(Data, ""); err != nil {
		return err
	}
	if _, err := content.ReadFrom(r); err != nil {
		return err
	}
	s.mail.Data = content.Bytes()
	s.server.keep(s.mail)
	return s.ask(Delivered, "")
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.mail = Message{} }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }
