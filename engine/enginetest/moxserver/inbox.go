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
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		mails, err := s.fetch()
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
	}
}

// fetch reads all mails of the inbox over IMAP (RFC 9051).
func (s *Server) fetch() ([][]byte, error) {
	conn, err := net.Dial("tcp", address(s.ports.imap))
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return nil, err
	}
	in := bufio.NewReader(conn)
	if _, err := in.ReadString('\n'); err != nil { // the greeting
		return nil, err
	}
	var mails [][]byte
	for _, command := range []string{"LOGIN " + Username + " " + Password, "EXAMINE INBOX", "UID FETCH 1:* BODY.PEEK[]"} {
		if _, err := fmt.Fprintf(conn, "a %s\r\n", command); err != nil {
			return nil, err
		}
		if mails, err = answer(in); err != nil {
			return nil, fmt.Errorf("%s: %w", command, err)
		}
	}
	return mails, nil
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
