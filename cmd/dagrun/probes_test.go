package main

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// onlyMail gives the subject of the one mail that a run wrote, the names of its
// parts, and all of its text.
func (s *session) onlyMail(t *testing.T) (subject string, parts []string, text string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.folder, "mail", "*.eml"))
	if err != nil || len(files) != 1 {
		t.Fatalf("mails %v: %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return m.Header.Get("Subject"), parts, text
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		if p.FileName() == "" {
			text += string(body)
		} else {
			parts = append(parts, p.FileName())
		}
	}
}

func TestEachProbeInAFolderGetsItsChart(t *testing.T) {
	cleanEnvironment(t)
	s := &session{pipeline: "probes"}
	s.run(t, "--date", "2026-03-04")
	if s.code != 0 {
		t.Fatalf("exit code %d\n%s", s.code, s.stderr)
	}
	want := []string{"boiler.csv", "boiler.png", "greenhouse.csv", "greenhouse.png", "mail/20260304.probes.report.eml",
		"roof.csv", "roof.png", "server-room.csv", "server-room.png"}
	if diff := cmp.Diff(want, s.files(t)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	subject, charts, text := s.onlyMail(t)
	if diff := cmp.Diff([]string{"boiler.png", "greenhouse.png", "roof.png", "server-room.png"}, charts); diff != "" || subject != "4 of 4 probes, 2026-03-04" {
		t.Errorf("subject %q, charts (-want +got):\n%s", subject, diff)
	}
	if !strings.Contains(text, "cid:roof.png") || strings.Contains(text, "failed") {
		t.Errorf("the mail says %s", text)
	}
}

func TestAProbeWithASpoiltLogFailsAlone(t *testing.T) {
	logs := t.TempDir()
	if err := os.CopyFS(logs, os.DirFS("../../testdata/probes")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(logs, "roof.csv"), []byte("time,temperature\n2026-03-02 00:00,<hot>\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cleanEnvironment(t)
	s := &session{pipeline: "probes"}
	s.run(t, "--var", "logs="+logs)
	if s.code != 1 {
		t.Fatalf("exit code %d\n%s", s.code, s.stderr)
	}
	subject, charts, text := s.onlyMail(t)
	if diff := cmp.Diff([]string{"boiler.png", "greenhouse.png", "server-room.png"}, charts); diff != "" || !strings.HasPrefix(subject, "3 of 4 probes") {
		t.Errorf("subject %q, charts (-want +got):\n%s", subject, diff)
	}
	if !strings.Contains(text, "csv_resample.clean") || strings.Contains(text, "<hot>") {
		t.Errorf("the mail says %s", text)
	}
	if slices.Contains(s.files(t), "roof.png") {
		t.Error("there is a chart of the probe that failed")
	}
}

func TestAFolderWithoutProbesIsTold(t *testing.T) {
	cleanEnvironment(t)
	s := &session{pipeline: "probes"}
	s.run(t, "--var", "logs="+t.TempDir())
	if s.code != 1 || !strings.Contains(s.stderr, "There is no log in ") {
		t.Errorf("exit code %d\n%s", s.code, s.stderr)
	}
}
