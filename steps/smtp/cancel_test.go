package smtp_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/mailserver"
	"dagrun/steps/smtp"
)

// silent is a server that gives the answers, reads what comes then, tells so,
// and says nothing more.
func silent(answers ...string) func(t *testing.T, reached func()) enginetest.Args {
	return func(t *testing.T, reached func()) enginetest.Args {
		stop := make(chan struct{})
		url := listen(t, func(conn net.Conn) {
			read := lineReader(conn)
			for _, answer := range answers {
				if _, err := conn.Write([]byte(answer + "\r\n")); err != nil {
					return
				}
				if request(read, answer) == "" {
					return
				}
			}
			reached()
			<-stop
		})
		t.Cleanup(func() { close(stop) })
		return plainMail(url)
	}
}

// TestCancelledInTheMiddleReturnsSoon has servers that fall silent, each at
// another moment, and cancels the attempt there.
func TestCancelledInTheMiddleReturnsSoon(t *testing.T) {
	for name, server := range map[string]func(t *testing.T, reached func()) enginetest.Args{
		"at the greeting": silent(),
		"inside the greeting": func(t *testing.T, reached func()) enginetest.Args {
			stop := make(chan struct{})
			url := listen(t, func(conn net.Conn) {
				_, _ = conn.Write([]byte("220-hi\r\n220-still he"))
				reached()
				<-stop
			})
			t.Cleanup(func() { close(stop) })
			return plainMail(url)
		},
		"after hello":    silent("220 hi"),
		"at the sender":  silent("220 hi", "250 hello"),
		"at the content": silent("220 hi", "250 hello", "250 ok", "250 ok"),
		"at the goodbye": silent("220 hi", "250 hello", "250 ok", "250 ok", "354 go", "250 taken"),
		"at the handshake": func(t *testing.T, reached func()) enginetest.Args {
			args := silent()(t, reached)
			return enginetest.With(args, enginetest.Args{"server": strings.Replace(args["server"].(string), "smtp:", "smtps:", 1)})
		},
		"at the login": func(t *testing.T, reached func()) enginetest.Args {
			release := make(chan struct{})
			server := mailserver.Start(t, mailserver.Options{
				Security: mailserver.ImplicitTLS, Username: "ana@example.com", Password: password,
				Answer: func(e mailserver.Event) error {
					if e.Stage == mailserver.Auth {
						reached()
						<-release
					}
					return nil
				},
			})
			t.Cleanup(func() { close(release) })
			return account(server)
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			var at time.Time
			args := server(t, func() { at = time.Now(); cancel() })
			dir := t.TempDir()
			got := enginetest.Run(ctx, t, smtp.Type, dir, args)
			if took := time.Since(at); took > time.Second {
				t.Errorf("the attempt returned after %s", took)
			}
			if got.Outcome != engine.AttemptCancelled {
				t.Errorf("the attempt %s: %+v", got.Outcome, got.Error)
			}
			enginetest.NoLitter(t, dir)
		})
	}
}

func TestTimeoutEndsASilentServer(t *testing.T) {
	args := silent("220 hi")(t, func() {})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	got := enginetest.Run(ctx, t, smtp.Type, t.TempDir(), args)
	if got.Outcome != engine.AttemptTimedOut || !got.Error.Retryable {
		t.Errorf("the attempt %s: %+v", got.Outcome, got.Error)
	}
}

// TestSlowServerIsWaitedForAndASilentOneNot runs in a bubble with a clock of
// its own.
func TestSlowServerIsWaitedForAndASilentOneNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		conn := smtp.Patient(near)
		go func() {
			for range 5 {
				time.Sleep(smtp.Patience - time.Second)
				_, _ = far.Write([]byte("x"))
			}
		}()
		b := make([]byte, 1)
		for range 5 {
			if _, err := conn.Read(b); err != nil {
				t.Fatalf("a server that is slow, but alive, was given up: %v", err)
			}
		}
		start := time.Now()
		_, err := conn.Read(b)
		if err == nil || !strings.Contains(err.Error(), "timeout") || time.Since(start) != smtp.Patience {
			t.Errorf("a silent server was given up after %s: %v", time.Since(start), err)
		}
		start = time.Now()
		if _, err := conn.Write(b); err == nil || time.Since(start) != smtp.Patience {
			t.Errorf("a server that reads nothing was given up after %s: %v", time.Since(start), err)
		}
	})
}

// TestCancelledWhileComposingReturnsSoon has files whose encoding takes longer
// than the attempt has.
func TestCancelledWhileComposingReturnsSoon(t *testing.T) {
	dir := t.TempDir()
	huge := writeTo(t, dir, "huge.bin", "")
	truncate(t, huge, 90<<20)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	got := enginetest.Run(ctx, t, smtp.Type, dir, enginetest.With(plainMail("file://outbox"), enginetest.Args{"attachments": huge}))
	deadline, _ := ctx.Deadline()
	if late := time.Since(deadline); got.Outcome != engine.AttemptTimedOut || late > time.Second {
		t.Errorf("the attempt %s %s after its time: %+v", got.Outcome, late, got.Error)
	}
	enginetest.NoLitter(t, dir)
}
