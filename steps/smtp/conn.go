package smtp

import (
	"context"
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
	// goodbye bounds the wait for the answer to QUIT, when all is said.
	goodbye = 2 * time.Second
)

// patientConn is a connection whose reads and writes each have their own
// deadline, so that a large mail on a slow line gets the time it needs and a
// silent server does not.
type patientConn struct {
	net.Conn
	patience time.Duration
}

// Read implements io.Reader.
func (c *patientConn) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.patience)); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
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
