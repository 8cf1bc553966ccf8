package s3put_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/s3server"
	"dagrun/steps/s3put"
)

const (
	role       = "arn:aws:iam::123456789012:role/backup/plc"
	baseID     = "BASEACCOUNT"
	baseSecret = "base+secret/canary%77"
	roleToken  = "role+token/canary%77"
)

// newSTS starts a service that gives the keys of a server's account to who
// assumes the role with the base account, whose signature it checks. It is put
// into the environment. The server takes those keys without a token only.
func newSTS(t testing.TB, server *s3server.Server) {
	t.Helper()
	giveKeys(t, aws.Credentials{AccessKeyID: server.AccessKeyID, SecretAccessKey: server.SecretAccessKey})
}

func giveKeys(t testing.TB, keys aws.Credentials) {
	t.Helper()
	serveSTS(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		form, _ := url.ParseQuery(string(body))
		session := "dagrun-0190163d-8694-739b-aea5-966c26f8ad91"
		if form.Get("Action") != "AssumeRole" || form.Get("RoleArn") != role || form.Get("RoleSessionName") != session {
			refuse(w, 403, "AccessDenied", "not authorized to perform: sts:AssumeRole")
		} else if got, want := r.Header.Get("Authorization"), signed(t, r, body); got != want {
			refuse(w, 403, "SignatureDoesNotMatch", "got "+got)
		} else {
			_, _ = fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey><SessionToken>%s</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
				keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken)
		}
	})
}

// signed is what the base account's signature of a request has to be.
func signed(t testing.TB, r *http.Request, body []byte) string {
	t.Helper()
	again, err := http.NewRequestWithContext(t.Context(), r.Method, "http://"+r.Host+r.URL.RequestURI(), nil)
	if err != nil {
		t.Fatal(err)
	}
	again.ContentLength = int64(len(body))
	_, names, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
	names, _, _ = strings.Cut(names, ",")
	for name := range strings.SplitSeq(names, ";") {
		if name != "host" && name != "content-length" {
			again.Header[http.CanonicalHeaderKey(name)] = r.Header[http.CanonicalHeaderKey(name)]
		}
	}
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil {
		t.Error(err)
	}
	sum := sha256.Sum256(body)
	base := aws.Credentials{AccessKeyID: baseID, SecretAccessKey: baseSecret}
	if err := v4.NewSigner().SignHTTP(t.Context(), base, again, hex.EncodeToString(sum[:]), "sts", s3server.Region, at); err != nil {
		t.Error(err)
	}
	return again.Header.Get("Authorization")
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>x</RequestId></ErrorResponse>`, code, message)
}

func serveSTS(t testing.TB, do http.HandlerFunc) {
	t.Helper()
	service := httptest.NewServer(do)
	t.Cleanup(service.Close)
	t.Setenv("AWS_ENDPOINT_URL_STS", service.URL)
}

// withRole are the arguments that reach a server by way of the role.
func withRole(server *s3server.Server) enginetest.Args {
	return enginetest.With(toServer(server), enginetest.Args{
		"source": "a.csv", "key": "a.csv", "access_key_id": baseID, "secret_access_key": baseSecret, "role_arn": role,
	})
}

func TestRoleIsAssumed(t *testing.T) {
	server := newServer(t)
	newSTS(t, server)
	dir := t.TempDir()
	path := writeTo(t, dir, "a.csv", "abc")
	enginetest.Succeed(t, s3put.Type, dir, enginetest.With(withRole(server), enginetest.Args{"delete_source": true}), nil)
	if got := string(server.Read(t, bucket, "a.csv")); got != "abc" || isThere(t, path) {
		t.Errorf("stored is %q; the source is there: %t", got, isThere(t, path))
	}
}

// TestTokenOfTheRoleGoesAlong: the server has not given the token, and says so.
func TestTokenOfTheRoleGoesAlong(t *testing.T) {
	server := newServer(t)
	giveKeys(t, aws.Credentials{AccessKeyID: server.AccessKeyID, SecretAccessKey: server.SecretAccessKey, SessionToken: roleToken})
	dir := t.TempDir()
	writeTo(t, dir, "a.csv", "abc")
	p := newProxy(t, server, nil)
	got := enginetest.Fail(t, s3put.Type, dir, enginetest.With(withRole(server), enginetest.Args{"endpoint": p.endpoint}), "s3_denied")
	if got.Retryable || !strings.Contains(got.Message, "400 InvalidToken") || strings.Contains(got.Message, roleToken) {
		t.Errorf("got %+v", got)
	}
	if diff := cmp.Diff([]string{roleToken}, p.sent(putObject, "X-Amz-Security-Token")); diff != "" {
		t.Errorf("tokens of the role (-want +got):\n%s", diff)
	}
}

func TestRoleThatIsNotToBeHadIsTold(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	writeTo(t, dir, "a.csv", "abc")
	for name, c := range map[string]struct {
		prepare        func(t *testing.T)
		more           enginetest.Args
		code, argument string
		retryable      bool
		says           string
	}{
		"another role": {
			func(t *testing.T) { newSTS(t, server) }, enginetest.Args{"role_arn": "arn:aws:iam::123456789012:role/another"},
			"s3_role", "role_arn", false, "assume the role arn:aws:iam::123456789012:role/another at http://127.0.0.1",
		},
		"a wrong secret": {
			func(t *testing.T) { newSTS(t, server) }, enginetest.Args{"secret_access_key": "another"},
			"s3_role", "role_arn", false, "403 SignatureDoesNotMatch",
		},
		"throttled": {
			func(t *testing.T) {
				serveSTS(t, func(w http.ResponseWriter, _ *http.Request) { refuse(w, 400, "Throttling", "Rate exceeded") })
			}, nil,
			"s3_role", "role_arn", true, "400 Throttling: Rate exceeded",
		},
		"nobody answers": {
			func(t *testing.T) { t.Setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1") }, nil,
			"s3_role", "role_arn", true, "connection refused",
		},
		"an answer that repeats the secret": {
			func(t *testing.T) {
				serveSTS(t, func(w http.ResponseWriter, _ *http.Request) { refuse(w, 403, "AccessDenied", "no: "+baseSecret) })
			}, nil,
			"s3_role", "role_arn", false, "no: " + engine.Masked,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.prepare(t)
			got := enginetest.Fail(t, s3put.Type, dir, enginetest.With(withRole(server), c.more), c.code)
			if got.Argument != c.argument || got.Retryable != c.retryable || !strings.Contains(got.Message, c.says) {
				t.Errorf("got %+v, want argument %q, retryable %t and %q in the message", got, c.argument, c.retryable, c.says)
			}
			if strings.Contains(got.Message+got.Remedy, "canary") {
				t.Errorf("a secret is in %+v", got)
			}
		})
	}
}

// TestRoleWithKeysThatTheStoreRefuses: the store, and not STS, has the last
// word.
func TestRoleWithKeysThatTheStoreRefuses(t *testing.T) {
	server := newServer(t)
	newSTS(t, &s3server.Server{AccessKeyID: server.AccessKeyID, SecretAccessKey: "another"})
	dir := t.TempDir()
	writeTo(t, dir, "a.csv", "abc")
	got := enginetest.Fail(t, s3put.Type, dir, withRole(server), "s3_denied")
	if !strings.Contains(got.Message, "403 SignatureDoesNotMatch") || strings.Contains(got.Message, "canary") {
		t.Errorf("got %+v", got)
	}
}

func TestCancelledWhileTheRoleIsAwaitedReturnsSoon(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	writeTo(t, dir, "a.csv", "abc")
	ctx, cancel := context.WithCancel(t.Context())
	var at time.Time
	serveSTS(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		at = time.Now()
		cancel()
		<-r.Context().Done()
	})
	got := enginetest.Run(ctx, t, s3put.Type, dir, withRole(server))
	if took := time.Since(at); got.Outcome != engine.AttemptCancelled || took > time.Second {
		t.Errorf("the attempt %s after %s: %+v", got.Outcome, took, got.Error)
	}
}
