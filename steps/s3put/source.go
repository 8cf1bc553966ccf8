package s3put

import (
	"context"
	"errors"
	"io"
	"os"

	"dagrun/engine"
)

// source is one file to put.
type source struct {
	path, key string
	wanted    PartSize // 0 where nothing goes in parts
	progress  *progress

	file  *os.File
	print fingerprint
}

// open opens the file and takes its fingerprint.
func (s *source) open(ctx context.Context) error {
	file, err := os.Open(s.path)
	if err != nil {
		return unreadable(s.path, err)
	}
	s.file = file
	info, err := file.Stat()
	if err == nil {
		s.print, err = take(ctx, file, s.wanted.of(info.Size()))
	}
	if err != nil {
		s.close()
		return failedRead(ctx, s.path, err)
	}
	return nil
}

func (s *source) close() { _ = s.file.Close() }

// takeAt takes the fingerprint of what is at a path now.
func takeAt(ctx context.Context, path string) (fingerprint, error) {
	file, err := os.Open(path) //nolint:gosec // a source, or where one was put
	if err != nil {
		return fingerprint{}, err
	}
	defer func() { _ = file.Close() }()
	return take(ctx, file, 0)
}

// inPartsOf takes the fingerprint again, for parts of another size.
func (s *source) inPartsOf(ctx context.Context, size int64) (fingerprint, error) {
	print, err := take(ctx, io.NewSectionReader(s.file, 0, s.print.size), size)
	if err != nil {
		return print, failedRead(ctx, s.path, err)
	}
	if !print.isOf(s.print) {
		return print, changed(s)
	}
	return print, nil
}

// content reads the file from its beginning and checks, once it has been read,
// that it was what the fingerprint says: a file may be written to meanwhile.
func (s *source) content(ctx context.Context) *checkedReader {
	d := newDigest(0)
	section := io.NewSectionReader(s.file, 0, s.print.size)
	read := io.TeeReader(until(ctx, section), d)
	return &checkedReader{digest: d, source: s, readerFunc: func(b []byte) (int, error) {
		n, err := read.Read(b)
		if err != nil && !errors.Is(err, io.EOF) {
			err = failedRead(ctx, s.path, err)
		}
		return n, err
	}}
}

type checkedReader struct {
	readerFunc
	digest *digest
	source *source
}

// check is to be called when everything has been read.
func (r *checkedReader) check() error {
	if !r.digest.fingerprint().isOf(r.source.print) {
		return changed(r.source)
	}
	return nil
}

func failedRead(ctx context.Context, path string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return unreadable(path, err)
}

func unreadable(path string, err error) error {
	return &engine.StepError{
		Code: "input_unreadable", Argument: "source", Err: err,
		Message: "read " + path,
		Remedy:  "Check the file and its permissions.",
	}
}

func changed(s *source) error {
	return &engine.StepError{
		Code: "source_changed", Argument: "source", Retryable: true,
		Message: "put " + s.path + ": the file changed while it was being read; it is kept",
		Remedy:  "Let the step run when nothing writes to the file; it may depend on a step that does.",
	}
}
