package s3server_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"dagrun/engine/enginetest/s3server"
)

func TestObjectsAreKept(t *testing.T) {
	t.Run("HTTP", func(t *testing.T) { checkKeeping(t, s3server.Start(t)) })
	t.Run("HTTPS", func(t *testing.T) { checkKeeping(t, s3server.Start(t, s3server.Encrypted())) })
}

func checkKeeping(t *testing.T, server *s3server.Server) {
	t.Helper()
	server.MakeBucket(t, "readings")
	if got := server.Keys(t, "readings"); len(got) != 0 {
		t.Errorf("a new bucket has %q", got)
	}
	put := func(key, content string) {
		server.Put(t, &s3.PutObjectInput{Bucket: aws.String("readings"), Key: aws.String(key), Body: strings.NewReader(content)})
	}
	put("b/c.csv", "x")
	put("a.csv", "y")
	if diff := cmp.Diff([]string{"a.csv", "b/c.csv"}, server.Keys(t, "readings")); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if got := string(server.Read(t, "readings", "b/c.csv")); got != "x" {
		t.Errorf("got %q, want x", got)
	}
	if n := server.Uploads(t, "readings"); n != 0 {
		t.Errorf("%d uploads are open", n)
	}
}

func TestSignaturesAndChecksumsAreChecked(t *testing.T) {
	server := s3server.Start(t)
	server.MakeBucket(t, "readings")
	input := func() *s3.PutObjectInput {
		return &s3.PutObjectInput{Bucket: aws.String("readings"), Key: aws.String("a"), Body: strings.NewReader("x")}
	}
	forger := func(o *s3.Options) {
		o.Credentials = credentials.NewStaticCredentialsProvider(server.AccessKeyID, "another", "")
	}
	_, err := server.Client().PutObject(t.Context(), input(), forger)
	wantCode(t, err, "SignatureDoesNotMatch")
	damaged := input()
	damaged.ChecksumSHA256 = aws.String("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=") // of nothing
	_, err = server.Client().PutObject(t.Context(), damaged)
	wantCode(t, err, "BadDigest")
	if got := server.Keys(t, "readings"); len(got) != 0 {
		t.Errorf("the bucket has %q", got)
	}
}

func wantCode(t *testing.T, err error, want string) {
	t.Helper()
	var answer smithy.APIError
	if !errors.As(err, &answer) || answer.ErrorCode() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestVersionsAreKeptWhereAskedFor(t *testing.T) {
	for _, c := range []struct {
		options []s3server.Option
		want    bool
	}{{nil, false}, {[]s3server.Option{s3server.Versioned()}, true}} {
		server := s3server.Start(t, c.options...)
		server.MakeBucket(t, "readings")
		server.Put(t, &s3.PutObjectInput{Bucket: aws.String("readings"), Key: aws.String("a"), Body: strings.NewReader("x")})
		if got := aws.ToString(server.Head(t, "readings", "a").VersionId) != ""; got != c.want {
			t.Errorf("the object has a version: %t, want %t", got, c.want)
		}
	}
}
