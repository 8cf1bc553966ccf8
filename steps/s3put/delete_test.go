package s3put_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/s3server"
	"dagrun/engine/local"
	"dagrun/steps/s3put"
)

const (
	wrongSum  = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" // of nothing
	large     = 6 << 20                                        // two parts of the size that toServer asks for
	sumHeader = "X-Amz-Checksum-Sha256"
)

// largeFile writes a file that goes up in parts.
func largeFile(t testing.TB, dir, name string) string {
	t.Helper()
	content := make([]byte, large)
	if _, err := rand.Read(content); err != nil {
		t.Fatal(err)
	}
	return writeTo(t, dir, name, string(content))
}

// lost is a fault at a request and what becomes of it.
type lost struct {
	name      string
	at        request
	fault     fault
	code      string
	retryable bool
}

// losses are faults that leave in doubt whether the store has the content.
func losses(put request) []lost {
	return []lost{
		{"500", put, answer(500, "InternalError", "We failed"), "s3_error", true},
		{"503 slow down", put, answer(503, "SlowDown", "Reduce your rate"), "s3_throttled", true},
		{"429", put, answer(429, "Whatever", "x"), "s3_throttled", true},
		{"403", put, answer(403, "AccessDenied", "Access Denied"), "s3_denied", false},
		{"403 without a body", put, raw("HTTP/1.1 403 Forbidden\nContent-Length: 0\nConnection: close\n\n"), "s3_denied", false},
		{"400", put, answer(400, "EntityTooLarge", "Too large"), "s3_error", false},
		{"cut before it arrives", put, cut, "s3_unreachable", true},
		{"stored, then cut", put, passThen(cut), "s3_unreachable", true},
		{"stored, then 500", put, passThen(answer(500, "InternalError", "We failed")), "s3_error", true},
		{"half a status line", put, raw("HTTP/1.1 20"), "s3_unreachable", true},
		{"half a header", put, raw("HTTP/1.1 200 OK\nETag: \"x"), "s3_unreachable", true},
		{"half an error", put, raw("HTTP/1.1 500 Oh\nContent-Length: 999\n\n<?xml version=\"1.0\"?><Error><Co"), "", true},
		{"no HTTP", put, raw("220 mail.example.com ESMTP\n"), "s3_unreachable", true},

		{"500 at read-back", headObject, answer(500, "", ""), "s3_error", true},
		{"503 at read-back", headObject, answer(503, "", ""), "s3_error", true},
		{"403 at read-back", headObject, answer(403, "", ""), "s3_denied", false},
		{"404 at read-back", headObject, answer(404, "", ""), "unconfirmed", true},
		{"cut at read-back", headObject, cut, "s3_unreachable", true},
		{"half a header at read-back", headObject, raw("HTTP/1.1 200 OK\nContent-Length: 3\nX-Amz-Che"), "s3_unreachable", true},
		{"wrong checksum at read-back", headObject, set(sumHeader, wrongSum), "checksum_mismatch", true},
		{"wrong checksum of parts at read-back", headObject, set(sumHeader, wrongSum+"-3"), "checksum_mismatch", true},
		{"half a checksum at read-back", headObject, header(func(h http.Header) { h.Set(sumHeader, h.Get(sumHeader)[:20]) }), "checksum_mismatch", true},
		{"wrong size at read-back", headObject, set("Content-Length", "4"), "checksum_mismatch", true},
		{"no checksum at read-back", headObject, without(sumHeader), "unconfirmed", false},
		{"another kind of checksum at read-back", headObject, header(func(h http.Header) {
			h.Del(sumHeader)
			h.Set("X-Amz-Checksum-Crc32", "AAAAAA==")
		}), "unconfirmed", false},
	}
}

func TestSourceStaysWhateverGoesWrong(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	check := func(t *testing.T, i int, l lost, path, before string) {
		t.Helper()
		p := newProxy(t, server, map[request]fault{l.at: l.fault})
		args := enginetest.With(through(server, p), enginetest.Args{
			"source": path, "key": fmt.Sprintf("%d/%s", i, filepath.Base(path)), "delete_source": true,
		})
		result := enginetest.Run(t.Context(), t, s3put.Type, dir, args)
		if read(t, path) != before {
			t.Fatal("the source changed")
		}
		if result.Error == nil {
			t.Fatalf("the attempt %s", result.Outcome)
		}
		if (l.code != "" && result.Error.Code != l.code) || result.Error.Retryable != l.retryable {
			t.Errorf("got %s, retryable %t; want %s, %t: %s", result.Error.Code, result.Error.Retryable, l.code, l.retryable, result.Error.Message)
		}
		if !strings.Contains(result.Error.Message, path) || !strings.Contains(result.Error.Message, "s3://readings/") {
			t.Errorf("the message does not name file and object: %s", result.Error.Message)
		}
		if strings.Contains(result.Error.Message, "NOBODY") || result.Error.Remedy == "" {
			t.Errorf("the message has a request's id, or lacks a remedy: %+v", result.Error)
		}
		if p.count(l.at) == 0 {
			t.Errorf("there was no %s", l.at)
		}
	}
	small := writeTo(t, dir, "small.csv", "abc")
	big := largeFile(t, dir, "big.bin")
	before := read(t, big)
	t.Run("in one piece", func(t *testing.T) {
		for i, l := range losses(putObject) {
			t.Run(l.name, func(t *testing.T) {
				t.Parallel()
				check(t, i, l, small, "abc")
			})
		}
	})
	t.Run("in parts", func(t *testing.T) {
		for at, names := range map[request][]string{
			createUpload: {"500", "403", "cut before it arrives"},
			uploadPart:   {"500", "503 slow down", "400", "cut before it arrives", "stored, then cut"},
			complete:     {"500", "403", "cut before it arrives", "stored, then cut", "stored, then 500"},
			headObject:   {"404 at read-back", "wrong checksum of parts at read-back", "wrong size at read-back", "no checksum at read-back"},
		} {
			for i, l := range losses(at) {
				if !slices.Contains(names, l.name) {
					continue
				}
				t.Run(fmt.Sprintf("%s at %s", l.name, at), func(t *testing.T) {
					t.Parallel()
					check(t, 100+i, l, big, before)
				})
			}
		}
	})
	if n := server.Uploads(t, bucket); n != 0 {
		t.Errorf("%d uploads are left open", n)
	}
}

// TestSourceGoesWhenTheStoreHasIt proves the opposite, or the test above would
// pass for a step that never deletes.
func TestSourceGoesWhenTheStoreHasIt(t *testing.T) {
	for name, options := range map[string][]s3server.Option{"HTTP": nil, "HTTPS": {s3server.Encrypted()}, "versioned": {s3server.Versioned()}} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t, options...)
			if ca := server.CAFile(); ca != "" {
				t.Setenv("AWS_CA_BUNDLE", ca)
			}
			dir := t.TempDir()
			small, big := writeTo(t, dir, "small.csv", "abc"), largeFile(t, dir, "big.bin")
			content := read(t, big)
			enginetest.Succeed(t, s3put.Type, dir, enginetest.With(toServer(server), enginetest.Args{
				"source": "*", "key": "x/", "delete_source": true,
			}), nil)
			if isThere(t, small) || isThere(t, big) {
				t.Error("a source is still there")
			}
			if got := server.Read(t, bucket, "x/small.csv"); string(got) != "abc" {
				t.Errorf("stored: %q", got)
			}
			if got := server.Read(t, bucket, "x/big.bin"); !bytes.Equal(got, []byte(content)) {
				t.Errorf("stored: %d bytes, others than the file had", len(got))
			}
		})
	}
}

func TestSourceStaysWhenAPostconditionFails(t *testing.T) {
	dir := t.TempDir()
	path := writeTo(t, dir, "a.csv", "abc")
	attempt, _ := enginetest.Attempt(t, s3put.Type, dir, enginetest.Args{"source": "a.csv", "bucket": "file://store", "key": "k", "delete_source": true})
	refusal := &engine.StepError{Code: "postcondition", Message: "too small", Remedy: "Look."}
	runner := &local.Runner{Types: engine.NewRegistry(s3put.Type), Verify: func(engine.Attempt, json.RawMessage) error { return refusal }}
	if got := runner.Run(t.Context(), attempt); got.Outcome != engine.AttemptFailed || !isThere(t, path) {
		t.Errorf("the attempt %s, the source is there: %v", got.Outcome, isThere(t, path))
	}
}

func TestFaultThatPassesIsOvercomeAndTheSourceGoes(t *testing.T) {
	server := newServer(t)
	for name, faults := range map[string]map[request]fault{
		"500 once":              {putObject: first(answer(500, "InternalError", "x"))},
		"cut twice":             {putObject: first(cut, cut)},
		"stored, then cut once": {putObject: first(passThen(cut))},
		"read-back cut once":    {headObject: first(cut)},
		"slow down twice":       {putObject: first(answer(503, "SlowDown", "x"), answer(503, "SlowDown", "x"))},
	} {
		for _, ifExists := range []string{"overwrite", "fail"} {
			t.Run(name+" "+ifExists, func(t *testing.T) {
				dir := t.TempDir()
				path := writeTo(t, dir, "a.csv", "abc")
				p := newProxy(t, server, faults)
				enginetest.Succeed(t, s3put.Type, dir, enginetest.With(through(server, p), enginetest.Args{
					"source": "a.csv", "key": name + ifExists, "delete_source": true, "if_exists": ifExists,
				}), nil)
				if isThere(t, path) {
					t.Error("the source is still there")
				}
			})
		}
	}
}

// TestLostAnswerToACompletionIsOvercomeByTheNextAttempt: the SDK asks again, and
// is told that there is no such upload, since it is complete.
func TestLostAnswerToACompletionIsOvercomeByTheNextAttempt(t *testing.T) {
	server := newServer(t)
	for _, ifExists := range []string{"overwrite", "skip", "fail"} {
		dir := t.TempDir()
		path := largeFile(t, dir, "big.bin")
		p := newProxy(t, server, map[request]fault{complete: first(passThen(cut), answer(404, "NoSuchUpload", "No such upload"))})
		args := enginetest.With(through(server, p), enginetest.Args{"source": path, "key": ifExists, "delete_source": true, "if_exists": ifExists})
		got := enginetest.Fail(t, s3put.Type, dir, args, "s3_error")
		if !got.Retryable || !isThere(t, path) {
			t.Errorf("%s: got %+v, and the file is there: %t", ifExists, got, isThere(t, path))
		}
		enginetest.Succeed(t, s3put.Type, dir, args, nil)
		if isThere(t, path) {
			t.Errorf("%s: the source is still there", ifExists)
		}
	}
}

func TestSourcesStayTogether(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	for _, name := range []string{"a.csv", "b.csv", "c.csv"} {
		writeTo(t, dir, name, name)
	}
	n := 0
	for what, faults := range map[string]map[request]fault{
		"the last upload":    {putObject: onThird(&n, answer(403, "AccessDenied", "no"))},
		"the last read-back": {headObject: onThird(&n, answer(403, "", ""))},
	} {
		n = 0
		args := enginetest.With(through(server, newProxy(t, server, faults)), enginetest.Args{"source": "*.csv", "key": "x/", "delete_source": true})
		enginetest.Fail(t, s3put.Type, dir, args, "s3_denied")
		if got := len(tree(t, dir)); got != 3 {
			t.Errorf("%s failed, and %d of 3 files are left", what, got)
		}
	}
	enginetest.Succeed(t, s3put.Type, dir, enginetest.With(toServer(server), enginetest.Args{"source": "*.csv", "key": "x/", "delete_source": true}), nil)
	if got := tree(t, dir); len(got) != 0 {
		t.Errorf("these files are left: %v", got)
	}
}

// onThird does a fault from the third request on. Requests come one by one here.
func onThird(n *int, do fault) fault {
	return func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		if *n++; *n < 3 {
			pass(w, r)
			return
		}
		do(w, r, pass)
	}
}

// meanwhile does something while a request is under way.
func meanwhile(do func()) fault {
	return func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		do()
		pass(w, r)
	}
}

func TestSourceThatChangesMeanwhileStays(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "a.csv")
	change := map[string]func(){
		"written over":  func() { writeTo(t, dir, "a.csv", "xyz") },
		"written on":    func() { writeTo(t, dir, "a.csv", "abcd") },
		"emptied":       func() { writeTo(t, dir, "a.csv", "") },
		"replaced":      func() { writeTo(t, dir, "b.csv", "xyz"); rename(t, filepath.Join(dir, "b.csv"), path) },
		"removed":       func() { _ = os.Remove(path) },
		"made a folder": func() { _ = os.Remove(path); writeTo(t, path, "inside.txt", "x") },
	}
	for what, do := range change {
		for _, at := range []request{putObject, headObject} {
			t.Run(what+" during "+string(at), func(t *testing.T) {
				if err := os.RemoveAll(path); err != nil {
					t.Fatal(err)
				}
				writeTo(t, dir, "a.csv", "abc")
				p := newProxy(t, server, map[request]fault{at: meanwhile(do)})
				args := enginetest.With(through(server, p), enginetest.Args{"source": "a.csv", "key": "a.csv", "delete_source": true})
				want := "source_changed"
				if what == "removed" || what == "made a folder" {
					want = "input_unreadable"
				}
				enginetest.Fail(t, s3put.Type, dir, args, want)
				if what != "removed" && !isThere(t, path) {
					t.Error("the changed file is gone")
				}
			})
		}
	}
}

func rename(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// TestLargeSourceThatChangesWhileItIsSentStays changes a part that was not read
// yet: what is sent is then what no fingerprint is of.
func TestLargeSourceThatChangesWhileItIsSentStays(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	for name, deletes := range map[string]bool{"deleting": true, "keeping": false} {
		path := largeFile(t, dir, name)
		p := newProxy(t, server, map[request]fault{createUpload: meanwhile(func() {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err == nil {
				_, err = f.WriteAt([]byte("changed"), large-100)
			}
			if err != nil {
				t.Error(err)
			}
			_ = f.Close()
		})})
		args := enginetest.With(through(server, p), enginetest.Args{"source": path, "key": name, "delete_source": deletes})
		got := enginetest.Fail(t, s3put.Type, dir, args, "source_changed")
		if !got.Retryable || !isThere(t, path) {
			t.Errorf("%s: got %+v, and the file is there: %t", name, got, isThere(t, path))
		}
	}
	if keys, n := server.Keys(t, bucket), server.Uploads(t, bucket); len(keys) != 0 || n != 0 {
		t.Errorf("what no file has ever been is stored as %q, and %d uploads are left open", keys, n)
	}
}

func TestSourceThatIsGoneIsAnError(t *testing.T) {
	dir := t.TempDir()
	got := enginetest.Fail(t, s3put.Type, dir, enginetest.Args{
		"source": "a.csv", "bucket": "file://archive", "key": "a.csv", "delete_source": true,
	}, "input_missing")
	if got.Argument != "source" || got.Retryable {
		t.Errorf("got %+v", got)
	}
}
