package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"dagrun/engine"
)

// input is a file that an attempt reads.
type input struct {
	path      string
	before    fs.FileInfo // when the attempt began
	deletable bool        // by the step
	sha256    string      // "" when it could not be read
}

// record says what was read. A file that was changed or replaced since the
// attempt began has no hash: nobody knows which content the step has seen.
func (in *input) record(role engine.Role) engine.FileRecord {
	r := engine.FileRecord{Path: in.path, Role: role, Size: in.before.Size(), SHA256: in.sha256}
	if after, err := os.Stat(in.path); err != nil && !in.deletable || err == nil && !SameContent(in.before, after) {
		r.SHA256 = ""
	}
	return r
}

// hash reads the file. One that cannot be read has no hash.
func (in *input) hash(ctx context.Context) { in.sha256, _, _ = Hash(ctx, in.path) }

// Hash is the SHA-256 of a file, in lower-case hex, and what the file was when it
// was opened. Whatever is no regular file is an error.
func Hash(ctx context.Context, path string) (sum string, info fs.FileInfo, err error) {
	if info, err = os.Stat(path); err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("read %s: it is no file", path)
	}
	if err != nil {
		return "", nil, err
	}
	f, err := os.Open(path) //nolint:gosec // a file that the pipeline names
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = f.Close() }()
	if info, err = f.Stat(); err != nil {
		return "", nil, err
	}
	h := sha256.New()
	if _, err := io.Copy(h, reader{ctx, f}); err != nil {
		return "", nil, err
	}
	return hex.EncodeToString(h.Sum(nil)), info, nil
}

// SameContent reports whether nothing has changed a file between two looks at it,
// as far as its size and times tell.
func SameContent(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// hashing is the work of hashing an attempt's inputs, beside the step that
// reads them.
type hashing struct {
	cancel context.CancelFunc
	done   chan struct{}
}

// startHashing begins to hash files. Those that the step may delete are hashed
// when it returns.
func startHashing(ctx context.Context, files []*input) *hashing {
	ctx, cancel := context.WithCancel(ctx)
	h := &hashing{cancel: cancel, done: make(chan struct{})}
	if len(files) == 0 {
		close(h.done)
		return h
	}
	go func() {
		defer close(h.done)
		for _, in := range files {
			in.hash(ctx)
		}
	}()
	if slices.ContainsFunc(files, func(in *input) bool { return in.deletable }) {
		h.wait()
	}
	return h
}

// wait returns when every file was read.
func (h *hashing) wait() { <-h.done }

// stop gives up what is not done yet.
func (h *hashing) stop() {
	h.cancel()
	h.wait()
}

// reader reads until its context ends.
type reader struct {
	ctx  context.Context // io.Reader has no parameter for it
	from io.Reader
}

// Read implements io.Reader.
func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}
