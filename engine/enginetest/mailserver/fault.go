package mailserver

import (
	"errors"

	"github.com/emersion/go-smtp"
)

// Stage is a moment in the delivery of a mail at which a server can refuse it
// or go away.
type Stage string

// The stages, in their order.
const (
	Hello     Stage = "hello"     // EHLO is being answered
	Auth      Stage = "auth"      // a login arrived; the argument is the user name
	Mail      Stage = "mail"      // MAIL FROM arrived; the argument is the address
	Rcpt      Stage = "rcpt"      // RCPT TO arrived; the argument is the address
	Data      Stage = "data"      // the server asked for the content and read some of it
	Delivered Stage = "delivered" // the mail is kept, and the client does not know yet
)

// Event is what Options.Answer is asked about.
type Event struct {
	Stage    Stage
	Argument string
}

// ErrDrop is the answer that closes the connection without a word.
var ErrDrop = errors.New("drop the connection")

// Reply is the answer with an SMTP code of three digits, such as 451 or 550.
func Reply(code int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 0, 0}, Message: text}
}

// At answers one stage with err and leaves the others alone.
func At(stage Stage, err error) func(Event) error {
	return func(e Event) error {
		if e.Stage == stage {
			return err
		}
		return nil
	}
}
