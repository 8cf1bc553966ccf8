package s3put_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"dagrun/steps/s3put"
)

const patience = 30 * time.Second

// TestPeerThatTakesNothingIsGivenUp: without a limit a write would wait for
// ever.
func TestPeerThatTakesNothingIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		defer func() { _ = there.Close() }()
		conn := s3put.Moving(here, patience)
		start := time.Now()
		n, err := conn.Write(make([]byte, 1<<20))
		if took := time.Since(start); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) || took != patience {
			t.Errorf("%d bytes were written in %s: %v", n, took, err)
		}
		start = time.Now()
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != patience {
			t.Errorf("a read came back after %s: %v", time.Since(start), err)
		}
	})
}

// TestSlowPeerIsWaitedFor: one megabyte takes more than five minutes here, and
// the answer that is awaited all the while still comes.
func TestSlowPeerIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		conn := s3put.Moving(here, patience)
		answer := make(chan string, 1)
		go func() {
			got, err := io.ReadAll(conn)
			if err != nil {
				t.Error(err)
			}
			answer <- string(got)
		}()
		go func() {
			piece := make([]byte, 64<<10)
			for range 16 {
				time.Sleep(patience * 2 / 3)
				if _, err := io.ReadFull(there, piece); err != nil {
					t.Error(err)
				}
			}
			_, _ = there.Write([]byte("stored"))
			_ = there.Close()
		}()
		if n, err := conn.Write(make([]byte, 1<<20)); n != 1<<20 || err != nil {
			t.Errorf("%d bytes were written: %v", n, err)
		}
		if got := <-answer; got != "stored" {
			t.Errorf("got the answer %q", got)
		}
	})
}
