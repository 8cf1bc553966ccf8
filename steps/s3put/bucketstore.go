package s3put

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"dagrun/engine"
)

// bucketStore is the store of s3:// buckets.
type bucketStore struct {
	env      *engine.Env
	client   *s3.Client
	bucket   string
	endpoint string // for people
	secrets  *strings.Replacer
	ifExists string
}

func newBucketStore(ctx context.Context, env *engine.Env, a Args) (*bucketStore, error) {
	client, endpoint, secrets, err := newClient(ctx, a)
	if err != nil {
		return nil, err
	}
	if crossesNetwork(endpoint) {
		env.Log.Warn("the files cross the network unencrypted", "endpoint", endpoint)
	}
	return &bucketStore{
		env: env, client: client, bucket: a.Bucket.name, endpoint: endpoint, secrets: secrets, ifExists: a.IfExists,
	}, nil
}

// url implements store.
func (b *bucketStore) url(key string) string { return "s3://" + b.bucket + "/" + key }

// put implements store.
func (b *bucketStore) put(ctx context.Context, s *source) (receipt, error) {
	if b.ifExists == "skip" {
		head, err := b.head(ctx, s.key)
		switch {
		case err == nil && sameAs(head, s.print):
			b.env.Log.Info("the same content stands there already", "url", b.url(s.key))
			s.progress.add(s.print.size)
			return receipt{head.ETag, head.VersionId}, nil
		case err != nil && !notFound(err):
			return receipt{}, b.failed(ctx, "look for", s, err)
		}
	}
	r, err := b.upload(ctx, s)
	switch {
	case err == nil:
		return r, nil
	case b.ifExists == "fail" && status(err) == http.StatusPreconditionFailed:
		return b.ownOrExists(ctx, s)
	}
	return receipt{}, b.failed(ctx, "put", s, err)
}

// ownMark is the metadata by which a step that may not overwrite knows what it
// has put itself, in an attempt whose answer was lost.
const ownMark = "dagrun-put"

func (b *bucketStore) mark(key string) string {
	return markOf(b.env.RunID, b.env.Pipeline, b.env.Step.String(), key)
}

// ownOrExists tells an object of an earlier attempt of this step, which is as
// good as put, from another's.
func (b *bucketStore) ownOrExists(ctx context.Context, s *source) (receipt, error) {
	head, err := b.head(ctx, s.key)
	if err != nil {
		return receipt{}, b.failed(ctx, "look for", s, err)
	}
	if head.Metadata[ownMark] != b.mark(s.key) || !sameAs(head, s.print) {
		return receipt{}, exists(b.url(s.key), s)
	}
	return receipt{head.ETag, head.VersionId}, nil
}

// confirm implements store.
func (b *bucketStore) confirm(ctx context.Context, s *source) error {
	head, err := b.head(ctx, s.key)
	if err != nil {
		return b.unconfirmed(ctx, s, err)
	}
	if head.ChecksumSHA256 == nil || head.ContentLength == nil {
		return &engine.StepError{
			Code: "unconfirmed", Argument: "delete_source",
			Message: fmt.Sprintf("read back %s at %s: the store does not say which SHA-256 it has; %s is kept", b.url(s.key), b.endpoint, s.path),
			Remedy:  "Set delete_source = false for this store, or use one that keeps checksums.",
		}
	}
	if !sameAs(head, s.print) {
		has := fmt.Sprintf("%d bytes, %s", *head.ContentLength, legible(*head.ChecksumSHA256))
		return mismatch(b, s, b.secrets.Replace(has))
	}
	return nil
}

func (b *bucketStore) head(ctx context.Context, key string) (*s3.HeadObjectOutput, error) {
	return b.client.HeadObject(ctx, &s3.HeadObjectInput{
		Bucket: &b.bucket, Key: &key, ChecksumMode: types.ChecksumModeEnabled,
	})
}

// sameAs reports whether an object is proven to have a content.
func sameAs(head *s3.HeadObjectOutput, f fingerprint) bool {
	return head.ContentLength != nil && *head.ContentLength == f.size &&
		head.ChecksumSHA256 != nil && f.matches(*head.ChecksumSHA256)
}

func notFound(err error) bool {
	var missing *types.NotFound
	return errors.As(err, &missing)
}

// contentType is the type that a browser is told, by the key's ending.
func contentType(key string) *string {
	if kind := mime.TypeByExtension(path.Ext(key)); kind != "" {
		return aws.String(kind)
	}
	return nil
}
