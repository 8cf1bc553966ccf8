package smtp

import (
	"context"
	"errors"
	"net"
	"time"
)

const (
	// connectTimeout bounds the dial alone: a host that does not answer at
	// all is told soon, and left to the step's retry.
	connectTimeout = 15 * time.Second
	// patience bounds one wait for the server. RFC 5321 4.5.3.2 asks for up to
	// ten minutes; a server that checks a mail at the end of its content takes
	// seconds, and giving up there would send the mail twice.
	patience = 2 * time.Minute
	// greetingTime bounds the wait for the greeting, TLS included. RFC 5321 has
	// five minutes for it, but who waits that long mostly waits in vain, for a
	// port that expects encryption first. Servers that are slow on purpose take
	// some 6 seconds, and those that look up the client in vain some 10; this
	// is twice that.
	greetingTime = 20 * time.Second
	// goodbye bounds the wait for the answer to QUIT, when all is said.
	goodbye = 2 * time.Second
	// longestAnswer bounds what a server may say in one go. RFC 5321 4.5.3.1
	// has lines of 512 bytes, and the longest answers, those to EHLO, have some
	// thirty of them. Behind it are also the certificates of a TLS handshake,
	// which take some KB.
	longestAnswer = 64 << 10
)

// errEndless ends the reading of an answer that does not end by itself.
var errEndless = errors.New("the answer is longer than 64 KiB")

// patientConn is a connection whose reads and writes each have their own
// deadline, so that a large mail on a slow line gets the time it needs and a
// silent server does not. It reads one answer, of a length that is bounded,
// until room is made for another.
type patientConn struct {
	net.Conn
	patience time.Duration
	until    time.Time // when reading ends in any case; zero for never
	said     int       // bytes of the answer so far
	endless  bool      // more was to be read than an answer may have
}

// Read implements io.Reader.
func (c *patientConn) Read(b []byte) (int, error) {
	if c.said >= longestAnswer {
		c.endless = true
		return 0, errEndless
	}
	deadline := time.Now().Add(c.patience)
	if !c.until.IsZero() && c.until.Before(deadline) {
		deadline = c.until
	}
	if err := c.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(b)
	c.said += n
	return n, err
}

// Write implements io.Writer.
func (c *patientConn) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.patience)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

// dial opens a connection that is closed when ctx ends, which ends every read
// and write on it. stop gives up that watch.
func dial(ctx context.Context, address string) (conn *patientConn, stop func() bool, err error) {
	dialer := net.Dialer{Timeout: connectTimeout}
	raw, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, nil, err
	}
	return &patientConn{Conn: raw, patience: patience}, context.AfterFunc(ctx, func() { _ = raw.Close() }), nil
}
