// Package mailserver is a real SMTP server on loopback for tests: with
// STARTTLS, implicit TLS or neither, with AUTH, with faults at every stage of a
// delivery, and with the delivered mails kept for inspection.
//
//	server := mailserver.Start(t, mailserver.Options{Security: mailserver.StartTLS, Username: "u", Password: "p"})
//	… server.URL(), server.CAFile() … server.Messages() …
//
// It trusts nobody and relays nothing. Only tests import it.
package mailserver

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// Security is how connections to a server are encrypted.
type Security string

// The kinds of server, by the scheme of their URL.
const (
	Plain       Security = "smtp"
	StartTLS    Security = "smtp+starttls"
	ImplicitTLS Security = "smtps"
)

// Options say what kind of server to start. The zero value is a plain server
// that takes every mail from everybody.
type Options struct {
	Security Security // default Plain
	// Username and Password are what a client must log in with before it may
	// send; empty for a server that asks for no login. There is no AUTH on an
	// unencrypted line.
	Username, Password string
	// Mechanisms are offered for AUTH, out of PLAIN, LOGIN, CRAM-MD5, XOAUTH2
	// (with Password for the token) and SCRAM-SHA-1 and -256, both also with
	// -PLUS; default PLAIN and LOGIN.
	Mechanisms []string
	// MaxSize is the limit that SIZE announces, in bytes; 0 for none.
	MaxSize int64
	// UTF8 makes the server offer SMTPUTF8.
	UTF8 bool
	// Hosts are the names in the certificate; default localhost, 127.0.0.1
	// and ::1.
	Hosts []string
	// Expired makes the certificate one that was valid until an hour ago.
	Expired bool
	// Answer is asked at every stage and may refuse with Reply or end the
	// connection with ErrDrop. It is called from the server's goroutines.
	Answer func(Event) error
}

// Message is one mail that the server has accepted.
type Message struct {
	From string
	To   []string // the envelope's recipients, in order
	Data []byte   // headers and body, as received
	TLS  bool     // whether the line was encrypted

	// User is who logged in, if anybody, and Mechanism how.
	User, Mechanism string
}

// Server is a running server.
type Server struct {
	options  Options
	listener net.Listener
	caFile   string

	mu       sync.Mutex
	messages []Message
}

// Start starts a server on a free port of 127.0.0.1. It is stopped when the
// test ends.
func Start(t testing.TB, options Options) *Server {
	t.Helper()
	if options.Security == "" {
		options.Security = Plain
	}
	if options.Mechanisms == nil {
		options.Mechanisms = []string{"PLAIN", "LOGIN"}
	}
	if options.Hosts == nil {
		options.Hosts = []string{"localhost", "127.0.0.1", "::1"}
	}
	s := &Server{options: options}
	certificate := s.makeCertificate(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.listener = listener
	s.serve(t, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	return s
}

func (s *Server) serve(t testing.TB, config *tls.Config) {
	server := smtp.NewServer(smtp.BackendFunc(s.newSession))
	server.Domain = "localhost"
	server.ErrorLog = log.New(io.Discard, "", 0) // dropped connections are on purpose
	server.MaxMessageBytes = s.options.MaxSize
	server.EnableSMTPUTF8 = s.options.UTF8
	listener := s.listener
	switch s.options.Security {
	case StartTLS:
		server.TLSConfig = config
	case ImplicitTLS:
		listener = tls.NewListener(listener, config)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("stop the mail server: %v", err)
		}
		_ = listener.Close() // Close knows the listener only once Serve has begun
		if err := <-done; err != nil {
			t.Errorf("mail server: %v", err)
		}
	})
}

// Addr is the host and port that the server listens on.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// URL is the server in the form that the smtp step type takes.
func (s *Server) URL() string { return string(s.options.Security) + "://" + s.Addr() }

// CAFile is the path of the PEM file with the certificate of the authority that
// signed the server's own.
func (s *Server) CAFile() string { return s.caFile }

// Messages lists the mails accepted so far, the oldest first.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

func (s *Server) keep(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, m)
}

func (s *Server) ask(e Event) error {
	if s.options.Answer == nil {
		return nil
	}
	return s.options.Answer(e)
}
