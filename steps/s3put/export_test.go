package s3put

import (
	"bytes"
	"context"
	"net"
	"time"
)

// PartSizeOf is the size of the parts of a file; 0 where it goes in one piece.
func PartSizeOf(wanted PartSize, size int64) int64 { return wanted.of(size) }

// Matches reports whether a checksum of S3 is taken for that of a content that
// goes up in parts of a size.
func Matches(ctx context.Context, content []byte, wanted PartSize, checksum string) bool {
	size := int64(len(content))
	f, err := take(ctx, bytes.NewReader(content), wanted.of(size))
	return err == nil && f.size == size && f.matches(checksum)
}

// Moving is a connection that has to move.
func Moving(conn net.Conn, patience time.Duration) net.Conn { return &movingConn{conn, patience} }

// Hidden is a text without secrets.
func Hidden(text string, secrets ...string) string { return hide(secrets).Replace(text) }
