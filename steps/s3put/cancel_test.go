package s3put_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"testing"
	"time"

	ctyjson "github.com/zclconf/go-cty/cty/json"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/local"
	"dagrun/steps/s3put"
)

// TestCancelledInTheMiddleReturnsSoon has the server fall silent at each kind
// of request and cancels the attempt there.
func TestCancelledInTheMiddleReturnsSoon(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	small, big := writeTo(t, dir, "small.csv", "abc"), largeFile(t, dir, "big.bin")
	for name, c := range map[string]struct {
		at   request
		path string
	}{
		"one piece": {putObject, small}, "read-back": {headObject, small}, "beginning of parts": {createUpload, big},
		"a part": {uploadPart, big}, "end of parts": {complete, big}, "read-back of parts": {headObject, big},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			var at time.Time
			p := newProxy(t, server, map[request]fault{c.at: first(func(_ http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
				_, _ = io.Copy(io.Discard, r.Body)
				at = time.Now()
				cancel()
				<-r.Context().Done()
			})})
			args := enginetest.With(through(server, p), enginetest.Args{"source": c.path, "key": name, "delete_source": true})
			got := enginetest.Run(ctx, t, s3put.Type, dir, args)
			if took := time.Since(at); took > time.Second {
				t.Errorf("the attempt returned after %s", took)
			}
			if got.Outcome != engine.AttemptCancelled {
				t.Errorf("the attempt %s: %+v", got.Outcome, got.Error)
			}
			if !isThere(t, c.path) {
				t.Error("the source is gone")
			}
			if n := server.Uploads(t, bucket); n != 0 {
				t.Errorf("%d uploads are left open", n)
			}
		})
	}
}

// TestCancelledWhileItReadsReturnsSoon has files that are too large to be read
// within the test's life: they are all hole.
func TestCancelledWhileItReadsReturnsSoon(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	path := writeTo(t, dir, "hole.bin", "")
	if err := os.Truncate(path, 1<<36); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string]enginetest.Args{"folder": {"bucket": "file://archive"}, "server": toServer(server)} {
		attempt, secrets := enginetest.Attempt(t, s3put.Type, dir, enginetest.With(args, enginetest.Args{"source": path, "key": "x"}))
		public, err := ctyjson.Unmarshal(attempt.Arguments, s3put.Type.ArgsType())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		start := time.Now()
		env := &engine.Env{WorkingDir: dir, Log: slog.New(slog.DiscardHandler), Progress: func(int64, int64, string) {}}
		_, err = s3put.Type.Run(ctx, env, engine.JoinSecrets(public, secrets))
		if took := time.Since(start); took > 1100*time.Millisecond || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: it returned after %s: %v", name, took, err)
		}
	}
}

// TestCancelledCopyLeavesNothing cancels at the first bytes of a copy.
func TestCancelledCopyLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := largeFile(t, dir, "big.bin")
	ctx, cancel := context.WithCancel(t.Context())
	attempt, _ := enginetest.Attempt(t, s3put.Type, dir, enginetest.Args{
		"source": path, "bucket": "file://archive", "key": "x/big.bin", "delete_source": true,
	})
	runner := &local.Runner{
		Types:    engine.NewRegistry(s3put.Type),
		Progress: func(engine.Attempt, int64, int64, string) { cancel() },
	}
	if got := runner.Run(ctx, attempt); got.Outcome != engine.AttemptCancelled {
		t.Errorf("the attempt %s: %+v", got.Outcome, got.Error)
	}
	if got := tree(t, dir); len(got) != 1 || !isThere(t, path) {
		t.Errorf("%d files are there, want the source alone", len(got))
	}
}
