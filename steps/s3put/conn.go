package s3put

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

const (
	dialTimeout = 3 * time.Second
	tlsTimeout  = 5 * time.Second
	// answerTimeout is how long nothing at all may come or go.
	answerTimeout = 30 * time.Second
	// assemblyTimeout is answerTimeout for the end of an upload in parts: many
	// stores put the object together before they answer.
	assemblyTimeout = 10 * time.Minute
	// idleTimeout closes the connections of an attempt soon after its end: the
	// next one makes a client of its own.
	idleTimeout = time.Second
)

// httpClient is what the search for an account uses.
func httpClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout, t.ResponseHeaderTimeout, t.IdleConnTimeout = tlsTimeout, answerTimeout, idleTimeout
		})
}

// withPatience makes a client that gives up on a connection on which nothing
// moves for so long. It is frozen, or a client of S3 would set its own dialer.
func withPatience(client aws.HTTPClient, patience time.Duration) aws.HTTPClient {
	buildable, ok := client.(*awshttp.BuildableClient)
	if !ok {
		return client
	}
	return buildable.WithTransportOptions(func(t *http.Transport) {
		dial := t.DialContext
		t.ResponseHeaderTimeout = patience
		t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dial(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return &movingConn{conn, patience}, nil
		}
	}).Freeze()
}

// movingConn is a connection that has to move: a peer that takes nothing more
// and says nothing would hold an upload for ever.
type movingConn struct {
	net.Conn
	patience time.Duration
}

// Read implements net.Conn.
func (c *movingConn) Read(b []byte) (int, error) {
	c.extend()
	return c.Conn.Read(b)
}

// Write implements net.Conn. It writes a little at a time, since what is slow
// still moves; and what is sent gives more time to what is awaited.
func (c *movingConn) Write(b []byte) (int, error) {
	const little = 64 << 10
	sent := 0
	for {
		c.extend()
		n, err := c.Conn.Write(b[sent:min(len(b), sent+little)])
		if sent += n; err != nil || sent == len(b) {
			return sent, err
		}
	}
}

func (c *movingConn) extend() { _ = c.SetDeadline(time.Now().Add(c.patience)) }
