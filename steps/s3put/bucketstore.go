package s3put

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"dagrun/engine"
)

// bucketStore is the store of s3:// buckets.
type bucketStore struct {
	connection
	env    *engine.Env
	bucket string
	args   Args
}

func newBucketStore(ctx context.Context, env *engine.Env, a Args) (*bucketStore, error) {
	c, err := connect(ctx, env, a)
	if err != nil {
		return nil, err
	}
	if crossesNetwork(c.endpoint) {
		env.Log.Warn("the files cross the network unencrypted", "endpoint", c.endpoint)
	}
	return &bucketStore{connection: c, env: env, bucket: a.Bucket.name, args: a}, nil
}

// url implements store.
func (b *bucketStore) url(key string) string { return "s3://" + b.bucket + "/" + key }

// put implements store.
func (b *bucketStore) put(ctx context.Context, s *source) (receipt, error) {
	if b.args.IfExists == "skip" {
		there, err := b.stands(ctx, s)
		if err != nil {
			return receipt{}, err
		}
		if there != nil {
			b.env.Log.Info("the same content stands there already", "url", b.url(s.key))
			s.progress.add(s.print.size)
			return *there, nil
		}
	}
	r, err := b.upload(ctx, s)
	switch {
	case err == nil:
		return r, nil
	case b.args.IfExists == "fail" && status(err) == http.StatusPreconditionFailed:
		return b.ownOrExists(ctx, s)
	}
	return receipt{}, b.failed(ctx, "put", s, err)
}

// stands looks for an object that is proven to have the content; nil where
// there is none. One that went up in parts of another size has another
// checksum, and the content's is made again as that was.
func (b *bucketStore) stands(ctx context.Context, s *source) (*receipt, error) {
	head, err := b.head(ctx, s.key)
	switch {
	case err != nil && notFound(err):
		return nil, nil
	case err != nil:
		return nil, b.failed(ctx, "look for", s, err)
	}
	print := s.print
	if size := b.otherPartSize(ctx, s, head); size > 0 {
		if print, err = s.inPartsOf(ctx, size); err != nil {
			return nil, err
		}
	}
	if !sameAs(head, print) {
		return nil, ctx.Err()
	}
	s.print = print // which the read-back is compared with
	return &receipt{head.ETag, head.VersionId}, nil
}

// otherPartSize is the size of the parts that an object of this size was sent
// in; 0 where it was not in parts, or the store does not say.
func (b *bucketStore) otherPartSize(ctx context.Context, s *source, head *s3.HeadObjectOutput) int64 {
	inParts := strings.Contains(aws.ToString(head.ChecksumSHA256), "-")
	if !inParts || sameAs(head, s.print) || aws.ToInt64(head.ContentLength) != s.print.size {
		return 0
	}
	first, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.bucket, Key: &s.key, PartNumber: aws.Int32(1)})
	if err != nil {
		return 0
	}
	return aws.ToInt64(first.ContentLength)
}

// ownMark is the metadata by which a step that may not overwrite knows what it
// has put itself, in an attempt whose answer was lost.
const ownMark = "dagrun-put"

func (b *bucketStore) mark(key string) string {
	return markOf(b.env.Origin, b.env.Pipeline, b.env.Step.String(), key)
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
