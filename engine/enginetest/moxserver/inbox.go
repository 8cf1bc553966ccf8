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
	deadline := time.After(time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		there, err := in.count()
		if err != nil {
			t.Fatalf("count the mails of the inbox: %v", err)
		}
		if there >= count {
			return in.fetch(t, there)
		}
		select {
		case <-deadline:
			t.Fatalf("the inbox has %d mails, want %d", there, count)
		case <-tick.C:
		}
	}
}

// inbox is a connection over IMAP (RFC 9051).
type inbox struct {
	conn net.Conn
	in   *bufio.Reader
}

// openInbox logs in.
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
	_, err := in.do("LOGIN " + Username + " " + Password)
	return err
}

var messages = regexp.MustCompile(`\(MESSAGES ([0-9]+)\)`)

func (in *inbox) count() (int, error) {
	reply, err := in.do("STATUS INBOX (MESSAGES)")
	if err != nil {
		return 0, err
	}
	m := messages.FindStringSubmatch(reply.lines)
	if m == nil {
		return 0, fmt.Errorf("no number of messages in %q", reply.lines)
	}
	return strconv.Atoi(m[1])
}

// fetch reads mails by their places. Their UIDs could name one that arrives
// meanwhile, which this version of the server takes badly.
func (in *inbox) fetch(t testing.TB, count int) [][]byte {
	t.Helper()
	var got reply
	_, err := in.do("EXAMINE INBOX")
	if err == nil {
		got, err = in.do(fmt.Sprintf("FETCH 1:%d BODY.PEEK[]", count))
	}
	if err != nil || len(got.literals) != count {
		t.Fatalf("read the inbox: got %d mails of %d, %v", len(got.literals), count, err)
	}
	return got.literals
}

// reply is what a command is answered with, but for its last line.
type reply struct {
	lines    string
	literals [][]byte
}

func (in *inbox) do(command string) (reply, error) {
	if _, err := fmt.Fprintf(in.conn, "a %s\r\n", command); err != nil {
		return reply{}, err
	}
	var r reply
	for {
		line, err := in.in.ReadString('\n')
		if err != nil {
			return r, fmt.Errorf("%s: %w", command, err)
		}
		if status, ok := strings.CutPrefix(line, "a "); ok {
			if !strings.HasPrefix(status, "OK") {
				return r, fmt.Errorf("%s: %s", command, strings.TrimSpace(status))
			}
			return r, nil
		}
		r.lines += line
		if err := r.literal(line, in.in); err != nil {
			return r, fmt.Errorf("%s: %w", command, err)
		}
	}
}

// announced is how a line ends that has a literal behind it.
var announced = regexp.MustCompile(`\{([0-9]+)\}\r\n$`)

// literal reads what follows a line, if it announces something.
func (r *reply) literal(line string, in io.Reader) error {
	m := announced.FindStringSubmatch(line)
	if m == nil {
		return nil
	}
	size, err := strconv.Atoi(m[1])
	if err != nil {
		return err
	}
	content := make([]byte, size)
	if _, err := io.ReadFull(in, content); err != nil {
		return err
	}
	r.literals = append(r.literals, content)
	return nil
}
