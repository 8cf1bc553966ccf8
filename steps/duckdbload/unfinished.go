//go:build unix

package duckdbload

import (
	"io"
	"os"
	"syscall"
)

// headersSize is what the headers of a DuckDB file take, which are written
// first. A smaller file has never held anything.
const headersSize = 3 * 4096

// removeUnfinished removes a file that a process had begun to make a database of
// when it was killed, and reports whether it did. It goes while it is locked as
// DuckDB locks it, so that nobody can be making it a database meanwhile.
func removeUnfinished(path string) bool {
	f, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // the path is what the pipeline says
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &syscall.Flock_t{Type: syscall.F_WRLCK}); err != nil {
		return false
	}
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	standing, err := os.Lstat(path)
	return err == nil && os.SameFile(opened, standing) && isUnfinished(f, opened.Size()) && os.Remove(path) == nil
}

// isUnfinished reports whether a file is the beginning of a DuckDB database and
// no more: nothing yet, or some of its headers, with the magic bytes behind a
// checksum.
func isUnfinished(f io.ReaderAt, size int64) bool {
	if size == 0 {
		return true
	}
	const magic = "DUCK"
	start := make([]byte, len(magic))
	_, err := f.ReadAt(start, 8)
	return size >= 4096 && size < headersSize && err == nil && string(start) == magic
}
