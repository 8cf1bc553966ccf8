package smtp

import (
	"context"
	"crypto/tls"
	"net"
)

// Patience is what a silent server is given.
const Patience = patience

// GreetingTime is what a server is given for its greeting.
const GreetingTime = greetingTime

// Greet takes the greeting of the server of a URL on conn.
func Greet(ctx context.Context, conn net.Conn, url string) error {
	var server Server
	if err := server.UnmarshalText([]byte(url)); err != nil {
		return err
	}
	s := &session{conn: &patientConn{Conn: conn, patience: patience}}
	return s.greet(ctx, server, &tls.Config{ServerName: server.host, MinVersion: tls.VersionTLS12})
}

// Patient is conn as a session uses it.
func Patient(conn net.Conn) net.Conn { return &patientConn{Conn: conn, patience: patience} }
