package smtp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"

	gomail "github.com/wneessen/go-mail"

	"dagrun/engine"
)

// maxFiles bounds the memory that a mail takes. It is far beyond what mail
// servers accept, which is 25 to 50 MB in most places.
const maxFiles = 100 << 20

// files are what goes into a mail from the disk, within its limits.
type files struct {
	env     *engine.Env
	maxSize *engine.Size
	total   int64
}

// attach adds the files that the argument attachments names.
func (f *files) attach(ctx context.Context, msg *gomail.Msg, patterns engine.Strings) error {
	paths, err := f.env.Inputs("attachments", patterns...)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := f.admit("attachments", path); err != nil {
			return err
		}
		name := filepath.Base(path)
		msg.AttachReadSeeker(name, nil, named("attachment", name), holding(ctx, "attachments", path))
	}
	return nil
}

// admit counts a file in, unless the mail is too large with it.
func (f *files) admit(argument, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return unreadable(argument, path, err)
	}
	f.total += info.Size()
	switch {
	case f.total > maxFiles:
		return &engine.StepError{
			Code: "mail_too_large", Argument: argument,
			Message: fmt.Sprintf("attach %s: the files of the mail have more than %d MB together", path, maxFiles>>20),
			Remedy:  "Upload large files, with the step type s3_put for example, and mail where they are.",
		}
	case f.maxSize != nil && f.total > int64(*f.maxSize):
		return overMaxSize(fmt.Sprintf("attach %s: the files of the mail have %d bytes together", path, f.total), *f.maxSize)
	}
	return nil
}

// named sets type and name of a file. Names beyond plain ASCII are written as
// RFC 2231 says, which FormatMediaType does.
func named(disposition, name string) gomail.FileOption {
	return func(f *gomail.File) {
		kind := mime.TypeByExtension(filepath.Ext(name))
		if kind == "" {
			kind = "application/octet-stream"
		}
		f.Header.Set("Content-Type", kind)
		f.Header.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": name}))
	}
}

// holding sets the content of a file, which is read when the mail is written.
// Encoding a large one takes seconds, so that it stops when ctx ends.
func holding(ctx context.Context, argument, path string) gomail.FileOption {
	return func(f *gomail.File) {
		f.Writer = func(w io.Writer) (int64, error) {
			file, err := os.Open(path) //nolint:gosec // the path is what the pipeline says
			if err != nil {
				return 0, unreadable(argument, path, err)
			}
			defer func() { _ = file.Close() }()
			read := func(b []byte) (int, error) {
				if err := ctx.Err(); err != nil {
					return 0, err
				}
				n, err := file.Read(b)
				if err != nil && !errors.Is(err, io.EOF) {
					err = unreadable(argument, path, err)
				}
				return n, err
			}
			return io.Copy(w, readerFunc(read))
		}
	}
}

// readerFunc is a function that reads.
type readerFunc func(b []byte) (int, error)

// Read implements io.Reader.
func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

func unreadable(argument, path string, err error) error {
	return &engine.StepError{
		Code: "input_unreadable", Argument: argument, Err: err,
		Message: "read " + path,
		Remedy:  "Check the file and its permissions.",
	}
}

func overMaxSize(what string, most engine.Size) error {
	return &engine.StepError{
		Code: "mail_too_large", Argument: "max_size",
		Message: fmt.Sprintf("%s, and max_size is %d", what, most),
		Remedy:  "Attach less, upload large files and mail where they are, or raise max_size.",
	}
}
