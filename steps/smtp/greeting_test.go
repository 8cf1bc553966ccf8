package smtp_test

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dagrun/engine"
	"dagrun/steps/smtp"
)

// TestServerThatDoesNotGreetIsGivenUp runs in a bubble with a clock of its own.
// A server that trickles its greeting is no better than a silent one.
func TestServerThatDoesNotGreetIsGivenUp(t *testing.T) {
	silent := func(net.Conn) {}
	trickling := func(conn net.Conn) {
		for {
			if _, err := conn.Write([]byte("220-hi\r\n")); err != nil {
				return
			}
			time.Sleep(time.Second)
		}
	}
	const retry = "a retry block with enough attempts does so by itself"
	for name, c := range map[string]struct {
		url   string
		serve func(net.Conn)
		says  string
	}{
		"silent, STARTTLS":    {"smtp+starttls://host", silent, "write smtps:// instead. Otherwise"},
		"silent, plain":       {"smtp://host:2525", silent, "write smtps:// instead. Otherwise"},
		"silent on 465":       {"smtp+starttls://host:465", silent, "Port 465 expects encryption from the first byte: write smtps:// instead."},
		"silent, TLS":         {"smtps://host", silent, "Try again later; " + retry},
		"trickling, STARTTLS": {"smtp+starttls://host", trickling, "write smtps:// instead. Otherwise"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				near, far := net.Pipe()
				go func() { _, _ = far.Read(make([]byte, 4096)) }() // what TLS begins with
				served := make(chan struct{})
				go func() { defer close(served); c.serve(far) }()
				start := time.Now()
				err := smtp.Greet(t.Context(), near, c.url)
				took := time.Since(start)
				_, _ = near.Close(), far.Close()
				<-served
				var e *engine.StepError
				if !errors.As(err, &e) || e.Code != "smtp_lost" || !e.Retryable || !strings.Contains(e.Remedy, c.says) {
					t.Fatalf("got %#v, want smtp_lost with %q in its remedy", err, c.says)
				}
				if took != smtp.GreetingTime {
					t.Errorf("the server was given up after %s, want %s", took, smtp.GreetingTime)
				}
			})
		})
	}
}

// TestServerThatGreetsLateIsHeard also shows that the time of the greeting is
// over with it.
func TestServerThatGreetsLateIsHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		go func() {
			time.Sleep(smtp.GreetingTime - time.Second)
			_, _ = fmt.Fprint(far, "220 hi\r\n")
			lineReader(far)()
			time.Sleep(smtp.Patience - time.Second)
			_, _ = fmt.Fprint(far, "250 hello\r\n")
		}()
		if err := smtp.Greet(t.Context(), near, "smtp+starttls://host"); err != nil {
			t.Errorf("a server that is slow, but alive, was given up: %v", err)
		}
	})
}

// TestPortThatClosesBeforeTheGreetingIsExplained: some servers wait for TLS for
// a shorter time than a client for the greeting.
func TestPortThatClosesBeforeTheGreetingIsExplained(t *testing.T) {
	got := failure{"smtp_lost", true, []string{"wait for the greeting of"}}.check(t, plainMail(startTLS(listen(t, func(net.Conn) {}))))
	if !strings.Contains(got.Remedy, "write smtps:// instead") {
		t.Errorf("the remedy does not name smtps://: %s", got.Remedy)
	}
}
