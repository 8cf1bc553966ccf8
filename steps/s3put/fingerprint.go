package s3put

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"
)

// fingerprint is what a content is known by: its size and SHA-256. That of a
// source that goes up in parts also has the SHA-256 over those of its parts,
// which S3 calls composite.
type fingerprint struct {
	size      int64
	whole     [sha256.Size]byte
	partSize  int64 // 0 for a content in one piece
	composite [sha256.Size]byte
}

// isOf reports whether two fingerprints are of one content.
func (f fingerprint) isOf(other fingerprint) bool {
	return f.size == other.size && f.whole == other.whole
}

// String is the form of the output checksum.
func (f fingerprint) String() string { return "sha256:" + hex.EncodeToString(f.whole[:]) }

// inParts reports whether the content goes up in parts.
func (f fingerprint) inParts() bool { return f.partSize > 0 }

// header is the checksum of an upload that goes in one piece.
func (f fingerprint) header() string { return base64.StdEncoding.EncodeToString(f.whole[:]) }

// matches reports whether a checksum, as S3 writes it, is of this content. S3
// writes the number of parts behind a composite one.
func (f fingerprint) matches(checksum string) bool {
	digest, _, _ := strings.Cut(checksum, "-")
	return digest == f.header() || f.inParts() && digest == base64.StdEncoding.EncodeToString(f.composite[:])
}

// take reads a content to its end and gives its fingerprint, with the composite
// for parts of a size unless that is 0.
func take(ctx context.Context, r io.Reader, partSize int64) (fingerprint, error) {
	d := newDigest(partSize)
	if _, err := io.Copy(d, until(ctx, r)); err != nil {
		return fingerprint{}, err
	}
	return d.fingerprint(), nil
}

// digest makes a fingerprint of what is written to it.
type digest struct {
	size, partSize     int64
	whole, part, parts hash.Hash
}

func newDigest(partSize int64) *digest {
	return &digest{partSize: partSize, whole: sha256.New(), part: sha256.New(), parts: sha256.New()}
}

// Write implements io.Writer; it never fails.
func (d *digest) Write(b []byte) (int, error) {
	d.whole.Write(b)
	if d.partSize > 0 {
		d.divide(b)
	}
	d.size += int64(len(b))
	return len(b), nil
}

// divide hashes b by parts; d.size is what came before.
func (d *digest) divide(b []byte) {
	for at := d.size; len(b) > 0; {
		n := min(d.partSize-at%d.partSize, int64(len(b)))
		d.part.Write(b[:n])
		at, b = at+n, b[n:]
		if at%d.partSize == 0 {
			d.endPart()
		}
	}
}

func (d *digest) endPart() {
	d.parts.Write(d.part.Sum(nil))
	d.part.Reset()
}

func (d *digest) fingerprint() fingerprint {
	f := fingerprint{size: d.size, partSize: d.partSize}
	d.whole.Sum(f.whole[:0])
	if d.partSize > 0 {
		if d.size%d.partSize != 0 {
			d.endPart()
		}
		d.parts.Sum(f.composite[:0])
	}
	return f
}

// readerFunc is a reader that is one function.
type readerFunc func([]byte) (int, error)

// Read implements io.Reader.
func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// until reads from r, and ends with ctx.
func until(ctx context.Context, r io.Reader) io.Reader {
	return readerFunc(func(b []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		return r.Read(b)
	})
}

// legible writes a SHA-256 of S3 in the form of String. One of parts is left as
// S3 writes it, with their number.
func legible(checksum string) string {
	sum, err := base64.StdEncoding.DecodeString(checksum)
	if err != nil || len(sum) != sha256.Size {
		return "SHA-256 " + checksum
	}
	return "sha256:" + hex.EncodeToString(sum)
}

// describe names size and checksum for people.
func (f fingerprint) describe() string { return fmt.Sprintf("%d bytes, %s", f.size, f) }
