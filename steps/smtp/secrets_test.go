package smtp_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/mailserver"
	"dagrun/steps/smtp"
)

// canary must appear nowhere, in whatever form.
const canary = `Cänary "s3cret" & 77%`

func forms() map[string]string {
	encode := base64.StdEncoding.EncodeToString
	return map[string]string{
		"plain": canary, "a part": "s3cret", "base64": encode([]byte(canary)),
		"AUTH PLAIN": encode([]byte("\x00ana\x00" + canary)), "URL": url.QueryEscape(canary),
		"XOAUTH2": encode([]byte("user=ana\x01auth=Bearer " + canary + "\x01\x01")),
	}
}

func TestPasswordIsNowhere(t *testing.T) {
	// A server that repeats what it does not like, as some do.
	repeat := func(e mailserver.Event) error {
		if e.Stage == mailserver.Auth {
			return mailserver.Reply(535, "no: AUTH PLAIN "+forms()["AUTH PLAIN"]+" "+canary+" "+forms()["base64"]+" "+forms()["URL"]+" "+forms()["XOAUTH2"])
		}
		return nil
	}
	for name, options := range map[string]mailserver.Options{
		"accepted": {Password: canary}, "refused": {Password: "another"}, "repeated": {Password: canary, Answer: repeat},
		"lost":             {Password: canary, Answer: mailserver.At(mailserver.Auth, mailserver.ErrDrop)},
		"mail is rejected": {Password: canary, Answer: mailserver.At(mailserver.Mail, mailserver.Reply(550, "not you, "+canary))},
	} {
		for _, mechanism := range []string{"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "XOAUTH2"} {
			t.Run(name+" by "+mechanism, func(t *testing.T) {
				options.Security, options.Username, options.Mechanisms = mailserver.StartTLS, "ana", []string{mechanism}
				server := mailserver.Start(t, options)
				args := enginetest.With(plainMail(server.URL()), enginetest.Args{"username": "ana", "password": canary, "auth": mechanism, "ca_file": server.CAFile()})
				result, said := enginetest.RunLogged(t.Context(), t, smtp.Type, t.TempDir(), args)
				data, err := json.Marshal(result)
				if err != nil {
					t.Fatal(err)
				}
				everything := string(data) + said
				if result.Error != nil {
					everything += result.Error.Error() + result.Error.Remedy
				}
				for _, m := range server.Messages() {
					everything += string(m.Data)
				}
				for form, text := range forms() {
					if strings.Contains(everything, text) {
						t.Errorf("the password is there as %s: %s", form, everything)
					}
				}
			})
		}
	}
}

func TestMaskedAnswerStillTellsTheRest(t *testing.T) {
	server := mailserver.Start(t, mailserver.Options{
		Security: mailserver.StartTLS, Username: "ana", Password: canary,
		Answer: mailserver.At(mailserver.Auth, mailserver.Reply(535, "no "+canary+" here")),
	})
	args := enginetest.With(plainMail(server.URL()), enginetest.Args{"username": "ana", "password": canary, "ca_file": server.CAFile()})
	failure{"smtp_auth", false, []string{"535 5.0.0 no (sensitive) here", "log in to " + server.Addr()}}.check(t, args)
}
