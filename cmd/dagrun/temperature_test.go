package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"image/png"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/enginetest/mailserver"
	"dagrun/engine/enginetest/s3server"
	"dagrun/engine/runlog"
	"dagrun/engine/runlog/runlogtest"
	"dagrun/steps"
)

const temperature = "../../pipelines/temperature.hcl"

// session is calls of a pipeline in folders of its own.
type session struct {
	pipeline       string   // its name, which is that of its file
	args           []string // of every call
	folder, state  string
	code           int
	stdout, stderr string
	log            []byte
}

// dagrun runs the pipeline in this process on the date that all these tests
// are about.
func (s *session) run(t *testing.T, args ...string) {
	t.Helper()
	s.call(t, "run", append([]string{"--date", "2026-11-20T08:00"}, args...)...)
	s.readLog(t)
}

// call calls a command for the pipeline.
func (s *session) call(t *testing.T, command string, args ...string) {
	t.Helper()
	if s.folder == "" {
		s.folder, s.state = filepath.Join(t.TempDir(), "out"), t.TempDir()
	}
	var stdout, stderr bytes.Buffer
	s.code = run(append(append([]string{
		command, "../../pipelines/" + s.pipeline + ".hcl", "--state-dir", s.state, "--var", "folder=" + s.folder,
	}, s.args...), args...), &stdout, &stderr, steps.All())
	s.stdout, s.stderr = stdout.String(), stderr.String()
}

// readLog reads the log of the newest run.
func (s *session) readLog(t *testing.T) {
	t.Helper()
	runs, err := runlog.List(s.state, s.pipeline)
	if err != nil || len(runs) == 0 {
		t.Fatalf("no run is recorded: %v\n%s", err, s.stderr)
	}
	if s.log, err = os.ReadFile(runs[0].Log()); err != nil {
		t.Fatal(err)
	}
	runlogtest.Validate(t, s.log)
}

// cleanEnvironment takes out of the environment what the pipeline reads: what
// the machine sets is not part of a test.
func cleanEnvironment(t *testing.T) {
	t.Helper()
	for _, name := range []string{"AUTOMATION_EMAIL", "AUTOMATION_PASS", "EMAIL_SENDER"} {
		t.Setenv(name, "") // restores it after the test
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
}

func temperatureSession() *session {
	return &session{pipeline: "temperature", args: []string{"--var", "retry_interval=1ms"}}
}

func newSession(t *testing.T, args ...string) *session {
	t.Helper()
	cleanEnvironment(t)
	s := temperatureSession()
	s.run(t, args...)
	return s
}

// results are the ends of the steps, by name.
func (s *session) results(t *testing.T) map[string]*engine.StepFinished {
	t.Helper()
	ends := map[string]*engine.StepFinished{}
	for e, err := range runlog.Read(bytes.NewReader(s.log)) {
		if err != nil {
			t.Fatal(err)
		}
		if end, ok := e.(*engine.StepFinished); ok {
			ends[end.Step.Name] = end
		}
	}
	return ends
}

// files lists what is in the folder, with slashes, sorted.
func (s *session) files(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(s.folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(s.folder, path)
			files = append(files, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	return files
}

func (s *session) read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const (
	hourly = "Temperature_log_probe1_20261120.csv"
	chart  = "Daily_temperature_plot_20261120.png"
	backup = "backup/logs/year=2026/month=11/day=20/plc-data-20261120.csv"
)

func TestTheTemperaturePipelineDoesItsJob(t *testing.T) {
	s := newSession(t)
	if s.code != 0 {
		t.Fatalf("exit code %d\n%s", s.code, s.stderr)
	}
	lines := strings.Split(strings.TrimSuffix(string(s.read(t, hourly)), "\n"), "\n")
	if len(lines) != 25 || lines[0] != "record,date,time,temperatura" || !strings.HasPrefix(lines[1], "577,2026-03-08,00:00:00,") || !strings.HasPrefix(lines[24], "669,2026-03-08,23:00:00,") {
		t.Errorf("the hourly log is\n%s", strings.Join(lines, "\n"))
	}
	if diff := cmp.Diff(s.read(t, hourly), s.read(t, backup)); diff != "" {
		t.Errorf("the backup differs from the hourly log: %s", diff)
	}
	if _, err := png.Decode(bytes.NewReader(s.read(t, chart))); err != nil {
		t.Error(err)
	}
	s.checkMail(t)
	store := s.results(t)["store"]
	if got := string(store.Outputs); !strings.Contains(got, `"rows_total":24`) || !strings.Contains(got, `"tables":["Temperature_log_probe1_20261120"]`) {
		t.Errorf("the table's step gave %s", got)
	}
	for name, end := range s.results(t) {
		want := engine.StepSucceeded
		if slices.Contains([]string{"remove_local", "alarm", "alarm_on_disk"}, name) {
			want = engine.StepSkipped
		}
		if end.Result != want {
			t.Errorf("step %s: %s, want %s", name, end.Result, want)
		}
	}
	if !strings.Contains(s.stdout, "chart = "+filepath.Join(s.folder, chart)) {
		t.Errorf("standard output is %q", s.stdout)
	}
}

// checkMail looks for the one mail, and in it for the chart.
func (s *session) checkMail(t *testing.T) {
	t.Helper()
	mails := slices.DeleteFunc(s.files(t), func(f string) bool { return !strings.HasSuffix(f, ".eml") })
	if len(mails) != 1 {
		t.Fatalf("got mails %v, want one", mails)
	}
	message, err := mail.ReadMessage(bytes.NewReader(s.read(t, mails[0])))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(message.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			t.Fatal("the chart is not attached")
		}
		if err != nil {
			t.Fatal(err)
		}
		if part.FileName() != chart {
			continue
		}
		got, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
		if err != nil || !bytes.Equal(got, s.read(t, chart)) {
			t.Errorf("the attachment differs from the chart: %v", err)
		}
		return
	}
}

func TestTwiceOnOneDayIsTheSame(t *testing.T) {
	s := newSession(t)
	files, csv, picture := s.files(t), s.read(t, hourly), s.read(t, chart)
	s.run(t)
	if s.code != 0 {
		t.Fatal(s.stderr)
	}
	if diff := cmp.Diff(files, s.files(t)); diff != "" {
		t.Error(diff)
	}
	if !bytes.Equal(csv, s.read(t, hourly)) || !bytes.Equal(picture, s.read(t, chart)) {
		t.Error("hourly log or chart differ")
	}
	if got := string(s.results(t)["store"].Outputs); !strings.Contains(got, `"rows_total":24`) {
		t.Errorf("the table's step gave %s", got)
	}
}

// sessionWithServers is a session whose mail and backup go to servers.
func sessionWithServers(t *testing.T) (*session, *mailserver.Server, *s3server.Server) {
	t.Helper()
	store := s3server.Start(t)
	store.MakeBucket(t, "plc-data")
	server := mailserver.Start(t, mailserver.Options{Security: mailserver.StartTLS, Username: "sender@example.org", Password: "app-password"})
	t.Setenv("AWS_ACCESS_KEY_ID", store.AccessKeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", store.SecretAccessKey)
	cleanEnvironment(t)
	t.Setenv("AUTOMATION_EMAIL", "sender@example.org")
	t.Setenv("AUTOMATION_PASS", "app-password")
	s := temperatureSession()
	s.args = append(s.args, "--var", "mail_server="+server.URL(), "--var", "mail_ca_file="+server.CAFile(),
		"--var", "bucket=s3://plc-data", "--var", "endpoint="+store.Endpoint(), "--var", "region=us-east-1")
	return s, server, store
}

func TestMailAndBackupGoToServers(t *testing.T) {
	s, server, store := sessionWithServers(t)
	s.run(t, "--var", "delete_local=true")
	if s.code != 0 {
		t.Fatal(s.stderr)
	}
	if got := server.Messages(); len(got) != 1 || !bytes.Contains(got[0].Data, []byte(chart)) {
		t.Errorf("the server has %d messages", len(got))
	}
	key := "logs/year=2026/month=11/day=20/plc-data-20261120.csv"
	if got := bytes.Count(store.Read(t, "plc-data", key), []byte("\n")); got != 25 {
		t.Errorf("the backup has %d lines, want 25", got)
	}
	if slices.Contains(s.files(t), hourly) {
		t.Error("the local file is still there")
	}
	if strings.Contains(s.stderr+s.stdout+string(s.log), "app-password") {
		t.Error("the password is shown")
	}
}

func TestWhatFailsIsSaidAndTheRestIsDone(t *testing.T) {
	refusing := mailserver.Start(t, mailserver.Options{Security: mailserver.StartTLS, Username: "someone@example.org", Password: "else"})
	tests := map[string]struct {
		args    []string
		env     map[string]string
		failed  string
		code    string
		skipped map[string]string // step and the cause's name
		done    []string
		alarm   string // step that wrote it
	}{
		"missing CSV": {
			args: []string{"--var", "readings=no/such.csv"}, failed: "clean", code: "input_missing",
			skipped: map[string]string{"store": "clean", "chart": "clean", "report": "clean", "backup": "clean"}, alarm: "alarm",
		},
		"refused login": {
			args: []string{"--var", "mail_server=" + refusing.URL(), "--var", "mail_ca_file=" + refusing.CAFile()},
			env:  map[string]string{"AUTOMATION_EMAIL": "someone@example.org", "AUTOMATION_PASS": "wrong-password"}, failed: "report", code: "smtp_auth",
			done: []string{"clean", "store", "chart", "backup"}, alarm: "alarm_on_disk",
		},
		"unreachable bucket": {
			args: []string{"--var", "bucket=s3://plc-data", "--var", "endpoint=http://" + closedPort(t), "--var", "region=us-east-1"},
			env:  map[string]string{"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "wrong-password"}, failed: "backup", code: "s3_unreachable",
			skipped: map[string]string{"remove_local": "backup"}, done: []string{"clean", "store", "chart", "report"}, alarm: "alarm",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cleanEnvironment(t)
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			s := temperatureSession()
			s.run(t, append(tt.args, "--var", "delete_local=true")...)
			if s.code != 1 {
				t.Errorf("exit code %d, want 1", s.code)
			}
			ends := s.results(t)
			end := ends[tt.failed]
			if end.Result != engine.StepFailed || end.Error == nil || end.Error.Code != tt.code || end.Error.Remedy == "" || end.Error.Range == nil {
				data, _ := json.Marshal(end)
				t.Errorf("step %s ended so: %s", tt.failed, data)
			}
			for step, cause := range tt.skipped {
				if got := ends[step]; got.Result != engine.StepSkipped || got.Reason != engine.ReasonUpstreamFailed || !strings.HasSuffix(got.Cause, "."+cause) {
					t.Errorf("step %s: %s, %s, cause %s", step, got.Result, got.Reason, got.Cause)
				}
			}
			for _, step := range append(tt.done, tt.alarm) {
				if got := ends[step]; got.Result != engine.StepSucceeded {
					t.Errorf("step %s: %s %v", step, got.Result, got.Error)
				}
			}
			if !strings.Contains(s.alarm(t), tt.code) {
				t.Errorf("the alarm is %s", s.alarm(t))
			}
			if strings.Contains(s.stderr+s.stdout+string(s.log)+s.alarm(t), "wrong-password") {
				t.Error("the password is shown")
			}
		})
	}
}

// alarm is the text of the mail about a failure.
func (s *session) alarm(t *testing.T) string {
	t.Helper()
	for _, f := range s.files(t) {
		if data := s.read(t, f); strings.HasSuffix(f, ".eml") && bytes.Contains(data, []byte("FAILED")) {
			return string(data)
		}
	}
	t.Fatalf("no alarm among %v", s.files(t))
	return ""
}

// closedPort is an address that refuses connections.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func TestPipelinesAreValid(t *testing.T) {
	files, err := filepath.Glob("../../pipelines/*.hcl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no pipelines: %v", err)
	}
	var stdout, stderr bytes.Buffer
	if code := run(append([]string{"validate"}, files...), &stdout, &stderr, steps.All()); code != 0 || stderr.Len() > 0 {
		t.Errorf("exit code %d\n%s", code, stderr.String())
	}
}
