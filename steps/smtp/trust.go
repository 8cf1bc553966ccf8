package smtp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"

	"dagrun/engine"
)

// trustOf is the TLS configuration for a server: the system's authorities and
// those of the argument ca_file.
func trustOf(env *engine.Env, a Args) (*tls.Config, error) {
	config := &tls.Config{ServerName: a.Server.host, MinVersion: tls.VersionTLS12}
	if a.CAFile == "" {
		return config, nil
	}
	files, err := env.Inputs("ca_file", a.CAFile)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	for _, path := range files {
		data, err := os.ReadFile(path) //nolint:gosec // the path is what the pipeline says
		if err != nil {
			return nil, unreadable("ca_file", path, err)
		}
		if !pool.AppendCertsFromPEM(data) {
			return nil, &engine.StepError{
				Code: "bad_ca_file", Argument: "ca_file", Err: errors.New("it has no certificate"),
				Message: fmt.Sprintf("read the authorities of %s", path),
				Remedy:  "Give a PEM file: text with -----BEGIN CERTIFICATE-----.",
			}
		}
	}
	config.RootCAs = pool
	return config, nil
}

func isTLS(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		unknown      x509.UnknownAuthorityError
		record       tls.RecordHeaderError
		alert        tls.AlertError
	)
	return errors.As(err, &verification) || errors.As(err, &unknown) || errors.As(err, &record) ||
		errors.As(err, &alert) || strings.HasPrefix(err.Error(), "tls: ") || strings.HasPrefix(err.Error(), "remote error: tls: ")
}

func noTrust(message string, err error) error {
	e := &engine.StepError{
		Code: "smtp_tls", Argument: "server", Message: message, Err: err,
		Remedy: "Check the server's certificate and the host name in the URL; authorities of your own go into ca_file.",
	}
	var record tls.RecordHeaderError
	if errors.As(err, &record) {
		e.Remedy = "The server does not begin with encryption on this port: write smtp+starttls:// instead of smtps://."
	}
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		e.Remedy = "The certificate is signed by an authority that this system does not know. Give the authority's certificate as ca_file."
	}
	return e
}

func noStartTLS(server Server) error {
	return &engine.StepError{
		Code: "smtp_tls", Argument: "server",
		Message: fmt.Sprintf("encrypt the connection to %s: the server does not offer STARTTLS", server.address()),
		Remedy:  "Write smtps://host:465 if the server encrypts from the start, or smtp://host if the line may be read by others.",
	}
}

func insecure(server Server) error {
	return &engine.StepError{
		Code: "smtp_insecure", Argument: "server",
		Message: fmt.Sprintf("log in to %s: smtp:// is not encrypted, and a password never crosses the network like that", server.address()),
		Remedy:  "Write smtp+starttls:// or smtps://, or leave out username and password.",
	}
}
