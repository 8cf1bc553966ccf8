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
	"cmp"
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
  text        = "The chart and the readings of today are attached."
  html        = "<p>The chart of today:</p><img src=\"cid:chart.png\">"
  inline      = "out/chart.png"
  attachments = "out/hourly.csv"
}`),
	engine.WithExternalEffects(),
	engine.Together("username", "password"),
	engine.OnlyWith("auth", "username"),
	engine.OnlyWith("inline", "html"),
	engine.WithCheck(check),
)

// Args are the arguments of the step type.
type Args struct {
	Server   Server `arg:"server,required" doc:"Where the mail goes: \"smtp+starttls://host:587\" (encrypted, or not at all), \"smtps://host:465\", \"smtp://host:25\" (not encrypted, which is warned of), or \"file://folder\". A folder gets the same mail as one .eml file, named after the logical date, the pipeline and the step: written again on the same date it is replaced. Ports may be left out."`
	Username string `arg:"username" doc:"The name to log in with. Refused with smtp://, since the password would cross the line unencrypted; not needed and not used with file://."`
	Password string `arg:"password" sensitive:"true" doc:"The password that belongs to the user name; with auth = \"XOAUTH2\" the access token."`
	Auth     string `arg:"auth" enum:"PLAIN|LOGIN|CRAM-MD5|SCRAM|SCRAM-SHA-1|SCRAM-SHA-256|XOAUTH2" doc:"How to log in; the step fails if the server does not offer it. Left out, it is the strongest that the server offers of SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, PLAIN and LOGIN. SCRAM is the stronger of the two that is offered. With SCRAM the login is bound to the encrypted line (-PLUS) where the server offers that."`

	From    Address     `arg:"from,required" doc:"The sender, as \"ana@example.com\" or \"Ana <ana@example.com>\"."`
	To      []Addresses `arg:"to,required" doc:"The recipients: addresses with or without names; one string may hold several, parted by commas. If the server refuses one of all the recipients, the mail goes to none, and the error names every refused one."`
	CC      []Addresses `arg:"cc" doc:"Recipients of a copy."`
	BCC     []Addresses `arg:"bcc" doc:"Recipients of a copy that nobody sees: they are in no header."`
	ReplyTo Address     `arg:"reply_to" doc:"Where answers go, if not to the sender."`

	Subject     Subject        `arg:"subject,required" doc:"The subject, one line. An empty one is warned of."`
	Text        string         `arg:"text" doc:"The mail as plain text. With html, readers show what they can. A mail needs text, html or attachments."`
	HTML        string         `arg:"html" doc:"The mail as HTML. It shows a picture of inline by its file name: src=\"cid:chart.png\"."`
	Headers     Headers        `arg:"headers" doc:"More headers by name, such as { \"X-Priority\" = \"1\" }, each of one line. Those that the mail makes of other arguments, or that mail servers write, are refused."`
	Attachments engine.Strings `arg:"attachments" file:"read" doc:"Files to attach: paths and globs. Name and type are the file's."`
	Inline      engine.Strings `arg:"inline" file:"read" doc:"Pictures that html shows: paths and globs. A picture is shown where html has its file name behind \"cid:\", so the name has only letters, digits and . _ - +. A picture that html shows and inline lacks is an error."`

	MaxSize *engine.Size `arg:"max_size" doc:"Refuse a mail that is larger, before connecting: a size such as \"10MB\", with attachments and encoding, which makes files a third larger."`
	CAFile  string       `arg:"ca_file" file:"read" doc:"A PEM file with authorities to trust besides the system's, for a server with a certificate of its own."`
}

// Outputs are the outputs of the step type.
type Outputs struct {
	MessageID  string   `out:"message_id" doc:"The mail's Message-ID, made of the run's id and the step's address: a mail that is repeated after an uncertain answer has the same."`
	Recipients []string `out:"recipients" doc:"The addresses that the mail went to: to, cc and bcc, each once, without names."`
	Size       int64    `out:"size" doc:"The size of the mail in bytes, attachments and encoding included."`
}

// check finds what arguments say wrongly together.
func check(a Args) error {
	if a.Server.scheme == schemePlain && a.Username != "" {
		return insecure(a.Server)
	}
	return checkContent(a)
}

func run(ctx context.Context, env *engine.Env, a Args) (Outputs, error) {
	if err := check(a); err != nil {
		return Outputs{}, err
	}
	l, err := compose(ctx, env, a)
	if err != nil {
		return Outputs{}, cmp.Or(ctx.Err(), err)
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
