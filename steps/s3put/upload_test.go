package s3put_test

import (
	"bytes"
	"log"
	"os"
	"strings"
	"testing"

	"dagrun/engine/enginetest"
	"dagrun/steps/s3put"
)

// TestFailedUploadInPartsKeepsItsCause: neither an abort that fails too nor the
// SDK's habit of logging by itself may hide why an upload failed.
func TestFailedUploadInPartsKeepsItsCause(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	big := largeFile(t, dir, "big.bin")
	var logged bytes.Buffer
	log.SetOutput(&logged)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	denied := answer(403, "AccessDenied", "not today")
	for name, c := range map[string]struct {
		faults map[request]fault
		left   bool
	}{
		"a part is refused":                         {map[request]fault{uploadPart: denied}, false},
		"the end is refused":                        {map[request]fault{complete: denied}, false},
		"a part is refused, and so is the abort":    {map[request]fault{uploadPart: denied, abort: answer(500, "InternalError", "x")}, true},
		"the end is refused, and so is the abort":   {map[request]fault{complete: denied, abort: cut}, true},
		"the upload is gone when it is to be ended": {map[request]fault{complete: denied, abort: answer(404, "NoSuchUpload", "gone")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			args := enginetest.With(through(server, newProxy(t, server, c.faults)), enginetest.Args{"source": big, "key": "big.bin", "delete_source": true})
			got, said := enginetest.RunLogged(t.Context(), t, s3put.Type, dir, args)
			if got.Error == nil || got.Error.Code != "s3_denied" || !strings.Contains(got.Error.Message, "403 AccessDenied: not today") {
				t.Errorf("got %+v", got.Error)
			}
			if warned := strings.Contains(said, "parts of an upload may be left"); warned != c.left {
				t.Errorf("warned is %t, want %t: %q", warned, c.left, said)
			}
		})
	}
	if logged.Len() > 0 {
		t.Errorf("the standard log has: %s", logged.String())
	}
}

func TestAnswerToAnUploadIsCompared(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	path := writeTo(t, dir, "a.csv", "abc")
	p := newProxy(t, server, map[request]fault{putObject: set(sumHeader, wrongSum)})
	got := enginetest.Fail(t, s3put.Type, dir, enginetest.With(through(server, p), enginetest.Args{"source": "a.csv", "key": "a.csv"}), "checksum_mismatch")
	if !got.Retryable || !strings.Contains(got.Message, sumOfNothing) || !strings.Contains(got.Message, path) {
		t.Errorf("got %+v", got)
	}
}

// TestContentThatIsChangedOnItsWayIsRefused: the store is told beforehand which
// content will come.
func TestContentThatIsChangedOnItsWayIsRefused(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	path := writeTo(t, dir, "a.csv", "abc")
	p := newProxy(t, server, map[request]fault{putObject: altered})
	args := enginetest.With(through(server, p), enginetest.Args{"source": "a.csv", "key": "a.csv", "delete_source": true})
	got := enginetest.Fail(t, s3put.Type, dir, args, "checksum_mismatch")
	if !got.Retryable || !isThere(t, path) || len(server.Keys(t, bucket)) != 0 {
		t.Errorf("got %+v; the source is there: %t; stored: %q", got, isThere(t, path), server.Keys(t, bucket))
	}
}
