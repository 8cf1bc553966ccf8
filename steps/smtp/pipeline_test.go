package smtp_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/enginetest/mailserver"
	"dagrun/engine/execute"
	"dagrun/engine/runlog"
	"dagrun/steps/smtp"
)

// runPipeline runs a pipeline file and gives how it ended and its run log.
func runPipeline(t *testing.T, text string) (execute.Result, string) {
	t.Helper()
	var log bytes.Buffer
	redactor := new(runlog.Redactor)
	types := engine.NewRegistry(smtp.Type)
	path := writeTo(t, t.TempDir(), "p.hcl", text)
	p, diags := config.Load(path, config.Options{
		Types: types, LookupEnv: func(string) (string, bool) { return "", false }, Secret: redactor.Add,
		Run: config.Run{ID: "0190163d-8694-739b-aea5-966c26f8ad91", StartedAt: time.Now(), Trigger: engine.Manual},
	})
	if p == nil {
		t.Fatal(diags)
	}
	result, err := execute.Run(p, execute.Options{
		Types: types, Redactor: redactor, Log: runlog.New(&log, p.Run.ID, runlog.WithRedactor(redactor)), Concurrency: 1, Grace: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return result, log.String()
}

// TestPipelineComesBackToAGreylistingServer has a retry block do what the
// errors say, and no byte of the password in the run log.
func TestPipelineComesBackToAGreylistingServer(t *testing.T) {
	const secret = "s3cret-77-password"
	server := mailserver.Start(t, mailserver.Options{
		Security: mailserver.ImplicitTLS, Username: "ana", Password: secret, Mechanisms: []string{"PLAIN"},
		Answer: times(2, mailserver.Rcpt, mailserver.Reply(451, "greylisted; you said "+secret)),
	})
	result, log := runPipeline(t, fmt.Sprintf(`
pipeline "p" { working_dir = %q }
step "smtp" "report" {
  server   = %q
  ca_file  = %q
  username = "ana"
  password = %q
  from     = "reports@example.com"
  to       = "ana@example.com"
  subject  = "Temperature"
  text     = "24 readings."
  retry {
    max_attempts = 3
    min_interval = "1ms"
  }
}`, t.TempDir(), server.URL(), filepath.ToSlash(server.CAFile()), secret))
	if result.Result != engine.RunSucceeded || len(server.Messages()) != 1 {
		t.Errorf("the run %v, and the server has %d mails\n%s", result, len(server.Messages()), log)
	}
	if got := strings.Count(log, `"event":"attempt_started"`); got != 3 {
		t.Errorf("the log has %d attempts, want 3\n%s", got, log)
	}
	for _, form := range []string{secret, base64.StdEncoding.EncodeToString([]byte("\x00ana\x00" + secret)), base64.StdEncoding.EncodeToString([]byte(secret))} {
		if strings.Contains(log, form) {
			t.Errorf("the password is in the run log as %s:\n%s", form, log)
		}
	}
}
