package smtp

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"net/mail"
	"regexp"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"dagrun/engine"
)

// letter is a mail ready to go: the envelope and the content.
type letter struct {
	id         string // Message-ID, without angle brackets
	from       string
	recipients []string
	content    []byte
}

// needsUTF8 reports whether an address of the envelope is beyond ASCII, which
// only servers with SMTPUTF8 take (RFC 6531).
func (l *letter) needsUTF8() bool {
	for _, a := range append([]string{l.from}, l.recipients...) {
		if !isASCII(a) {
			return true
		}
	}
	return false
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] > 126 {
			return false
		}
	}
	return true
}

// compose makes the mail of the arguments.
func compose(ctx context.Context, env *engine.Env, a Args) (*letter, error) {
	to, cc, bcc := flatten(a.To), flatten(a.CC), flatten(a.BCC)
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	l := &letter{
		id:         messageID(env, a.From.parsed, [sha256.Size]byte{}),
		from:       a.From.parsed.Address,
		recipients: envelope(to, cc, bcc),
	}
	if strings.TrimSpace(string(a.Subject)) == "" {
		env.Log.Warn("the subject is empty")
	}
	setHeaders(msg, a, to, cc)
	msg.SetMessageIDWithValue(l.id)
	msg.SetDateWithValue(dateOf(env, a.Server))
	setBody(msg, a.Text, a.HTML)
	f := &files{env: env, maxSize: a.MaxSize}
	if err := f.embed(ctx, msg, a.Inline, a.HTML); err != nil {
		return nil, err
	}
	if err := f.attach(ctx, msg, a.Attachments); err != nil {
		return nil, err
	}
	var err error
	if l.content, err = render(msg, a); err != nil {
		return nil, err
	}
	l.identify(env, a.From.parsed)
	if a.MaxSize != nil && len(l.content) > int(*a.MaxSize) {
		return nil, overMaxSize(fmt.Sprintf("the mail has %d bytes", len(l.content)), *a.MaxSize)
	}
	return l, nil
}

func checkContent(a Args) error {
	if a.Text == "" && a.HTML == "" && len(a.Attachments) == 0 {
		return &engine.StepError{
			Code: "empty_mail", Argument: "text", Message: "the mail has no text, no html and no attachments",
			Remedy: "Give text, html or attachments; where they come from a variable or an output, check that it is not empty.",
		}
	}
	return nil
}

// dateOf is the Date header. A file carries the logical time, so that composing
// it again gives the same bytes; a server is told when the mail is sent.
func dateOf(env *engine.Env, s Server) time.Time {
	if s.isFolder() {
		return env.LogicalTime
	}
	return time.Now().In(env.LogicalTime.Location())
}

const autoSubmitted = "Auto-Submitted"

func setHeaders(msg *gomail.Msg, a Args, to, cc []*mail.Address) {
	msg.FromMailAddress(a.From.parsed)
	msg.ToMailAddress(to...)
	if len(cc) > 0 {
		msg.CcMailAddress(cc...)
	}
	if a.ReplyTo.parsed != nil {
		msg.ReplyToMailAddress(a.ReplyTo.parsed)
	}
	msg.SetGenHeader(gomail.HeaderSubject, encodeHeader(string(a.Subject)))
	// RFC 3834: answering machines leave such mails alone.
	msg.SetGenHeader(autoSubmitted, "auto-generated")
	for name, value := range a.Headers {
		if strings.EqualFold(name, autoSubmitted) { // one that a pipeline may say otherwise
			name = autoSubmitted
		}
		msg.SetGenHeader(gomail.Header(name), value.encode())
	}
}

func setBody(msg *gomail.Msg, text, html string) {
	if html == "" {
		msg.SetBodyString(gomail.TypeTextPlain, text)
		return
	}
	if text != "" {
		msg.SetBodyString(gomail.TypeTextPlain, text)
	}
	msg.AddAlternativeString(gomail.TypeTextHTML, html)
}

// multipart begins the header of a part that has parts, and randomBoundary is
// the whole of it, with the boundary that go-mail drew. Nothing that a user gives
// can look the same: a header that is folded goes on behind a blank,
// quoted-printable escapes the equals sign, and base64 has no colon.
var (
	multipart      = []byte("\nContent-Type: multipart/")
	randomBoundary = regexp.MustCompile(`^\nContent-Type: multipart/[a-z]+;\r\n boundary=([0-9a-f]{60})\r\n`)
)

// render writes the mail, with boundaries that depend on the texts, so that the
// same mail is the same bytes, and a mail that quotes another has its own.
func render(msg *gomail.Msg, a Args) ([]byte, error) {
	var buffer bytes.Buffer
	if _, err := msg.WriteTo(&buffer); err != nil {
		return nil, fmt.Errorf("compose the mail: %w", err)
	}
	content := buffer.Bytes()
	for at, count := range places(content, multipart) {
		found := randomBoundary.FindSubmatch(content[at:])
		if found == nil {
			continue
		}
		drawn := bytes.Clone(found[1])
		own := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%s", count, a.Text, a.HTML))
		for at := range places(content, drawn) {
			copy(content[at:], fmt.Appendf(nil, "%x", own[:30]))
		}
	}
	return unfold(content), nil
}

// places finds every place of a text, and counts them from 0.
func places(content, text []byte) iter.Seq2[int, int] {
	return func(yield func(at, count int) bool) {
		for at, count := 0, 0; ; count++ {
			next := bytes.Index(content[at:], text)
			if next < 0 || !yield(at+next, count) {
				return
			}
			at += next + len(text)
		}
	}
}
