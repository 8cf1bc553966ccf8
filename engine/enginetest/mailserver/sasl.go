package mailserver

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// authentication is the server's side of a mechanism.
func (s *session) authentication(mechanism string) (sasl.Server, error) {
	password := s.server.options.Password
	switch mechanism {
	case "PLAIN":
		return sasl.NewPlainServer(func(_, username, given string) error {
			return s.logIn(mechanism, username, given == password)
		}), nil
	case "LOGIN":
		return &loginServer{check: func(username, given string) error {
			return s.logIn(mechanism, username, given == password)
		}}, nil
	case "CRAM-MD5":
		return &cramServer{password: password, challenge: "<" + rand.Text() + "@localhost>", check: func(username string, right bool) error {
			return s.logIn(mechanism, username, right)
		}}, nil
	case "XOAUTH2":
		return &tokenServer{check: func(username, token string) error {
			return s.logIn(mechanism, username, token == password)
		}}, nil
	}
	return s.scram(mechanism)
}

func (s *session) scram(mechanism string) (sasl.Server, error) {
	name, plus := strings.CutSuffix(mechanism, "-PLUS")
	server := &scramServer{password: s.server.options.Password, check: func(username string, right bool) error {
		return s.logIn(mechanism, username, right)
	}}
	switch name {
	case "SCRAM-SHA-1":
		server.hash = sha1.New
	case "SCRAM-SHA-256":
		server.hash = sha256.New
	default:
		return nil, smtp.ErrAuthUnknownMechanism
	}
	if plus {
		state, _ := s.conn.TLSConnectionState()
		// RFC 9266: the channel binding of TLS 1.3.
		binding, err := state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32)
		if err != nil {
			return nil, err
		}
		server.binding = binding
	}
	return server, nil
}

// loginServer is the server's side of AUTH LOGIN, as described in
// draft-murchison-sasl-login: two prompts and two answers.
type loginServer struct {
	check    func(username, password string) error
	username string
	asked    int
}

// Next implements sasl.Server.
func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if l.asked == 0 && response == nil {
		l.asked = 1
		return []byte("Username:"), false, nil
	}
	if l.asked < 2 {
		l.asked, l.username = 2, string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.username, string(response))
}

// cramServer is the server's side of CRAM-MD5 (RFC 2195).
type cramServer struct {
	password, challenge string
	check               func(username string, right bool) error
}

// Next implements sasl.Server.
func (c *cramServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if response == nil {
		return []byte(c.challenge), false, nil
	}
	username, digest, _ := strings.Cut(string(response), " ")
	mac := hmac.New(md5.New, []byte(c.password))
	mac.Write([]byte(c.challenge))
	return nil, true, c.check(username, digest == hex.EncodeToString(mac.Sum(nil)))
}

// tokenServer is the server's side of XOAUTH2, as Google and Microsoft describe
// it: one message with an access token, and if that is refused, a challenge that
// says why, which the client answers with nothing.
type tokenServer struct {
	check   func(username, token string) error
	refusal error
}

// Next implements sasl.Server.
func (x *tokenServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if x.refusal != nil {
		return nil, true, x.refusal
	}
	if response == nil {
		return nil, false, nil
	}
	parts := strings.Split(string(response), "\x01")
	if len(parts) != 4 || parts[2] != "" || parts[3] != "" {
		return nil, true, smtp.ErrAuthFailed
	}
	username, isUser := strings.CutPrefix(parts[0], "user=")
	token, isToken := strings.CutPrefix(parts[1], "auth=Bearer ")
	if !isUser || !isToken {
		return nil, true, smtp.ErrAuthFailed
	}
	if x.refusal = x.check(username, token); x.refusal != nil {
		return []byte(`{"status":"401","schemes":"bearer"}`), false, nil
	}
	return nil, true, nil
}
