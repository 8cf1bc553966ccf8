package s3put

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"dagrun/engine"
)

// status is the HTTP status of a store's answer; 0 where there was none.
func status(err error) int {
	var answer *smithyhttp.ResponseError
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}

// errorCode is the code of S3 in a store's answer, such as NoSuchBucket.
func errorCode(err error) string {
	var answer smithy.APIError
	if errors.As(err, &answer) {
		return answer.ErrorCode()
	}
	return ""
}

// failed makes the error of a request: what was attempted with which file,
// where, and what came back.
func (b *bucketStore) failed(ctx context.Context, attempt string, s *source, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var known *engine.StepError
	if errors.As(err, &known) {
		return known
	}
	e := classify(err)
	e.Message = fmt.Sprintf("%s %s as %s at %s: %s", attempt, s.path, b.url(s.key), b.endpoint, answerOf(err))
	e.Message = b.secrets.Replace(e.Message)
	return e
}

// unconfirmed is failed for a file that has been sent, and may be there.
func (b *bucketStore) unconfirmed(ctx context.Context, s *source, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e := classify(err)
	if notFound(err) {
		e.Code, e.Retryable = "unconfirmed", true
		e.Remedy = "Check that nothing else deletes from the bucket, and run the step again."
	}
	e.Message = fmt.Sprintf("read back %s at %s: %s; %s is kept", b.url(s.key), b.endpoint, answerOf(err), s.path)
	e.Message = b.secrets.Replace(e.Message)
	return e
}

// answerOf is what came back, for people: without the ids of requests, which
// say nothing to them and differ each time.
func answerOf(err error) string {
	const most = 300
	text := plainly(err)
	var answer smithy.APIError
	if code := status(err); errors.As(err, &answer) {
		text = fmt.Sprintf("%d %s", code, answer.ErrorCode())
		if answer.ErrorMessage() != "" && answer.ErrorMessage() != answer.ErrorCode() {
			text += ": " + answer.ErrorMessage()
		}
	} else if code != 0 {
		text = fmt.Sprintf("%d %s, and an answer that is not S3's: %s", code, http.StatusText(code), text)
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// plainly says of an error below S3 what a person needs.
func plainly(err error) string {
	var (
		dns     *net.DNSError
		errno   syscall.Errno
		timeout net.Error
		verify  *tls.CertificateVerificationError
		broken  *smithy.DeserializationError
	)
	switch {
	case errors.As(err, &verify):
		return verify.Error()
	case errors.As(err, &dns):
		return fmt.Sprintf("look up %s: %s", dns.Name, dns.Err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case errors.As(err, &errno):
		return errno.Error()
	case errors.As(err, &broken):
		return "it cannot be read"
	}
	return innermost(err)
}

func innermost(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}

func noCredentials(ctx context.Context, a Args, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	code, argument := status(err), "access_key_id"
	if a.Profile != "" {
		argument = "profile"
	}
	return &engine.StepError{
		Code: "s3_credentials", Argument: argument,
		Retryable: code >= http.StatusInternalServerError || code == http.StatusTooManyRequests,
		Message:   "find credentials for the bucket: " + strings.Join(strings.Fields(credentialsAnswer(err)), " "),
		Remedy: "Give access_key_id and secret_access_key, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, " +
			"or profile or AWS_PROFILE to a profile of ~/.aws/config, or run on an instance that has a role.",
	}
}

// noStore is the error of an endpoint that answers and is no store.
func (b *bucketStore) noStore(s *source) error {
	return &engine.StepError{
		Code: "s3_error", Argument: "endpoint",
		Message: fmt.Sprintf("put %s as %s at %s: the answer has no ETag, so that it is not S3's", s.path, b.url(s.key), b.endpoint),
		Remedy:  "Check the endpoint: something else than a store answers there.",
	}
}

// unencrypted is the error of a store that does not do what sse says.
func (b *bucketStore) unencrypted(s *source, did string) error {
	answer := "does not say that it encrypted it"
	if did != "" {
		answer = fmt.Sprintf("encrypted it with %q", did)
	}
	return &engine.StepError{
		Code: "sse_ignored", Argument: "sse",
		Message: fmt.Sprintf("put %s as %s at %s with sse = %q: the store has the file now and %s", s.path, b.url(s.key), b.endpoint, b.args.SSE, answer),
		Remedy:  "Delete the object if nobody may see it, and leave sse out for this store, or use one that encrypts.",
	}
}

func exists(url string, s *source) error {
	return &engine.StepError{
		Code: "exists", Argument: "if_exists",
		Message: fmt.Sprintf("put %s to %s: something stands there already", s.path, url),
		Remedy:  "Give another key, or set if_exists to overwrite or skip.",
	}
}

// credentialsAnswer says why no credentials were found. On a machine that is no
// instance of Amazon's, that the service of instances did not answer is no
// news.
func credentialsAnswer(err error) string {
	if strings.Contains(err.Error(), "no EC2 IMDS role found") {
		return "neither the arguments nor the environment nor the shared files of AWS have any, and this machine is no instance with a role"
	}
	return plainlyOr(err)
}

// plainlyOr gives the whole text of errors that the SDK words well by itself.
func plainlyOr(err error) string {
	if status(err) != 0 {
		return answerOf(err)
	}
	return err.Error()
}
