package smtp

import (
	"bytes"
	"fmt"
	"mime"
	"os"
	"path/filepath"

	gomail "github.com/wneessen/go-mail"

	"dagrun/engine"
)

// maxAttachments bounds the memory that a mail takes. It is far beyond what
// mail servers accept, which is 25 to 50 MB in most places.
const maxAttachments = 100 << 20

// attach adds the files that the patterns name.
func attach(env *engine.Env, msg *gomail.Msg, patterns engine.Strings) error {
	files, err := env.Inputs("attachments", patterns...)
	if err != nil {
		return err
	}
	var total int64
	for _, path := range files {
		info, err := os.Stat(path)
		if err != nil {
			return unreadable("attachments", path, err)
		}
		if total += info.Size(); total > maxAttachments {
			return &engine.StepError{
				Code: "mail_too_large", Argument: "attachments",
				Message: fmt.Sprintf("attach %s: the attachments have more than %d MB together", path, maxAttachments>>20),
				Remedy:  "Upload large files, with the step type s3_put for example, and mail where they are.",
			}
		}
		data, err := os.ReadFile(path) //nolint:gosec // the path is what the pipeline says
		if err != nil {
			return unreadable("attachments", path, err)
		}
		if err := msg.AttachReader(filepath.Base(path), bytes.NewReader(data), named(filepath.Base(path))); err != nil {
			return unreadable("attachments", path, err)
		}
	}
	return nil
}

// named sets type and name of an attachment. Names beyond plain ASCII are
// written as RFC 2231 says, which FormatMediaType does.
func named(name string) gomail.FileOption {
	return func(f *gomail.File) {
		kind := mime.TypeByExtension(filepath.Ext(name))
		if kind == "" {
			kind = "application/octet-stream"
		}
		f.Header.Set("Content-Type", kind)
		f.Header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	}
}

func unreadable(argument, path string, err error) error {
	return &engine.StepError{
		Code: "input_unreadable", Argument: argument, Err: err,
		Message: "read " + path,
		Remedy:  "Check the file and its permissions.",
	}
}
