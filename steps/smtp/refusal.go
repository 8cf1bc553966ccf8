package smtp

import (
	"errors"
	"fmt"
	"net/textproto"
	"strings"

	"dagrun/engine"
)

// refusal is one recipient that the server did not take.
type refusal struct {
	recipient string
	answer    *textproto.Error
}

// refused names every refused recipient. The mail went to none of the others
// either. It is worth another attempt only if every refusal is.
func refused(server Server, refusals []refusal, of int) error {
	lines := make([]string, len(refusals))
	retryable := true
	for i, r := range refusals {
		lines[i] = fmt.Sprintf("%s (%s)", r.recipient, quote(r.answer))
		retryable = retryable && temporary(r.answer)
	}
	e := &engine.StepError{
		Code: "smtp_rejected", Argument: "to", Retryable: retryable,
		Message: fmt.Sprintf("%s refuses %d of %d recipients, and the mail was sent to none: %s",
			server.address(), len(refusals), of, strings.Join(lines, "; ")),
		Remedy: "Correct or remove the refused addresses.",
	}
	if retryable {
		e.Code, e.Remedy = "smtp_deferred", "The server asks to try again later; a retry block with enough attempts does so by itself."
	}
	return e
}

func tooLarge(server Server, size, most int64) error {
	return &engine.StepError{
		Code: "mail_too_large", Argument: "attachments",
		Message: fmt.Sprintf("send the mail to %s: it has %d bytes, and the server takes %d at most", server.address(), size, most),
		Remedy:  "Attach less, or upload large files and mail where they are.",
	}
}

func noUTF8(server Server) error {
	return &engine.StepError{
		Code: "smtp_rejected", Argument: "to",
		Message: fmt.Sprintf("send the mail to %s: an address has letters beyond ASCII, and the server does not offer SMTPUTF8", server.address()),
		Remedy:  "Write the domain in its xn-- form, or use another server.",
	}
}

// uncertain is the error of the end of the content: an answer says what is, and
// without one the server may have the mail.
func uncertain(server Server, l *letter, err error) error {
	const attempt = "send the mail to"
	if _, ok := answerIn(err); ok {
		return failedAt(server, attempt, err)
	}
	e := &engine.StepError{
		Code: "smtp_lost", Retryable: true, Err: plainly(err),
		Message: fmt.Sprintf("%s %s: the content is sent, and no answer says whether it arrived", attempt, server.address()),
		Remedy:  fmt.Sprintf("If the mail is sent again and comes twice, both have the Message-ID <%s>.", l.id),
	}
	if errors.Is(err, errEndless) { // which another attempt would meet again
		e.Code, e.Retryable = "smtp_protocol", false
	}
	return e
}
