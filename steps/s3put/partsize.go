package s3put

import (
	"fmt"

	"dagrun/engine"
)

// PartSize is the size of the parts of an upload.
type PartSize engine.Size

// These are the limits of S3.
const (
	smallestPart = 5 << 20
	largestPart  = 5 << 30
	maxParts     = 10_000
)

// TypeName is the name of the type in documents.
func (PartSize) TypeName() string { return "size" }

// UnmarshalText reads a size that S3 takes for a part.
func (p *PartSize) UnmarshalText(text []byte) error {
	var size engine.Size
	if err := size.UnmarshalText(text); err != nil {
		return err
	}
	if size < smallestPart || size > largestPart {
		return fmt.Errorf("%q is not the size of a part, which has from 5 MiB to 5 GiB", text)
	}
	*p = PartSize(size)
	return nil
}

// of is the size of the parts of a file, the same for every file of a size; 0
// where it goes in one piece.
func (p PartSize) of(size int64) int64 {
	if p == 0 || size <= int64(p) {
		return 0
	}
	const mega = 1 << 20
	least := (size + maxParts - 1) / maxParts
	return max(int64(p), (least+mega-1)/mega*mega)
}
