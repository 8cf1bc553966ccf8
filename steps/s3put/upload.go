package s3put

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	tmtypes "github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// upload sends the content, in parts where it is large. Its error is the SDK's,
// or a StepError.
func (b *bucketStore) upload(ctx context.Context, s *source) (receipt, error) {
	content := s.content(ctx)
	client := &tidyClient{Client: b.client}
	manager := transfermanager.New(client, func(o *transfermanager.Options) {
		o.PartSizeBytes, o.MultipartUploadThreshold = partSize(s.print.size), minPart
		o.ChecksumAlgorithm = tmtypes.ChecksumAlgorithmSha256
		o.ObjectProgressListeners.Register(&listener{progress: s.progress})
	})
	out, err := manager.UploadObject(ctx, b.input(s, content))
	if err == nil {
		err = client.failed
	}
	if client.left {
		b.env.Log.Warn("parts of an upload may be left in the bucket", "url", b.url(s.key))
	}
	if err != nil {
		return receipt{}, err
	}
	if err := content.check(); err != nil {
		return receipt{}, err
	}
	return b.receiptOf(s, out)
}

func (b *bucketStore) input(s *source, content *checkedReader) *transfermanager.UploadObjectInput {
	input := &transfermanager.UploadObjectInput{
		Bucket: &b.bucket, Key: &s.key, Body: content,
		ContentLength: aws.Int64(s.print.size), ContentType: contentType(s.key),
	}
	if !s.print.inParts() { // the store refuses a content that is not this
		input.ChecksumSHA256 = aws.String(s.print.header())
	}
	if b.ifExists == "fail" {
		input.IfNoneMatch = aws.String("*")
		input.Metadata = map[string]string{ownMark: b.mark(s.key)}
	}
	return input
}

// receiptOf reads what the store says that it has stored.
func (b *bucketStore) receiptOf(s *source, out *transfermanager.UploadObjectOutput) (receipt, error) {
	if aws.ToString(out.ETag) == "" {
		return receipt{}, b.noStore(s)
	}
	if sum := aws.ToString(out.ChecksumSHA256); sum != "" && !s.print.matches(sum) {
		return receipt{}, mismatch(b, s, b.secrets.Replace(legible(sum)))
	}
	return receipt{out.ETag, out.VersionID}, nil
}

// tidyClient makes up for what transfermanager does when an upload in parts
// fails: it aborts with the context that has just ended, hides the cause behind
// an error of the abort, and writes to the process's standard log.
type tidyClient struct {
	*s3.Client
	failed error // of the completion, which transfermanager takes for successful
	left   bool  // an abort failed
}

// CompleteMultipartUpload ends an upload in parts.
func (c *tidyClient) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput, opts ...func(*s3.Options)) (*s3.CompleteMultipartUploadOutput, error) {
	out, err := c.Client.CompleteMultipartUpload(ctx, in, opts...)
	if err == nil {
		return out, nil
	}
	c.failed = err
	_, _ = c.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: in.Bucket, Key: in.Key, UploadId: in.UploadId})
	return &s3.CompleteMultipartUploadOutput{}, nil
}

// AbortMultipartUpload gives up an upload, also when ctx has ended, but not for
// long then.
func (c *tidyClient) AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput, opts ...func(*s3.Options)) (*s3.AbortMultipartUploadOutput, error) {
	patience := 5 * time.Second
	if ctx.Err() != nil {
		patience = 700 * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	_, err := c.Client.AbortMultipartUpload(ctx, in, opts...)
	c.left = err != nil && errorCode(err) != "NoSuchUpload"
	return &s3.AbortMultipartUploadOutput{}, nil
}

// listener counts what is sent. Parts are sent side by side.
type listener struct {
	mu       sync.Mutex
	progress *progress
	before   int64
}

// OnObjectBytesTransferred implements transfermanager.ObjectBytesTransferredListener.
func (l *listener) OnObjectBytesTransferred(_ context.Context, e *transfermanager.ObjectBytesTransferredEvent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.BytesTransferred > l.before {
		l.progress.add(e.BytesTransferred - l.before)
		l.before = e.BytesTransferred
	}
}

// markOf is one word that tells the parts from any others.
func markOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}
