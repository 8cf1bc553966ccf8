package smtp

import (
	"context"
	"io"
	"strconv"

	"dagrun/engine"
)

// deliver hands the mail to the server.
func deliver(ctx context.Context, env *engine.Env, a Args, l *letter) error {
	trust, err := trustOf(env, a)
	if err != nil {
		return err
	}
	if a.Server.crossesNetwork() {
		env.Log.Warn("the mail crosses the network unencrypted", "server", a.Server.address())
	}
	s, err := connect(ctx, a, trust)
	if err == nil {
		err = s.transfer(env, a.Server, l)
	}
	if ctx.Err() != nil && err != nil { // the closed connection is not why
		return ctx.Err()
	}
	return masked(err, a)
}

// transfer is one SMTP transaction.
func (s *session) transfer(env *engine.Env, server Server, l *letter) error {
	defer s.quit()
	if err := s.fits(server, l); err != nil {
		return err
	}
	if err := s.ask(func() error { return s.client.Mail("<" + l.from + ">") }); err != nil {
		return failedAt(server, "announce the sender "+l.from+" to", err)
	}
	if err := s.announce(server, l); err != nil {
		return err
	}
	return s.send(env, server, l)
}

// fits checks the mail against what the server says of itself.
func (s *session) fits(server Server, l *letter) error {
	// RFC 1870: a server may announce its limit; 0 is none.
	_, limit := s.client.Extension("SIZE")
	if most, err := strconv.ParseInt(limit, 10, 64); err == nil && most > 0 && int64(len(l.content)) > most {
		return tooLarge(server, int64(len(l.content)), most)
	}
	utf8, _ := s.client.Extension("SMTPUTF8")
	if l.needsUTF8() && !utf8 {
		return noUTF8(server)
	}
	// go-mail asks for SMTPUTF8 wherever it is offered, and a mail that asks
	// for it cannot be relayed by servers without. Most mails need it not.
	s.client.SkipSMTPUTF8(!l.needsUTF8())
	return nil
}

// announce names the recipients. One that is refused is no end: the error names
// all of them at once.
func (s *session) announce(server Server, l *letter) error {
	var refusals []refusal
	for _, recipient := range l.recipients {
		err := s.ask(func() error { return s.client.Rcpt("<" + recipient + ">") })
		answer, answered := answerIn(err)
		switch {
		case err == nil:
		case answered && answer.Code != closing:
			refusals = append(refusals, refusal{recipient, answer})
		default:
			return failedAt(server, "announce the recipient "+recipient+" to", err)
		}
	}
	if len(refusals) > 0 {
		return refused(server, refusals, len(l.recipients))
	}
	return nil
}

// send transfers the content. From the end of the content until the answer
// nobody knows whether the server has the mail.
func (s *session) send(env *engine.Env, server Server, l *letter) error {
	var w io.WriteCloser
	err := s.ask(func() (err error) {
		w, err = s.client.Data()
		return err
	})
	if err != nil {
		return failedAt(server, "send the mail to", err)
	}
	const chunk = 64 << 10
	for done := 0; done < len(l.content); {
		n, err := w.Write(l.content[done:min(done+chunk, len(l.content))])
		if err != nil {
			return failedAt(server, "send the mail to", err)
		}
		done += n
		env.Progress(int64(done), int64(len(l.content)), "bytes")
	}
	if err := s.ask(w.Close); err != nil {
		return uncertain(server, l, err)
	}
	return nil
}
