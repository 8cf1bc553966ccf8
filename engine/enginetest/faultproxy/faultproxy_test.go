package faultproxy_test

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"dagrun/engine/enginetest/faultproxy"
)

// newEcho starts a server that says what it hears, and tells at the end of a
// connection what it heard.
func newEcho(t *testing.T) (addr string, heard <-chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	all := make(chan string, 10)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				var said strings.Builder
				_, _ = io.Copy(conn, io.TeeReader(conn, &said))
				_ = conn.Close()
				all <- said.String()
			}()
		}
	}()
	return listener.Addr().String(), all
}

func connect(t *testing.T, p *faultproxy.Proxy) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// say sends ten bytes and gives what comes back: so many bytes, or what there
// is before the connection ends.
func say(t *testing.T, conn net.Conn, expected int) (string, error) {
	t.Helper()
	if _, err := conn.Write([]byte("0123456789")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, expected)
	n, err := io.ReadFull(conn, got)
	return string(got[:n]), err
}

func TestFaultsAreWhatTheySay(t *testing.T) {
	for name, c := range map[string]struct {
		spoil           func(p *faultproxy.Proxy)
		arrives, echoed string
		ends            bool
	}{
		"none":           {func(*faultproxy.Proxy) {}, "0123456789", "0123456789", false},
		"delay":          {func(p *faultproxy.Proxy) { p.Delay(t, time.Millisecond) }, "0123456789", "0123456789", false},
		"answer is cut":  {func(p *faultproxy.Proxy) { p.CutAnswersAfter(t, 4) }, "0123456789", "0123", true},
		"no answer":      {func(p *faultproxy.Proxy) { p.CutAnswersAfter(t, 0) }, "0123456789", "", true},
		"the same twice": {func(p *faultproxy.Proxy) { p.CutAnswersAfter(t, 4); p.CutAnswersAfter(t, 4) }, "0123456789", "0123", true},
	} {
		t.Run(name, func(t *testing.T) {
			addr, heard := newEcho(t)
			p := faultproxy.Start(t, addr)
			c.spoil(p)
			conn := connect(t, p)
			if got, err := say(t, conn, len(c.echoed)); got != c.echoed || err != nil {
				t.Errorf("got %q, %v, want %q", got, err, c.echoed)
			}
			if c.ends {
				if n, err := conn.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
					t.Errorf("the connection goes on: %d bytes, %v", n, err)
				}
			}
			_ = conn.Close()
			if got := <-heard; got != c.arrives {
				t.Errorf("%q arrived, want %q", got, c.arrives)
			}
		})
	}
}

// TestRequestIsCut: what of the answer to half a request still comes back is
// chance.
func TestRequestIsCut(t *testing.T) {
	addr, heard := newEcho(t)
	p := faultproxy.Start(t, addr)
	p.CutRequestsAfter(t, 4)
	conn := connect(t, p)
	if _, err := say(t, conn, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(conn); err != nil {
		t.Errorf("the connection does not end: %v", err)
	}
	if got := <-heard; got != "0123" {
		t.Errorf("%q arrived, want 0123", got)
	}
}

func TestConnectionsAreReset(t *testing.T) {
	addr, _ := newEcho(t)
	p := faultproxy.Start(t, addr)
	p.Reset(t)
	if got, err := say(t, connect(t, p), 10); got != "" || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %q, %v, want a reset", got, err)
	}
}

func TestNobodyListensAnyMore(t *testing.T) {
	addr, _ := newEcho(t)
	p := faultproxy.Start(t, addr)
	open := connect(t, p)
	p.Refuse()
	if _, err := io.ReadAll(open); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the open connection: %v", err)
	}
	if _, err := net.Dial("tcp", p.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v, want a refusal", err)
	}
}

// TestBlackHoleIsOfOpenConnectionsToo: nothing arrives any more, and nothing
// ends.
func TestBlackHoleIsOfOpenConnectionsToo(t *testing.T) {
	addr, heard := newEcho(t)
	p := faultproxy.Start(t, addr)
	conn := connect(t, p)
	echo := make([]byte, 3)
	if _, err := conn.Write([]byte("abc")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, echo); err != nil {
		t.Fatal(err)
	}
	p.Swallow(t)
	if _, err := conn.Write([]byte("def")); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := conn.Read(echo); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %q, %v", echo[:n], err)
	}
	_ = conn.Close()
	if got := <-heard; got != "abc" {
		t.Errorf("%q arrived, want abc", got)
	}
}

func TestAHealedLineIsAsBefore(t *testing.T) {
	for name, spoil := range map[string]func(*faultproxy.Proxy){
		"refused":   func(p *faultproxy.Proxy) { p.Refuse() },
		"reset":     func(p *faultproxy.Proxy) { p.Reset(t) },
		"cut":       func(p *faultproxy.Proxy) { p.CutAnswersAfter(t, 1) },
		"swallowed": func(p *faultproxy.Proxy) { p.Swallow(t) },
	} {
		addr, _ := newEcho(t)
		p := faultproxy.Start(t, addr)
		before := p.Addr()
		spoil(p)
		p.Heal(t)
		p.Heal(t) // what is well stays so
		if got, err := say(t, connect(t, p), 10); got != "0123456789" || err != nil || p.Addr() != before {
			t.Errorf("%s: got %q, %v, at %s, before %s", name, got, err, p.Addr(), before)
		}
	}
}
