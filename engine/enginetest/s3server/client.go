package s3server

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Client is a client with the account of the server.
func (s *Server) Client() *s3.Client {
	o := s3.Options{
		BaseEndpoint: aws.String(s.Endpoint()), Region: Region, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(s.AccessKeyID, s.SecretAccessKey, ""),
	}
	if s.options.encrypted {
		// The certificate is checked by what is tested, not by what tests.
		o.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(tr *http.Transport) {
			tr.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
		})
	}
	return s3.New(o)
}

func (s *Server) answers(ctx context.Context) bool {
	once := func(o *s3.Options) { o.RetryMaxAttempts = 1 }
	_, err := s.Client().ListBuckets(ctx, &s3.ListBucketsInput{}, once)
	return err == nil
}

// MakeBucket makes a bucket, with versions if the server keeps them.
func (s *Server) MakeBucket(t testing.TB, name string) {
	t.Helper()
	if _, err := s.Client().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	if !s.options.versioned {
		return
	}
	_, err := s.Client().PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket: &name, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Keys lists the keys in a bucket, sorted.
func (s *Server) Keys(t testing.TB, bucket string) []string {
	t.Helper()
	var keys []string
	pages := s3.NewListObjectsV2Paginator(s.Client(), &s3.ListObjectsV2Input{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Contents {
			keys = append(keys, aws.ToString(o.Key))
		}
	}
	return keys
}

// Read gives the content of an object.
func (s *Server) Read(t testing.TB, bucket, key string) []byte {
	t.Helper()
	object, err := s.Client().GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = object.Body.Close() }()
	data, err := io.ReadAll(object.Body)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Head gives what the server knows of an object, its checksums among it.
func (s *Server) Head(t testing.TB, bucket, key string) *s3.HeadObjectOutput {
	t.Helper()
	head, err := s.Client().HeadObject(t.Context(), &s3.HeadObjectInput{
		Bucket: &bucket, Key: &key, ChecksumMode: types.ChecksumModeEnabled,
	})
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// Put stores an object with the checksum that SDKs choose by default.
func (s *Server) Put(t testing.TB, input *s3.PutObjectInput) {
	t.Helper()
	if _, err := s.Client().PutObject(t.Context(), input); err != nil {
		t.Fatal(err)
	}
}

// Uploads counts the multipart uploads in a bucket that were begun and neither
// completed nor aborted.
func (s *Server) Uploads(t testing.TB, bucket string) int {
	t.Helper()
	list, err := s.Client().ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	return len(list.Uploads)
}
