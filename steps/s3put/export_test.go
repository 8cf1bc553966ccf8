package s3put

import (
	"bytes"
	"context"
)

// PartSize is the size of the parts of a file.
var PartSize = partSize

// Matches reports whether a checksum of S3 is taken for that of a content.
func Matches(ctx context.Context, content []byte, checksum string) bool {
	size := int64(len(content))
	f, err := take(ctx, bytes.NewReader(content), partsOf(size))
	return err == nil && f.size == size && f.matches(checksum)
}
