package s3put

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
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
	client := &tidyClient{Client: b.client, patient: b.patient, content: content}
	manager := transfermanager.New(client, func(o *transfermanager.Options) {
		// What is not in parts is less than the threshold.
		o.PartSizeBytes, o.MultipartUploadThreshold, o.Concurrency = s.print.size+1, s.print.size+1, b.args.Parallel
		if s.print.inParts() {
			o.PartSizeBytes, o.MultipartUploadThreshold = s.print.partSize, s.print.partSize
		}
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
	return b.receiptOf(s, out)
}

func (b *bucketStore) input(s *source, content *checkedReader) *transfermanager.UploadObjectInput {
	a := b.args
	input := &transfermanager.UploadObjectInput{
		Bucket: &b.bucket, Key: &s.key, Body: content, ContentLength: aws.Int64(s.print.size),
		ContentType: optional(cmp.Or(string(a.ContentType), typeOf(s))), Metadata: maps.Clone(a.Metadata), Tagging: optional(a.Tags.query()),
		StorageClass: tmtypes.StorageClass(a.StorageClass), ACL: tmtypes.ObjectCannedACL(a.ACL),
		ServerSideEncryption: tmtypes.ServerSideEncryption(a.SSE), SSEKMSKeyID: optional(string(a.KMSKeyID)),
	}
	if !s.print.inParts() { // the store refuses a content that is not this
		input.ChecksumSHA256 = aws.String(s.print.header())
	}
	if a.IfExists == "fail" {
		input.IfNoneMatch = aws.String("*")
		if input.Metadata == nil {
			input.Metadata = map[string]string{}
		}
		input.Metadata[ownMark] = b.mark(s.key)
	}
	return input
}

// optional is a text that is not sent where it is empty.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// receiptOf reads what the store says that it has stored.
func (b *bucketStore) receiptOf(s *source, out *transfermanager.UploadObjectOutput) (receipt, error) {
	if aws.ToString(out.ETag) == "" {
		return receipt{}, b.noStore(s)
	}
	if sum := aws.ToString(out.ChecksumSHA256); sum != "" && !s.print.matches(sum) {
		return receipt{}, mismatch(b, s, b.secrets.Replace(legible(sum)))
	}
	if b.args.SSE != "" && string(out.ServerSideEncryption) != b.args.SSE {
		return receipt{}, b.unencrypted(s, string(out.ServerSideEncryption))
	}
	return receipt{out.ETag, out.VersionID}, nil
}

// tidyClient makes up for what transfermanager does when an upload in parts
// fails: it aborts with the context that has just ended, hides the cause behind
// an error of the abort, and writes to the process's standard log. It also lets
// nothing become an object that is not what the fingerprint says.
type tidyClient struct {
	*s3.Client
	patient *s3.Client
	content *checkedReader
	failed  error // of the completion, which transfermanager takes for successful
	left    bool  // an abort failed
}

// PutObject sends a content in one piece, once it has all been read.
func (c *tidyClient) PutObject(ctx context.Context, in *s3.PutObjectInput, opts ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	if err := c.content.check(); err != nil {
		return nil, err
	}
	return c.Client.PutObject(ctx, in, opts...)
}

// CompleteMultipartUpload ends an upload in parts.
func (c *tidyClient) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput, opts ...func(*s3.Options)) (*s3.CompleteMultipartUploadOutput, error) {
	err := c.content.check()
	if err == nil {
		var out *s3.CompleteMultipartUploadOutput
		if out, err = c.patient.CompleteMultipartUpload(ctx, in, opts...); err == nil {
			return out, nil
		}
	}
	c.failed = err
	_, _ = c.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: in.Bucket, Key: in.Key, UploadId: in.UploadId})
	return &s3.CompleteMultipartUploadOutput{}, nil
}

// AbortMultipartUpload gives up an upload, also when ctx has ended, but not for
// long then.
func (c *tidyClient) AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput, opts ...func(*s3.Options)) (*s3.AbortMultipartUploadOutput, error) {
	patience, cancelled := 5*time.Second, ctx.Err() != nil
	if cancelled {
		patience = 700 * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	_, err := c.Client.AbortMultipartUpload(ctx, in, opts...)
	if cancelled && err == nil {
		c.abortAgain(ctx, in, opts...)
	}
	c.left = err != nil && errorCode(err) != "NoSuchUpload"
	return &s3.AbortMultipartUploadOutput{}, nil
}

// abortAgain gives up an upload whose parts were cut off on their way: the store
// may still be at work on one, which would bring the upload back. It returns when
// the store no longer knows the upload, or after the third time.
func (c *tidyClient) abortAgain(ctx context.Context, in *s3.AbortMultipartUploadInput, opts ...func(*s3.Options)) {
	pause := time.NewTicker(50 * time.Millisecond)
	defer pause.Stop()
	for range 3 {
		select {
		case <-ctx.Done():
			return // it was given up once
		case <-pause.C:
		}
		if _, err := c.Client.AbortMultipartUpload(ctx, in, opts...); err != nil {
			return // the upload is gone, as it should be, or the store is
		}
	}
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
