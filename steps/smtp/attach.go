package smtp

import (
	"context"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"
	"slices"

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
		data, err := f.read("attachments", path)
		if err != nil {
			return err
		}
		name := filepath.Base(path)
		msg.AttachReadSeeker(name, nil, named("attachment", name), holding(ctx, data))
	}
	return nil
}

// read reads a file, unless the mail is too large with it.
func (f *files) read(argument, path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, unreadable(argument, path, err)
	}
	f.total += info.Size()
	switch {
	case f.total > maxFiles:
		return nil, &engine.StepError{
			Code: "mail_too_large", Argument: argument,
			Message: fmt.Sprintf("attach %s: the files of the mail have more than %d MB together", path, maxFiles>>20),
			Remedy:  "Upload large files, with the step type s3_put for example, and mail where they are.",
		}
	case f.maxSize != nil && f.total > int64(*f.maxSize):
		return nil, overMaxSize(fmt.Sprintf("attach %s: the files of the mail have %d bytes together", path, f.total), *f.maxSize)
	}
	data, err := os.ReadFile(path) //nolint:gosec // the path is what the pipeline says
	if err != nil {
		return nil, unreadable(argument, path, err)
	}
	return data, nil
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

// holding sets the content of a file. Encoding a large one takes seconds, so that
// it stops when ctx ends.
func holding(ctx context.Context, data []byte) gomail.FileOption {
	const chunk = 256 << 10
	return func(f *gomail.File) {
		f.Writer = func(w io.Writer) (written int64, err error) {
			for part := range slices.Chunk(data, chunk) {
				if err := ctx.Err(); err != nil {
					return written, err
				}
				n, err := w.Write(part)
				if written += int64(n); err != nil {
					return written, err
				}
			}
			return written, nil
		}
	}
}

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
