// Package compression reads and writes files that are compressed as the ending
// of their name says: .gz for gzip (RFC 1952), .zst for Zstandard (RFC 8878).
package compression

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Format is how a file is compressed.
type Format string

// The formats.
const (
	None Format = "uncompressed"
	Gzip Format = "gzip"
	Zstd Format = "zstd"
)

// Of tells the format by the ending of a file's name, whose case means
// nothing, and gives the name without that ending.
func Of(name string) (f Format, inner string) {
	ending := filepath.Ext(name)
	switch strings.ToLower(ending) {
	case ".gz":
		return Gzip, strings.TrimSuffix(name, ending)
	case ".zst":
		return Zstd, strings.TrimSuffix(name, ending)
	}
	return None, name
}

// Reader gives what is compressed in from; several archives behind one another
// are one. Closing it does not close from. An archive that is cut off, or is
// none, is an error.
func (f Format) Reader(from io.Reader) (io.ReadCloser, error) {
	switch f {
	case Gzip:
		r, err := gzip.NewReader(from)
		if err != nil {
			return nil, fmt.Errorf("decompress: %w", err)
		}
		return r, nil
	case Zstd:
		d, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, fmt.Errorf("decompress: %w", err)
		}
		return d.IOReadCloser(), nil
	}
	return io.NopCloser(from), nil
}

// Writer compresses what is written to it into to; the same input gives the
// same bytes. Closing it completes the archive and does not close to.
func (f Format) Writer(to io.Writer) (io.WriteCloser, error) {
	switch f {
	case Gzip:
		return gzip.NewWriter(to), nil
	case Zstd:
		return zstd.NewWriter(to, zstd.WithEncoderConcurrency(1))
	}
	return plain{to}, nil
}

// plain has nothing to complete.
type plain struct{ io.Writer }

// Close does nothing.
func (plain) Close() error { return nil }
