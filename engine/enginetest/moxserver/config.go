package moxserver

import (
	"fmt"
	"os"
	"path/filepath"
)

// ports are those of the server's listeners.
type ports struct{ delivery, submission, submissions, imap int }

// static is the server's configuration. Tabs are its syntax. The delivery port
// is where the server hands mails to itself.
const static = `DataDir: .
LogLevel: error
User: %d
Hostname: localhost
AdminPasswordFile: adminpasswd
Listeners:
	local:
		IPs:
			- 127.0.0.1
		TLS:
			KeyCerts:
				-
					CertFile: localhost.crt
					KeyFile: localhost.key
		SMTPMaxMessageSize: %d
		SMTP:
			Enabled: true
			Port: %d
		Submission:
			Enabled: true
			Port: %d
		Submissions:
			Enabled: true
			Port: %d
		IMAP:
			Enabled: true
			Port: %d
			NoRequireSTARTTLS: true
Postmaster:
	Account: mox
	Mailbox: Inbox
`

// dynamic is the configuration of the one account. Without a junk filter, every
// mail comes into the inbox.
const dynamic = `Domains:
	localhost: nil
Accounts:
	mox:
		Domain: localhost
		Destinations:
			mox@localhost: nil
		NoFirstTimeSenderDelay: true
`

// configure replaces the configuration that the program has made for itself,
// which is for the ports of one server on a machine.
func configure(dir string, p ports) error {
	files := map[string]string{
		"mox.conf":     fmt.Sprintf(static, max(os.Getuid(), 0), MaxSize, p.delivery, p.submission, p.submissions, p.imap),
		"domains.conf": dynamic,
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}
