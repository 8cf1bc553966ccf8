package smtp_test

import (
	"bufio"
	"net"
	"strings"
	"sync"
	"testing"
)

// listen serves one connection after another on loopback until the test ends,
// and gives the smtp:// URL.
func listen(t testing.TB, serve func(net.Conn)) (url string) {
	t.Helper()
	url, _ = listenUntil(t, serve)
	return url
}

// listenUntil is listen with a function that stops it early. Connections that
// are open then are closed.
func listenUntil(t testing.TB, serve func(net.Conn)) (url string, stop func()) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var open net.Conn
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = conn
			mu.Unlock()
			serve(conn)
			_ = conn.Close()
		}
	}()
	stop = sync.OnceFunc(func() {
		_ = listener.Close()
		mu.Lock()
		if open != nil {
			_ = open.Close()
		}
		mu.Unlock()
		<-done
	})
	t.Cleanup(stop)
	return "smtp://" + listener.Addr().String(), stop
}

// lineReader reads lines without their ends.
func lineReader(conn net.Conn) func() (string, bool) {
	r := bufio.NewReader(conn)
	return func() (string, bool) {
		line, err := r.ReadString('\n')
		return strings.TrimRight(line, "\r\n"), err == nil
	}
}
