package s3put_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/s3server"
)

// request is one kind of request to a store.
type request string

const (
	putObject    request = "PutObject"
	headObject   request = "HeadObject"
	createUpload request = "CreateMultipartUpload"
	uploadPart   request = "UploadPart"
	complete     request = "CompleteMultipartUpload"
	abort        request = "AbortMultipartUpload"
)

func kindOf(r *http.Request) request {
	query := r.URL.Query()
	switch {
	case r.Method == http.MethodHead:
		return headObject
	case r.Method == http.MethodPut && query.Has("partNumber"):
		return uploadPart
	case r.Method == http.MethodPut:
		return putObject
	case r.Method == http.MethodPost && query.Has("uploads"):
		return createUpload
	case r.Method == http.MethodPost && query.Has("uploadId"):
		return complete
	case r.Method == http.MethodDelete && query.Has("uploadId"):
		return abort
	}
	return request(r.Method + " " + r.URL.String())
}

// fault is what happens to a request instead of being passed on. It may pass it
// on itself.
type fault func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc)

// proxy stands between step and server, does what the faults say, and records
// the requests.
type proxy struct {
	endpoint string

	mu      sync.Mutex
	faults  map[request]fault
	seen    map[request]int
	headers map[request][]http.Header
}

// newProxy starts a proxy. The host that a request was signed for is passed on,
// so that the server finds the signature right.
func newProxy(t testing.TB, server *s3server.Server, faults map[request]fault) *proxy {
	t.Helper()
	target, err := url.Parse(server.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	behind := &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = r.In.Host },
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ErrorLog:     log.New(io.Discard, "", 0), // connections that are cut on purpose
	}
	p := &proxy{}
	p.reset(faults)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind := kindOf(r)
		p.mu.Lock()
		p.seen[kind]++
		p.headers[kind] = append(p.headers[kind], r.Header.Clone())
		do := p.faults[kind]
		p.mu.Unlock()
		if do == nil {
			behind.ServeHTTP(w, r)
			return
		}
		do(w, r, behind.ServeHTTP)
	}))
	t.Cleanup(front.Close)
	p.endpoint = front.URL
	return p
}

// reset forgets what was seen, and changes the faults.
func (p *proxy) reset(faults map[request]fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults, p.seen, p.headers = faults, map[request]int{}, map[request][]http.Header{}
}

// sent gives the values that a header had in requests of a kind.
func (p *proxy) sent(kind request, name string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var values []string
	for _, h := range p.headers[kind] {
		values = append(values, h.Get(name))
	}
	return values
}

func (p *proxy) count(kind request) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen[kind]
}

// through are the arguments that reach a server by way of a proxy.
func through(server *s3server.Server, p *proxy) enginetest.Args {
	return enginetest.With(toServer(server), enginetest.Args{"endpoint": p.endpoint})
}

// answer gives an error as S3 does, when it has read the request.
func answer(status int, code, message string) fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/xml")
		w.Header().Set("X-Amz-Request-Id", "REQUEST-ID-THAT-NOBODY-NEEDS")
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			_, _ = fmt.Fprintf(w, `<?xml version="1.0"?><Error><Code>%s</Code><Message>%s</Message><RequestId>REQUEST-ID-THAT-NOBODY-NEEDS</RequestId></Error>`, code, message)
		}
	}
}

// cut closes the connection without an answer.
func cut(http.ResponseWriter, *http.Request, http.HandlerFunc) { panic(http.ErrAbortHandler) }

// silence takes a request, tells of it and never answers.
func silence(taken chan<- struct{}) fault {
	return func(_ http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(taken)
		<-r.Context().Done()
	}
}

// passing is no fault.
func passing(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) { pass(w, r) }

// passThen lets the server have the request, and the step something else than
// its answer.
func passThen(then fault) fault {
	return func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		pass(httptest.NewRecorder(), r)
		then(w, r, nil)
	}
}

// raw writes bytes and closes the connection.
func raw(bytes string) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = conn.Write([]byte(strings.ReplaceAll(bytes, "\n", "\r\n")))
		_ = conn.Close()
	}
}

// header passes the request on and changes the answer's header.
func header(change func(http.Header)) fault {
	return func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		got := httptest.NewRecorder()
		pass(got, r)
		change(got.Header())
		for name, values := range got.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(got.Code)
		_, _ = w.Write(got.Body.Bytes())
	}
}

func set(name, value string) fault { return header(func(h http.Header) { h.Set(name, value) }) }

func without(name string) fault { return header(func(h http.Header) { h.Del(name) }) }

// first does the first faults in turn and then passes everything on.
func first(faults ...fault) fault {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		mu.Lock()
		var do fault
		if len(faults) > 0 {
			do, faults = faults[0], faults[1:]
		}
		mu.Unlock()
		if do == nil {
			pass(w, r)
			return
		}
		do(w, r, pass)
	}
}

// altered passes another content on than was sent.
func altered(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	for i := range content {
		content[i] ^= 1
	}
	r.Body = io.NopCloser(bytes.NewReader(content))
	pass(w, r)
}
