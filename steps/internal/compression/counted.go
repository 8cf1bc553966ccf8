package compression

import "io"

// Counted counts what is read of a file: of one that is compressed, the bytes on
// the disk.
type Counted struct {
	From io.Reader
	N    int64
}

// Read implements io.Reader.
func (c *Counted) Read(p []byte) (int, error) {
	n, err := c.From.Read(p)
	c.N += int64(n)
	return n, err
}
