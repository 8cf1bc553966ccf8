package s3server

import (
	"crypto/x509"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// makeCertificate writes the certificate and key that the standard library has
// for test servers at 127.0.0.1.
func (s *Server) makeCertificate(t testing.TB) {
	t.Helper()
	source := httptest.NewTLSServer(nil)
	defer source.Close()
	key, err := x509.MarshalPKCS8PrivateKey(source.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	s.caFile = filepath.Join(t.TempDir(), "ca.pem")
	for path, block := range map[string]*pem.Block{
		s.caFile:          {Type: "CERTIFICATE", Bytes: source.Certificate().Raw},
		s.caFile + ".key": {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
