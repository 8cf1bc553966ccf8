package mailserver

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"strings"
)

const scramIterations = 4096

// scramServer is the server's side of SCRAM (RFC 5802), with channel binding
// (tls-exporter, RFC 9266) where binding is set. Saved credentials, which are
// what SCRAM spares a real server from keeping, are of no use in a test: the
// keys are made of the password.
type scramServer struct {
	password string
	binding  []byte
	hash     func() hash.Hash
	check    func(username string, right bool) error

	step                            int
	header                          string // of the client's first message
	clientFirst, serverFirst, nonce string
	username                        string
	salted                          []byte
}

// Next implements sasl.Server.
func (s *scramServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if response == nil {
		return nil, false, nil
	}
	s.step++
	switch s.step {
	case 1:
		challenge, err = s.first(string(response))
	case 2:
		challenge, err = s.final(string(response))
	default:
		done = true
	}
	return challenge, done, err
}

// first answers "n,,n=user,r=nonce".
func (s *scramServer) first(message string) ([]byte, error) {
	parts := strings.SplitN(message, ",", 3)
	if len(parts) != 3 || !strings.HasPrefix(parts[2], "n=") {
		return nil, errors.New("no first message of SCRAM")
	}
	s.header, s.clientFirst = parts[0]+","+parts[1]+",", parts[2]
	username, nonce, _ := strings.Cut(strings.TrimPrefix(parts[2], "n="), ",r=")
	s.username, s.nonce = username, nonce+rand.Text()
	salt := []byte(rand.Text())
	salted, err := pbkdf2.Key(s.hash, s.password, salt, scramIterations, s.hash().Size())
	if err != nil {
		return nil, err
	}
	s.salted = salted
	s.serverFirst = fmt.Sprintf("r=%s,s=%s,i=%d", s.nonce, base64.StdEncoding.EncodeToString(salt), scramIterations)
	return []byte(s.serverFirst), nil
}

// final checks "c=binding,r=nonce,p=proof" and proves that the server knows the
// password too.
func (s *scramServer) final(message string) ([]byte, error) {
	bare, proof, _ := strings.Cut(message, ",p=")
	bound := base64.StdEncoding.EncodeToString(append([]byte(s.header), s.binding...))
	signed := []byte(s.clientFirst + "," + s.serverFirst + "," + bare)
	right := bare == "c="+bound+",r="+s.nonce && proof == s.proof(signed) && strings.HasPrefix(s.header, "p=") == (s.binding != nil)
	if err := s.check(s.username, right); err != nil {
		return nil, err
	}
	signature := s.mac(s.mac(s.salted, []byte("Server Key")), signed)
	return []byte("v=" + base64.StdEncoding.EncodeToString(signature)), nil
}

func (s *scramServer) proof(signed []byte) string {
	clientKey := s.mac(s.salted, []byte("Client Key"))
	stored := s.hash()
	stored.Write(clientKey)
	proof := s.mac(stored.Sum(nil), signed)
	for i := range proof {
		proof[i] ^= clientKey[i]
	}
	return base64.StdEncoding.EncodeToString(proof)
}

func (s *scramServer) mac(key, message []byte) []byte {
	mac := hmac.New(s.hash, key)
	mac.Write(message)
	return mac.Sum(nil)
}
