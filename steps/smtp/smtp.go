// Package smtp is the step type smtp: it composes one mail and hands it to an
// SMTP server, or writes it to a folder as one .eml file.
//
// A mail is composed first and wholly (message.go), so that what goes to a
// server and what goes to a file are the same bytes. Delivery to a server runs
// in stages (connect.go, transfer.go), each of which knows what it was about
// when it failed (errors.go). The MIME work and the SMTP commands are
// github.com/wneessen/go-mail's.
package smtp

import (
	"context"

	"dagrun/engine"
)

// Type is the step type.
var Type = engine.Define("smtp", "Sends a mail with attachments, or writes it to a folder as an .eml file.", run,
	engine.WithExample(`
step "smtp" "report" {
  server      = "smtp+starttls://smtp.example.com:587"
  username    = "reports@example.com"
  password    = "app-password"
  from        = "Reports <reports@example.com>"
  to          = ["Ana <ana@example.com>", "ops@example.com"]
  subject     = "Temperature of today"
  text        = "The chart of today is attached."
  attachments = "out/chart.png"
}`),
	engine.WithExternalEffects(),
	engine.Together("username", "password"),
)

// Args are the arguments of the step type.
type Args struct {
	Server   Server `arg:"server,required" doc:"Where the mail goes: \"smtp+starttls://host:587\" (encrypted, or not at all), \"smtps://host:465\", \"smtp://host:25\" (not encrypted, which is warned of), or \"file://folder\", which writes the same mail as one .eml file, named after the logical date, the pipeline and the step: written again on the same date it is replaced. Ports may be left out."`
	Username string `arg:"username" doc:"The name to log in with, using the strongest mechanism that the server offers. Refused with smtp://, since it would cross the line unencrypted; not needed and not used with file://."`
	Password string `arg:"password" sensitive:"true" doc:"The password that belongs to the user name."`

	From    Address     `arg:"from,required" doc:"The sender, as \"ana@example.com\" or \"Ana <ana@example.com>\"."`
	To      []Addresses `arg:"to,required" doc:"The recipients: addresses with or without names; one string may hold several, parted by commas."`
	CC      []Addresses `arg:"cc" doc:"Recipients of a copy."`
	BCC     []Addresses `arg:"bcc" doc:"Recipients of a copy that nobody sees: they are in no header."`
	ReplyTo Address     `arg:"reply_to" doc:"Where answers go, if not to the sender."`

	Subject     Subject        `arg:"subject,required" doc:"The subject, one line."`
	Text        string         `arg:"text" doc:"The mail as plain text. With html, readers show what they can. A mail needs text, html or attachments."`
	HTML        string         `arg:"html" doc:"The mail as HTML."`
	Attachments engine.Strings `arg:"attachments" file:"read" doc:"Files to attach: paths and globs. Name and type are the file's."`

	CAFile string `arg:"ca_file" file:"read" doc:"A PEM file with authorities to trust besides the system's, for a server with a certificate of its own."`
}

// Outputs are the outputs of the step type.
type Outputs struct {
	MessageID  string   `out:"message_id" doc:"The mail's Message-ID, made of the run's id and the step's address: a mail that is repeated after an uncertain answer has the same."`
	Recipients []string `out:"recipients" doc:"The addresses that the mail went to: to, cc and bcc, each once, without names."`
	Size       int64    `out:"size" doc:"The size of the mail in bytes, attachments and encoding included."`
}

func run(ctx context.Context, env *engine.Env, a Args) (Outputs, error) {
	if a.Server.scheme == schemePlain && a.Username != "" {
		return Outputs{}, insecure(a.Server)
	}
	l, err := compose(env, a)
	if err != nil {
		return Outputs{}, err
	}
	if a.Server.isFolder() {
		err = writeFile(ctx, env, a.Server, l)
	} else {
		err = deliver(ctx, env, a, l)
	}
	if err != nil {
		return Outputs{}, err
	}
	return Outputs{MessageID: l.id, Recipients: l.recipients, Size: int64(len(l.content))}, nil
}
