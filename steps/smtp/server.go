package smtp

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// The schemes of a server URL.
const (
	schemeStartTLS = "smtp+starttls"
	schemeTLS      = "smtps"
	schemePlain    = "smtp"
	schemeFile     = "file"
)

// defaultPorts are those that RFC 6409 and RFC 8314 assign to submission, and
// the port of mail between servers.
var defaultPorts = map[string]string{schemeStartTLS: "587", schemeTLS: "465", schemePlain: "25"}

// Server is where a mail goes: an SMTP server and how to speak to it, or a
// folder.
type Server struct {
	scheme     string
	host, port string
	dir        string
}

// TypeName is the name of the type in documents.
func (Server) TypeName() string { return "mail server URL" }

// Host is the host of the server; empty for a folder.
func (s Server) Host() string { return s.host }

func (s Server) isFolder() bool { return s.scheme == schemeFile }

// address is the host and port to connect to.
func (s Server) address() string { return net.JoinHostPort(s.host, s.port) }

// crossesNetwork reports whether a mail leaves this machine unencrypted.
func (s Server) crossesNetwork() bool {
	ip := net.ParseIP(s.host)
	return s.scheme == schemePlain && !strings.EqualFold(s.host, "localhost") && (ip == nil || !ip.IsLoopback())
}

// UnmarshalText reads a URL. What stands before an @ may be a password, so
// that no error repeats a text that has one.
func (s *Server) UnmarshalText(text []byte) error {
	scheme, rest, ok := strings.Cut(string(text), "://")
	switch {
	case ok && scheme == schemeFile:
		return s.setFolder(rest)
	case strings.Contains(string(text), "@"):
		return errors.New("a server URL holds no user name and no password; give them as username and password")
	case !ok || defaultPorts[scheme] == "":
		return fmt.Errorf("%q is not a mail server; write smtp+starttls://host, smtps://host, smtp://host or file://folder", text)
	}
	return s.setHost(scheme, string(text))
}

// setFolder takes everything behind file:// as a path, without decoding: a
// percent sign is a percent sign.
func (s *Server) setFolder(dir string) error {
	if dir == "" || strings.ContainsRune(dir, 0) {
		return errors.New("file:// lacks the folder; write file://outbox or file:///var/outbox")
	}
	*s = Server{scheme: schemeFile, dir: dir}
	return nil
}

func (s *Server) setHost(scheme, text string) error {
	u, err := url.Parse(text)
	if err != nil {
		return fmt.Errorf("%q is not a mail server: %w", text, errors.Unwrap(err))
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q has more than host and port; write %s://%s", text, scheme, u.Host)
	}
	if u.Hostname() == "" || strings.ContainsAny(u.Hostname(), " \t\r\n") {
		return fmt.Errorf("%q has no host; write %s://host:%s", text, scheme, defaultPorts[scheme])
	}
	port := u.Port()
	if port == "" {
		port = defaultPorts[scheme]
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return fmt.Errorf("%q has the port %s; ports go from 1 to 65535", text, port)
	}
	*s = Server{scheme: scheme, host: u.Hostname(), port: port}
	return nil
}
