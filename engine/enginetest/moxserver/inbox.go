package moxserver

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Inbox waits until so many mails are in the inbox and gives them as a reader
// gets them, the first that came first. Above what was sent stand the trace
// headers of the server: Delivered-To names the recipient of this copy.
func (s *Server) Inbox(t testing.TB, count int) [][]byte {
	t.Helper()
	in, err := s.openInbox()
	if err != nil {
		t.Fatalf("open the inbox: %v", err)
	}
	defer in.close()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		mails, err := in.do("UID FETCH 1:* BODY.PEEK[]")
		if err != nil {
			t.Fatalf("read the inbox: %v", err)
		}
		if len(mails) >= count {
			return mails
		}
		select {
		case <-deadline:
			t.Fatalf("the inbox has %d mails, want %d", len(mails), count)
		case <-tick.C:
		}
		if _, err := in.do("NOOP"); err != nil { // lets the server tell of new mails
			t.Fatalf("wait for mail: %v", err)
		}
	}
}

// inbox is a connection over IMAP (RFC 9051) at which the inbox is open.
type inbox struct {
	conn net.Conn
	in   *bufio.Reader
}

func (s *Server) openInbox() (*inbox, error) {
	conn, err := net.Dial("tcp", address(s.ports.imap))
	if err != nil {
		return nil, err
	}
	in := &inbox{conn: conn, in: bufio.NewReader(conn)}
	if err := in.logIn(); err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

func (in *inbox) close() { _ = in.conn.Close() }

func (in *inbox) logIn() error {
	if err := in.conn.SetDeadline(time.Now().Add(60 * time.Second)); err != nil {
		return err
	}
	if _, err := in.in.ReadString('\n'); err != nil { // the greeting
		return err
	}
	for _, command := range []string{"LOGIN " + Username + " " + Password, "EXAMINE INBOX"} {
		if _, err := in.do(command); err != nil {
			return err
		}
	}
	return nil
}

// do gives the literals in the answer to a command.
func (in *inbox) do(command string) ([][]byte, error) {
	if _, err := fmt.Fprintf(in.conn, "a %s\r\n", command); err != nil {
		return nil, err
	}
	literals, err := answer(in.in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", command, err)
	}
	return literals, nil
}

// literal announces, at the end of a line, how many bytes follow it.
var literal = regexp.MustCompile(`\{([0-9]+)\}\r\n$`)

// answer reads the lines up to the one that ends a command, and gives the
// literals among them.
func answer(in *bufio.Reader) (literals [][]byte, err error) {
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if m := literal.FindStringSubmatch(line); m != nil {
			size, err := strconv.Atoi(m[1])
			if err != nil {
				return nil, err
			}
			content := make([]byte, size)
			if _, err := io.ReadFull(in, content); err != nil {
				return nil, err
			}
			literals = append(literals, content)
			continue
		}
		if status, ok := strings.CutPrefix(line, "a "); ok {
			if !strings.HasPrefix(status, "OK") {
				return nil, fmt.Errorf("%s", strings.TrimSpace(status))
			}
			return literals, nil
		}
	}
}
