// Package s3server is a real S3 server on loopback for tests: versitygw, a
// gateway in front of a folder, which checks signatures and checksums, keeps
// conditions such as If-None-Match, and assembles multipart uploads.
//
//	server := s3server.Start(t)
//	server.MakeBucket(t, "readings")
//	… server.Endpoint(), server.AccessKeyID, server.SecretAccessKey …
//
// The server's program is built once for each machine with the go command, from
// a fixed version, which takes minutes; it is kept in the user's cache folder.
// That is said on the terminal, where there is one. Only tests import this
// package.
package s3server

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Region is the region that servers say they are in.
const Region = "us-east-1"

// Server is a running server and the one account that may use it.
type Server struct {
	AccessKeyID, SecretAccessKey string

	options options
	addr    string
	caFile  string // the certificate, and beside it the key
}

// Option changes how a server is started.
type Option func(*options)

type options struct{ versioned, encrypted bool }

// Encrypted makes a server that speaks HTTPS, with the certificate of CAFile.
func Encrypted() Option { return func(o *options) { o.encrypted = true } }

// Versioned makes a server that keeps versions: those buckets do that
// MakeBucket makes.
func Versioned() Option { return func(o *options) { o.versioned = true } }

// Start starts a server with an account of its own, on a free port of
// 127.0.0.1. It is stopped when the test ends.
func Start(t testing.TB, opts ...Option) *Server {
	t.Helper()
	s := &Server{AccessKeyID: "TEST" + rand.Text(), SecretAccessKey: rand.Text()}
	for _, opt := range opts {
		opt(&s.options)
	}
	asked := time.Now()
	program, err := build()
	if err != nil {
		t.Fatalf("build the S3 server: %v", err)
	}
	if took := time.Since(asked); took > time.Second {
		t.Logf("the S3 server was built, by this test or another, in %s", took.Round(time.Second))
	}
	if s.options.encrypted {
		s.makeCertificate(t)
	}
	const tries = 5 // another process may take the port between its choice and its use
	for range tries {
		if err = s.launch(t, program); err == nil {
			return s
		}
	}
	t.Fatalf("start the S3 server: %v", err)
	return nil
}

// launch starts the program and waits until it answers.
func (s *Server) launch(t testing.TB, program string) error {
	s.addr = freeAddr(t)
	var said bytes.Buffer
	cmd := exec.Command(program, s.arguments(t)...)
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY_ID="+s.AccessKeyID, "ROOT_SECRET_ACCESS_KEY="+s.SecretAccessKey)
	if err := cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
	if err := s.await(exited); err != nil {
		_ = cmd.Process.Kill()
		<-exited
		return fmt.Errorf("%w: %s", err, said.String())
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-exited:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-exited
		}
	})
	return nil
}

func (s *Server) arguments(t testing.TB) []string {
	t.Helper()
	root := t.TempDir()
	folder := func(name string) string {
		path := filepath.Join(root, name)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	args := []string{
		"--quiet", "--keep-alive", "--iam-dir", folder("iam"), "--region", Region, "--port", s.addr,
		// Metadata goes into files, since not every file system that a test
		// may run on has extended attributes.
		"posix", "--sidecar", folder("metadata"),
	}
	if s.options.encrypted {
		args = append([]string{"--cert", s.caFile, "--key", s.caFile + ".key"}, args...)
	}
	if s.options.versioned {
		args = append(args, "--versioning-dir", folder("versions"))
	}
	return append(args, folder("buckets"))
}

func freeAddr(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// await polls until the server answers a signed request, so that it is this
// server and no stranger at the same port.
func (s *Server) await(exited <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-exited:
			return errors.New("the server ended")
		case <-ctx.Done():
			return errors.New("the server does not answer")
		case <-tick.C:
			if s.answers(ctx) {
				return nil
			}
		}
	}
}

// Endpoint is the server's URL.
func (s *Server) Endpoint() string {
	if s.options.encrypted {
		return "https://" + s.addr
	}
	return "http://" + s.addr
}

// CAFile is the path of the PEM file with an encrypted server's certificate,
// for the environment variable AWS_CA_BUNDLE.
func (s *Server) CAFile() string { return s.caFile }
