package s3put_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/faultproxy"
	"dagrun/engine/enginetest/s3server"
	"dagrun/steps/s3put"
)

// line is the way to a server: a proxy that spoils connections, and behind it
// one that knows requests and can tell the first when to.
type line struct {
	*faultproxy.Proxy
	requests *proxy
}

func newLine(t testing.TB, server *s3server.Server) *line {
	t.Helper()
	requests := newProxy(t, server, nil)
	return &line{faultproxy.Start(t, strings.TrimPrefix(requests.endpoint, "http://")), requests}
}

// at spoils the line when a request of a kind has come, before it is passed on.
func (l *line) at(kind request, spoil func(*line)) {
	l.requests.reset(map[request]fault{kind: meanwhile(func() { spoil(l) })})
}

// after spoils the line when a request of a kind is done and its answer not
// sent yet.
func (l *line) after(kind request, spoil func(*line)) {
	l.requests.reset(map[request]fault{kind: header(func(http.Header) { spoil(l) })})
}

func (l *line) args(server *s3server.Server, path string) enginetest.Args {
	return enginetest.With(toServer(server), enginetest.Args{
		"endpoint": "http://" + l.Addr(), "source": path, "key": "x/", "part_size": "5MiB", "delete_source": true,
	})
}

// TestConnectionThatIsCutKeepsTheSource cuts the connection at every stage of
// an upload, for good. The file has to stay, the failure to be worth a retry,
// nothing to be left open in the bucket, and the next attempt to end well.
func TestConnectionThatIsCutKeepsTheSource(t *testing.T) {
	server := newServer(t)
	const small, big = 1 << 20, 11 << 20 // in one piece, and in three parts
	for name, c := range map[string]struct {
		size   int
		spoil  func(t *testing.T, l *line)
		stored bool
	}{
		"nobody listens":          {small, func(_ *testing.T, l *line) { l.Refuse() }, false},
		"reset when it connects":  {small, func(t *testing.T, l *line) { l.Reset(t) }, false},
		"in a request's header":   {small, func(t *testing.T, l *line) { l.CutRequestsAfter(t, 100) }, false},
		"in a request's body":     {small, func(t *testing.T, l *line) { l.CutRequestsAfter(t, 300_000) }, false},
		"before the answer":       {small, func(t *testing.T, l *line) { l.CutAnswersAfter(t, 0) }, true},
		"in the answer":           {small, func(t *testing.T, l *line) { l.CutAnswersAfter(t, 40) }, true},
		"before the read-back":    {small, func(t *testing.T, l *line) { l.after(putObject, func(l *line) { l.Reset(t) }) }, true},
		"at the read-back":        {small, func(_ *testing.T, l *line) { l.at(headObject, func(l *line) { l.Refuse() }) }, true},
		"no answer to read-back":  {small, func(t *testing.T, l *line) { l.at(headObject, func(l *line) { l.CutAnswersAfter(t, 0) }) }, true},
		"in the read-back":        {small, func(t *testing.T, l *line) { l.at(headObject, func(l *line) { l.CutAnswersAfter(t, 60) }) }, true},
		"in the body of a part":   {big, func(t *testing.T, l *line) { l.CutRequestsAfter(t, 1_000_000) }, false},
		"no answer to a part":     {big, func(t *testing.T, l *line) { l.at(uploadPart, func(l *line) { l.CutAnswersAfter(t, 0) }) }, false},
		"in the answer to a part": {big, func(t *testing.T, l *line) { l.at(uploadPart, func(l *line) { l.CutAnswersAfter(t, 40) }) }, false},
		"no answer to the end":    {big, func(t *testing.T, l *line) { l.at(complete, func(l *line) { l.CutAnswersAfter(t, 0) }) }, true},
		"in the answer to the end": {
			big, func(t *testing.T, l *line) { l.at(complete, func(l *line) { l.CutAnswersAfter(t, 40) }) }, true,
		},
		"read-back of parts": {big, func(t *testing.T, l *line) { l.at(headObject, func(l *line) { l.CutAnswersAfter(t, 0) }) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own := strings.NewReplacer(" ", "-", "'", "").Replace(name) // bucket, so that all can be at work at once
			server.MakeBucket(t, own)
			dir := t.TempDir()
			content := strings.Repeat(name[:1], c.size)
			path := writeTo(t, dir, "a.bin", content)
			l := newLine(t, server)
			c.spoil(t, l)
			args := enginetest.With(l.args(server, path), enginetest.Args{"bucket": "s3://" + own})
			got := enginetest.Fail(t, s3put.Type, dir, args, "s3_unreachable")
			if !got.Retryable || got.Remedy == "" || !strings.Contains(got.Message, path) || !strings.Contains(got.Message, "http://"+l.Addr()) {
				t.Errorf("got %+v", got)
			}
			if read(t, path) != content {
				t.Fatal("the source changed")
			}
			if n := server.Uploads(t, own); n != 0 {
				t.Errorf("%d uploads are left open", n)
			}
			if stored := len(server.Keys(t, own)) > 0; stored != c.stored {
				t.Errorf("the object is there: %t, want %t", stored, c.stored)
			}
			enginetest.Succeed(t, s3put.Type, dir, enginetest.With(args, enginetest.Args{"endpoint": server.Endpoint()}), nil)
			if isThere(t, path) || string(server.Read(t, own, "x/a.bin")) != content {
				t.Error("the next attempt left the source, or stored something else")
			}
		})
	}
}

// TestPartsThatCannotBeTakenBackAreToldOf: where the line is dead, so is the
// way to abort an upload.
func TestPartsThatCannotBeTakenBackAreToldOf(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	path := writeTo(t, dir, "big.bin", strings.Repeat("x", 11<<20))
	l := newLine(t, server)
	l.at(complete, func(l *line) { l.Refuse(); panic(http.ErrAbortHandler) })
	got, said := enginetest.RunLogged(t.Context(), t, s3put.Type, dir, l.args(server, path))
	if got.Error == nil || got.Error.Code != "s3_unreachable" || !isThere(t, path) {
		t.Errorf("got %+v", got.Error)
	}
	if n := server.Uploads(t, bucket); n != 1 || !strings.Contains(said, "parts of an upload may be left in the bucket") {
		t.Errorf("%d uploads are left open, and the log says %q", n, said)
	}
}

func TestSlowLineIsNoFault(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	for name, size := range map[string]int{"small.bin": 1 << 20, "big.bin": 11 << 20} {
		path := writeTo(t, dir, name, strings.Repeat("x", size))
		l := newLine(t, server)
		l.Delay(t, 100*time.Millisecond)
		enginetest.Succeed(t, s3put.Type, dir, l.args(server, path), nil)
		if isThere(t, path) {
			t.Errorf("%s is still there", name)
		}
	}
}

// TestAttemptInABlackHoleEndsWithItsTime: nothing arrives and nothing is
// refused, from a stage of the upload on.
func TestAttemptInABlackHoleEndsWithItsTime(t *testing.T) {
	server := newServer(t)
	for name, c := range map[string]struct {
		size  int
		spoil func(t *testing.T, l *line)
	}{
		"from the beginning": {1 << 20, func(t *testing.T, l *line) { l.Swallow(t) }},
		"at the read-back":   {1 << 20, func(t *testing.T, l *line) { l.after(putObject, func(l *line) { l.Swallow(t) }) }},
		"in parts":           {11 << 20, func(t *testing.T, l *line) { l.after(createUpload, func(l *line) { l.Swallow(t) }) }},
		"at the end": {11 << 20, func(t *testing.T, l *line) {
			l.at(complete, func(l *line) { l.Swallow(t); panic(http.ErrAbortHandler) })
		}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := writeTo(t, dir, "a.bin", strings.Repeat("x", c.size))
			l := newLine(t, server)
			c.spoil(t, l)
			const limit = 500 * time.Millisecond
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			start := time.Now()
			got := enginetest.Run(ctx, t, s3put.Type, dir, l.args(server, path))
			if took := time.Since(start); took > limit+time.Second {
				t.Errorf("it took %s", took)
			}
			if got.Outcome == engine.AttemptSucceeded || !isThere(t, path) {
				t.Errorf("the attempt %s, and the source is there: %t", got.Outcome, isThere(t, path))
			}
		})
	}
}
