package moxserver

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
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

// domains is how many domains the server has beside localhost.
const domains = 10

// Recipient is an address of the account, in one of several domains. The server
// hands mails to itself one after the other for each domain, and asks the name
// server of the machine about every one, which may take seconds: many mails go
// to many domains.
func Recipient(n uint32) string { return fmt.Sprintf("mox@d%d.localhost", n%domains) }

// dynamic is the configuration of the one account. Without a junk filter, every
// mail comes into the inbox.
func dynamic() string {
	var names, addresses strings.Builder
	for n := range uint32(domains) {
		address := Recipient(n)
		fmt.Fprintf(&names, "\t%s: nil\n", strings.TrimPrefix(address, "mox@"))
		fmt.Fprintf(&addresses, "\t\t\t%s: nil\n", address)
	}
	return "Domains:\n\tlocalhost: nil\n" + names.String() +
		"Accounts:\n\tmox:\n\t\tDomain: localhost\n\t\tDestinations:\n\t\t\tmox@localhost: nil\n" + addresses.String() +
		"\t\tNoFirstTimeSenderDelay: true\n"
}

// configure replaces the configuration that the program has made for itself,
// which is for the ports of one server on a machine.
func configure(dir string, p ports) error {
	files := map[string]string{
		"mox.conf":     fmt.Sprintf(static, max(os.Getuid(), 0), MaxSize, p.delivery, p.submission, p.submissions, p.imap),
		"domains.conf": dynamic(),
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}
