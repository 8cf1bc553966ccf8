package smtp

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"net/url"
	"strings"
	"syscall"

	"dagrun/engine"
)

const (
	// closing is the code with which a server ends a session at any moment.
	closing = 421
	// needsLogin asks for a login (RFC 4954) or, before it, for encryption
	// (RFC 3207).
	needsLogin = 530
)

// answerIn finds the server's answer in an error.
func answerIn(err error) (*textproto.Error, bool) {
	var answer *textproto.Error
	found := errors.As(err, &answer)
	return answer, found
}

// quote is an answer on one line, or the beginning of one that is longer than
// anybody reads.
func quote(answer *textproto.Error) string {
	const most = 1000
	text := strings.Join(strings.Fields(answer.Msg), " ")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return fmt.Sprintf("%d %s", answer.Code, text)
}

// temporary follows RFC 5321 4.2.1: answers of 400 may be others tomorrow.
func temporary(answer *textproto.Error) bool { return answer.Code/100 == 4 }

// failedAt makes the error of a stage: what was attempted, at which server, and
// what came back.
func failedAt(server Server, attempt string, err error) error {
	message := attempt + " " + server.address()
	if answer, ok := answerIn(err); ok {
		return answered(message, answer)
	}
	var unspoken textproto.ProtocolError
	switch {
	case errors.As(err, &unspoken), errors.Is(err, errEndless):
		e := &engine.StepError{
			Code: "smtp_protocol", Argument: "server", Message: message, Err: err,
			Remedy: "What listens there does not speak SMTP. Check host and port.",
		}
		if expectsTLS(server) {
			e.Remedy = hintFor(server)
		}
		return e
	case isTLS(err):
		return noTrust(message, err)
	}
	return &engine.StepError{
		Code: "smtp_lost", Message: message, Err: plainly(err), Retryable: true,
		Remedy: "The connection broke or the server fell silent. " + hintFor(server),
	}
}

// noGreeting is the error of a server that does not begin as one. A port that
// expects encryption from the first byte is silent until it has it.
func noGreeting(server Server, err error) error {
	failure := failedAt(server, "wait for the greeting of", err)
	var e *engine.StepError
	if !errors.As(failure, &e) || e.Code != "smtp_lost" || server.scheme == schemeTLS || expectsTLS(server) {
		return failure
	}
	e.Remedy = "Where the port expects encryption from the first byte, as port 465 does, write smtps:// instead. Otherwise try again later; a retry block with enough attempts does so by itself."
	return e
}

// expectsTLS tells the mistake that looks like a silent server.
func expectsTLS(server Server) bool {
	return server.port == defaultPorts[schemeTLS] && server.scheme != schemeTLS
}

func hintFor(server Server) string {
	if expectsTLS(server) {
		return "Port 465 expects encryption from the first byte: write smtps:// instead."
	}
	return "Try again later; a retry block with enough attempts does so by itself."
}

func answered(message string, answer *textproto.Error) error {
	e := &engine.StepError{Code: "smtp_rejected", Message: message, Err: errors.New(quote(answer))}
	e.Remedy = "The server refuses this for good. Its answer says why; change the mail, the addresses or the account."
	switch {
	case temporary(answer):
		e.Code, e.Retryable = "smtp_deferred", true
		e.Remedy = "The server asks to try again later; a retry block with enough attempts does so by itself."
	case answer.Code == needsLogin:
		e.Code, e.Argument = "smtp_auth", "username"
		e.Remedy = "The server takes mail only after a login: give username and password, and smtp+starttls:// or smtps:// in the server's URL."
	}
	return e
}

func unreachable(server Server, err error) error {
	return &engine.StepError{
		Code: "smtp_unreachable", Argument: "server", Err: plainly(err), Retryable: true,
		Message: "connect to " + server.address(),
		Remedy:  "Check host and port, and that a firewall lets the connection out.",
	}
}

// plainly says of an error of the network what a person needs: addresses of
// this side, which change every time, and names of system calls are left out.
func plainly(err error) error {
	var errno syscall.Errno
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &dns):
		return fmt.Errorf("look up %s: %s", dns.Name, dns.Err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the server closed the connection")
	case errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("no answer in time")
	case errors.As(err, &errno):
		return errno
	}
	return err
}

// masked takes the password out of what a server answered, also in the forms
// in which it was sent: some servers repeat a command that they do not like.
func masked(err error, a Args) error {
	var e *engine.StepError
	if a.Password == "" || !errors.As(err, &e) {
		return err
	}
	replacer := strings.NewReplacer(
		base64.StdEncoding.EncodeToString([]byte("\x00"+a.Username+"\x00"+a.Password)), engine.Masked,
		base64.StdEncoding.EncodeToString([]byte("user="+a.Username+"\x01auth=Bearer "+a.Password+"\x01\x01")), engine.Masked,
		base64.StdEncoding.EncodeToString([]byte(a.Password)), engine.Masked,
		url.QueryEscape(a.Password), engine.Masked,
		a.Password, engine.Masked,
	)
	e = e.Flat()
	e.Message = replacer.Replace(e.Message)
	return e
}
