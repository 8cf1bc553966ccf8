// Package moxserver is a mail server in use on the internet, started on loopback
// for tests: mox, with submission over STARTTLS and over implicit TLS, every
// mechanism to log in from LOGIN to SCRAM-SHA-256-PLUS, a queue, and an inbox
// that is read over IMAP. The package mailserver has the faults; this one has
// another's understanding of the protocols.
//
//	server := moxserver.Start(t)
//	… server.StartTLS(), server.CAFile(), moxserver.Username, moxserver.Password …
//	mails := server.Inbox(t, 1)
//
// Mail to any address ends in the one inbox. An address whose local part ends in
// a code such as 451 or 550 is refused with it: at RCPT if it begins with
// "rcptto", otherwise behind the content.
//
// The server's program is built once for each machine with the go command, from
// a fixed version, which takes a minute or two; it is kept in the user's cache
// folder. Only tests import this package.
package moxserver

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Username and Password are those of the one account that may submit mail.
const (
	Username = "mox@localhost"
	Password = "moxmoxmox"
)

// MaxSize is the largest mail that the server takes, in bytes.
const MaxSize = 1 << 20

// Server is a running server.
type Server struct {
	dir    string
	ports  ports
	exited chan struct{}
	said   bytes.Buffer
}

// Start starts a server with an empty inbox, on free ports of 127.0.0.1. It is
// stopped when the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	program, err := build()
	if err != nil {
		t.Fatalf("build the mail server: %v", err)
	}
	const tries = 5 // another process may take a port between its choice and its use
	for range tries {
		s := &Server{dir: filepath.Join(t.TempDir(), "mox"), ports: freePorts(t), exited: make(chan struct{})}
		if err = s.launch(t, program); err == nil {
			return s
		}
	}
	t.Fatalf("start the mail server: %v", err)
	return nil
}

// launch makes the server's folder, starts the program and waits until it
// answers.
func (s *Server) launch(t testing.TB, program string) error {
	if said, err := exec.Command(program, "localserve", "-dir", s.dir, "-ip", "127.0.0.1", "-initonly").CombinedOutput(); err != nil {
		return fmt.Errorf("make its folder: %w: %s", err, said)
	}
	if err := configure(s.dir, s.ports); err != nil {
		return err
	}
	cmd := exec.Command(program, "localserve", "-dir", s.dir)
	cmd.Stdout, cmd.Stderr = &s.said, &s.said
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		_ = cmd.Wait()
		close(s.exited)
	}()
	if err := s.await(); err != nil {
		_ = cmd.Process.Kill()
		<-s.exited
		return fmt.Errorf("%w: %s", err, s.said.String())
	}
	t.Cleanup(func() { // its data goes with the test, so that there is nothing to close
		_ = cmd.Process.Kill()
		<-s.exited
	})
	return nil
}

// await polls until the account can be logged in to, so that it is this server
// and no stranger at the same port.
func (s *Server) await() error {
	deadline := time.After(60 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-s.exited:
			return errors.New("the server ended")
		case <-deadline:
			return errors.New("the server does not answer")
		case <-tick.C:
			if s.answers() {
				return nil
			}
		}
	}
}

// answers reports whether all ports are open and the account is there.
func (s *Server) answers() bool {
	for _, port := range []int{s.ports.delivery, s.ports.submission, s.ports.submissions} {
		conn, err := net.Dial("tcp", address(port))
		if err != nil {
			return false
		}
		_ = conn.Close()
	}
	in, err := s.openInbox()
	if err == nil {
		in.close()
	}
	return err == nil
}

func freePorts(t testing.TB) ports {
	t.Helper()
	var free [4]int
	for i := range free {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = listener.Close() }() // behind the choice of all, so that they differ
		free[i] = listener.Addr().(*net.TCPAddr).Port
	}
	return ports{delivery: free[0], submission: free[1], submissions: free[2], imap: free[3]}
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// StartTLS is the URL of submission that begins unencrypted, in the form that
// the smtp step type takes.
func (s *Server) StartTLS() string {
	return fmt.Sprintf("smtp+starttls://localhost:%d", s.ports.submission)
}

// ImplicitTLS is the URL of submission that is encrypted from the first byte.
func (s *Server) ImplicitTLS() string {
	return fmt.Sprintf("smtps://localhost:%d", s.ports.submissions)
}

// Plain is the URL at which other mail servers deliver, without a login.
func (s *Server) Plain() string { return fmt.Sprintf("smtp://localhost:%d", s.ports.delivery) }

// CAFile is the path of the PEM file with the server's certificate, which is
// for the host localhost.
func (s *Server) CAFile() string { return filepath.Join(s.dir, "localhost.crt") }
