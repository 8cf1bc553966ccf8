package s3put

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"dagrun/engine"
)

// folder is the store of file:// buckets.
type folder struct {
	env      *engine.Env
	root     string
	ifExists string
}

func newFolder(env *engine.Env, a Args) *folder {
	if names := a.properties(); len(names) > 0 {
		env.Log.Warn("a folder keeps contents only; these arguments have no effect on it", "arguments", strings.Join(names, ", "))
	}
	if names := a.way(); len(names) > 0 {
		env.Log.Info("a folder is reached without a server; these arguments are not needed", "arguments", strings.Join(names, ", "))
	}
	return &folder{env: env, root: env.Path(a.Bucket.dir), ifExists: a.IfExists}
}

func (f *folder) path(key string) string { return filepath.Join(f.root, filepath.FromSlash(key)) }

// url implements store.
func (f *folder) url(key string) string {
	if Key(key).isPrefix() {
		return "file://" + f.path(key) + "/"
	}
	return "file://" + f.path(key)
}

// put implements store.
func (f *folder) put(ctx context.Context, s *source) (receipt, error) {
	there, err := f.stat(s.key)
	if err != nil {
		return receipt{}, err
	}
	if there != nil {
		if done, err := f.stands(ctx, s, there); done || err != nil {
			return receipt{}, err
		}
	}
	return receipt{}, f.write(ctx, s)
}

// stat looks at what a key names, and refuses one that a link leads out of the
// folder. It is nil when there is nothing.
func (f *folder) stat(key string) (fs.FileInfo, error) {
	root, err := os.OpenRoot(f.root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, f.broken(key, err)
	}
	defer func() { _ = root.Close() }()
	info, err := root.Stat(filepath.FromSlash(key))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, f.broken(key, err)
	}
	return info, nil
}

// stands decides about a key that is taken. It reports whether nothing is left
// to do.
func (f *folder) stands(ctx context.Context, s *source, there fs.FileInfo) (bool, error) {
	if own, err := s.file.Stat(); err == nil && os.SameFile(own, there) {
		return false, &engine.StepError{
			Code: "same_file", Argument: "bucket",
			Message: fmt.Sprintf("put %s to %s: both are the same file", s.path, f.url(s.key)),
			Remedy:  "Give another folder in bucket, or another key.",
		}
	}
	switch f.ifExists {
	case "fail":
		return false, exists(f.url(s.key), s)
	case "skip":
		stored, err := takeAt(ctx, f.path(s.key))
		if err != nil || !stored.isOf(s.print) {
			return false, ctx.Err()
		}
		f.env.Log.Info("the same content stands there already", "url", f.url(s.key))
		s.progress.add(s.print.size)
		return true, nil
	}
	return false, nil
}

func (f *folder) write(ctx context.Context, s *source) error {
	out, err := f.env.Files.Create(f.path(s.key))
	if err != nil {
		return err
	}
	content := s.content(ctx)
	if _, err := io.Copy(out, &countingReader{content, s.progress}); err != nil {
		return err
	}
	if err := content.check(); err != nil {
		return err
	}
	return out.Commit()
}

// confirm implements store.
func (f *folder) confirm(ctx context.Context, s *source) error {
	stored, err := takeAt(ctx, f.path(s.key))
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &engine.StepError{
			Code: "unconfirmed", Retryable: true, Err: err,
			Message: fmt.Sprintf("read back %s; %s is kept", f.url(s.key), s.path),
			Remedy:  "Check that the folder of the bucket can be read and that nothing else clears it.",
		}
	}
	if !stored.isOf(s.print) {
		return mismatch(f, s, stored.describe())
	}
	return nil
}

func (f *folder) broken(key string, err error) error {
	return &engine.StepError{
		Code: "bad_path", Argument: "key", Err: err,
		Message: "put a file to " + f.url(key),
		Remedy:  "A bucket is a folder of its own: no link in it may lead out of it, and no file may stand where the key needs a folder.",
	}
}

// countingReader reports what is read.
type countingReader struct {
	io.Reader
	progress *progress
}

// Read implements io.Reader.
func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.progress.add(int64(n))
	return n, err
}
