package smtp

import (
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"

	gosmtp "github.com/wneessen/go-mail/smtp"

	"dagrun/engine"
)

// strongest are the mechanisms to choose from when the pipeline names none, the
// strongest first. XOAUTH2 is not among them: it takes a token for a password.
var strongest = []string{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN"}

// mechanisms are those to choose from under a value of auth.
func mechanisms(auth string) []string {
	switch auth {
	case "":
		return strongest
	case "SCRAM", "SCRAM-SHA-1", "SCRAM-SHA-256":
		return slices.DeleteFunc(slices.Clone(strongest), func(m string) bool {
			return m != auth && !strings.HasPrefix(m, auth+"-")
		})
	}
	return []string{auth}
}

func (s *session) logIn(a Args) error {
	_, list := s.client.Extension("AUTH")
	offered := strings.Fields(strings.ToUpper(list))
	for _, mechanism := range mechanisms(a.Auth) {
		if !slices.Contains(offered, mechanism) {
			continue
		}
		if err := s.ask(func() error { return s.client.Auth(s.authentication(mechanism, a)) }); err != nil {
			return loginFailed(a, err)
		}
		return nil
	}
	return noMechanism(a, offered)
}

func (s *session) authentication(mechanism string, a Args) gosmtp.Auth {
	user, password, host := a.Username, a.Password, a.Server.host
	state, _ := s.client.TLSConnectionState()
	switch mechanism {
	case "SCRAM-SHA-256-PLUS":
		return gosmtp.ScramSHA256PlusAuth(user, password, &state)
	case "SCRAM-SHA-256":
		return gosmtp.ScramSHA256Auth(user, password)
	case "SCRAM-SHA-1-PLUS":
		return gosmtp.ScramSHA1PlusAuth(user, password, &state)
	case "SCRAM-SHA-1":
		return gosmtp.ScramSHA1Auth(user, password)
	case "CRAM-MD5":
		return gosmtp.CRAMMD5Auth(user, password)
	case "PLAIN":
		return gosmtp.PlainAuth("", user, password, host, false)
	case "XOAUTH2":
		return gosmtp.XOAuth2Auth(user, password)
	}
	return gosmtp.LoginAuth(user, password, host, false)
}

// scramRefusal is how a server refuses a SCRAM login in the dialogue itself (RFC
// 5802, 7), which go-mail repeats.
var scramRefusal = regexp.MustCompile(`\be=([a-z0-9-]+)$`)

func loginFailed(a Args, err error) error {
	message := fmt.Sprintf("log in to %s as %s", a.Server.address(), a.Username)
	answer, ok := answerIn(err)
	var network net.Error
	switch {
	case ok && temporary(answer):
		return answered(message, answer)
	case ok:
		err = errors.New(quote(answer))
	case scramRefusal.MatchString(err.Error()):
		err = errors.New("the server refuses the proof: " + scramRefusal.FindStringSubmatch(err.Error())[1])
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed), errors.Is(err, errEndless):
		return failedAt(a.Server, "log in to", err)
	}
	e := &engine.StepError{
		Code: "smtp_auth", Argument: "password", Message: message, Err: err,
		Remedy: "Check username and password. Accounts with a second factor, such as Gmail's, need an app password: one made for this program in the account's settings.",
	}
	if a.Auth == "XOAUTH2" {
		e.Remedy = "Check username and password: with XOAUTH2 the password is an access token, and those are valid for about an hour."
	}
	return e
}

func noMechanism(a Args, offered []string) error {
	what := "no login at all"
	if len(offered) > 0 {
		what = "only " + strings.Join(offered, ", ")
	}
	e := &engine.StepError{
		Code: "smtp_auth", Argument: "username",
		Message: fmt.Sprintf("log in to %s: the server offers %s", a.Server.address(), what),
		Remedy:  fmt.Sprintf("This program chooses from %s. Leave out username and password if the server wants none, or use another port.", strings.Join(strongest, ", ")),
	}
	switch {
	case a.Auth != "":
		e.Argument = "auth"
		e.Message = fmt.Sprintf("log in to %s by %s: the server offers %s", a.Server.address(), a.Auth, what)
		e.Remedy = "Leave out auth, and the strongest that the server offers is used."
	case slices.Contains(offered, "XOAUTH2"):
		e.Argument = "auth"
		e.Remedy = `Write auth = "XOAUTH2" and give an access token as the password.`
	}
	return e
}
