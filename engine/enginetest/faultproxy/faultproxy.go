// Package faultproxy stands between a client and a server of a test and spoils
// the connection between them: toxiproxy, in this process, on a free port of
// loopback.
//
//	faulty := faultproxy.Start(t, "127.0.0.1:9000")
//	faulty.CutAnswersAfter(t, 30)
//	… faulty.Addr() …
//
// It knows bytes and no protocol. What a server says is changed by the proxies
// of the tests that know it. Only tests import this package.
package faultproxy

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Proxy passes connections on to one server. Faults are added one to another;
// each is of every connection from then on, of those that are open too.
type Proxy struct{ proxy *toxiproxy.Proxy }

// Start starts a proxy in front of a server's address. It is stopped when the
// test ends.
func Start(t testing.TB, server string) *Proxy {
	t.Helper()
	quiet := zerolog.Nop()
	p := toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), quiet), t.Name(), "127.0.0.1:0", server)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return &Proxy{p}
}

// Addr is the address that clients connect to.
func (p *Proxy) Addr() string { return p.proxy.Listen }

// Refuse ends all connections and takes no more: nobody listens.
func (p *Proxy) Refuse() { p.proxy.Stop() }

// Reset ends a connection with a reset when its client sends something.
func (p *Proxy) Reset(t testing.TB) { p.add(t, "reset_peer", "upstream", attributes{"timeout": 0}) }

// CutRequestsAfter lets so many bytes of a client through and then ends the
// connection.
func (p *Proxy) CutRequestsAfter(t testing.TB, bytes int) {
	p.add(t, "limit_data", "upstream", attributes{"bytes": bytes})
}

// CutAnswersAfter lets so many bytes of the server through and then ends the
// connection. With 0 the server has had a request, and no answer arrives.
func (p *Proxy) CutAnswersAfter(t testing.TB, bytes int) {
	p.add(t, "limit_data", "downstream", attributes{"bytes": bytes})
}

// Swallow lets nothing of a client through and keeps the connection open: a
// black hole.
func (p *Proxy) Swallow(t testing.TB) { p.add(t, "timeout", "upstream", attributes{"timeout": 0}) }

// Delay delays what the server says.
func (p *Proxy) Delay(t testing.TB, by time.Duration) {
	p.add(t, "latency", "downstream", attributes{"latency": by.Milliseconds()})
}

// Heal takes all faults away. Connections that were in a black hole end; new
// ones come through, also where nobody listened any more.
func (p *Proxy) Heal(t testing.TB) {
	t.Helper()
	p.proxy.Toxics.ResetToxics(t.Context())
	if err := p.proxy.Start(); err != nil && !errors.Is(err, toxiproxy.ErrProxyAlreadyStarted) {
		t.Fatal(err)
	}
}

type attributes map[string]any

func (p *Proxy) add(t testing.TB, kind, stream string, with attributes) {
	t.Helper()
	data, err := json.Marshal(map[string]any{"type": kind, "stream": stream, "attributes": with})
	if err != nil {
		t.Fatal(err)
	}
	// The same fault twice is one fault: requests that are tried again add it again.
	if _, err := p.proxy.Toxics.AddToxicJson(bytes.NewReader(data)); err != nil && !errors.Is(err, toxiproxy.ErrToxicAlreadyExists) {
		t.Fatal(err)
	}
}
