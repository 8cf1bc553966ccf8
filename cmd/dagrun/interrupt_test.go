package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/enginetest/faultproxy"
	"dagrun/engine/enginetest/mailserver"
	"dagrun/engine/enginetest/s3server"
)

// writeLongLog writes a probe's log with so many readings, one every quarter of
// an hour, so that each stage of the pipeline has work for a while.
func writeLongLog(t testing.TB, path string, readings int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	_, _ = w.WriteString("record,date,time,temperatura\n")
	at := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range readings {
		_, _ = fmt.Fprintf(w, "%d,%s,%d.%d\n", i+1, at.Format("2006-01-02,15:04:05"), 20+i%17, i%10)
		at = at.Add(15 * time.Minute)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestASignalEndsEachStage(t *testing.T) {
	long := filepath.Join(t.TempDir(), "long.csv")
	writeLongLog(t, long, 200_000)
	servers := startSlowServers(t)
	term, interrupt := syscall.SIGTERM, syscall.SIGINT
	t.Run("of", func(t *testing.T) { // the servers go when all are done
		for _, stage := range []string{"csv_resample.clean", "duckdb_load.store", "plot.chart", "s3_put.backup", "smtp.report"} {
			for name, tt := range map[string]struct {
				signals []syscall.Signal
				code    int
			}{
				"TERM":           {[]syscall.Signal{term}, exitSIGTERM},
				"INT":            {[]syscall.Signal{interrupt}, exitSIGINT},
				"INT, then TERM": {[]syscall.Signal{interrupt, term}, exitSIGINT},
			} {
				t.Run(stage+" by "+name, func(t *testing.T) {
					t.Parallel()
					folder, state := t.TempDir(), t.TempDir()
					args := append(daily("2026-11-20", "--json", "--state-dir", state, "--var", "folder="+folder), servers.args...)
					if stage != "s3_put.backup" && stage != "smtp.report" {
						args = append(args, "--var", "readings="+long, "--var", "period=all", "--var", "interval=15m")
					}
					p := newProcess(servers.env, args...)
					p.signalAt(t, "step."+stage, tt.signals...)
					if got := p.code(); got != tt.code {
						t.Errorf("exit code %d, want %d\n%s", got, tt.code, p.said())
					}
					if got := resultOf(t, state, stage); got != engine.StepCancelled {
						t.Errorf("the step is recorded as %s\n%s", got, p.said())
					}
					runs := runsOf(t, state, "temperature")
					if len(runs) != 1 || runs[0].Finished.Result != engine.RunCancelled {
						t.Errorf("the history is %+v", runs)
					}
					noLitter(t, folder)
				})
			}
		}
	})
	if n := servers.store.Uploads(t, "plc-data"); n != 0 {
		t.Errorf("%d uploads were left incomplete", n)
	}
}

// slowServers are a mail server and a store that take their time to answer.
type slowServers struct {
	store     *s3server.Server
	args, env []string
}

func startSlowServers(t *testing.T) slowServers {
	t.Helper()
	const answer = 50 * time.Millisecond
	store := s3server.Start(t)
	store.MakeBucket(t, "plc-data")
	slowStore := faultproxy.Start(t, strings.TrimPrefix(store.Endpoint(), "http://"))
	slowStore.Delay(t, answer)
	mail := mailserver.Start(t, mailserver.Options{})
	slowMail := faultproxy.Start(t, mail.Addr())
	slowMail.Delay(t, answer)
	return slowServers{
		store: store,
		args:  []string{"--var", "mail_server=smtp://" + slowMail.Addr(), "--var", "bucket=s3://plc-data", "--var", "endpoint=http://" + slowStore.Addr(), "--var", "region=" + s3server.Region},
		env:   []string{"AWS_ACCESS_KEY_ID=" + store.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + store.SecretAccessKey},
	}
}

// signalAt starts the process and sends it signals when the events that it
// prints say that the step is at work.
func (p *process) signalAt(t *testing.T, step string, signals ...syscall.Signal) {
	t.Helper()
	events, output := io.Pipe()
	p.Stdout = output
	p.launch(t)
	go func() {
		<-p.exited
		_ = output.Close()
	}()
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e struct{ Event, Step string }
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Errorf("standard output has %q: %v", lines.Text(), err)
		}
		if e.Event != "attempt_started" || e.Step != step {
			continue
		}
		p.signal(t, signals...)
	}
}

// resultOf tells how a step of the only run ended.
func resultOf(t *testing.T, state, step string) engine.StepResult {
	t.Helper()
	for _, e := range newest(t, state) {
		if end, ok := e.(*engine.StepFinished); ok && end.Step.Type+"."+end.Step.Name == step {
			return end.Result
		}
	}
	return ""
}

// A signal while the files of the run that is taken up are read ends dagrun
// before anything is done again.
func TestASignalWhileFilesAreComparedDoesNothing(t *testing.T) {
	folder, state := t.TempDir(), t.TempDir()
	args := append(daily("2026-11-20"), "--state-dir", state, "--var", "folder="+folder)
	runProcess(t, exitOK, nil, args...)
	charts, err := filepath.Glob(filepath.Join(folder, "*.png"))
	if err != nil || len(charts) != 1 {
		t.Fatalf("charts %v: %v", charts, err)
	}
	if err := os.Truncate(charts[0], 1<<40); err != nil { // takes long to read
		t.Fatal(err)
	}
	p := launchProcess(t, nil, "run", args[1], "--resume", "--state-dir", state, "--var", "folder="+folder)
	time.Sleep(300 * time.Millisecond)
	if err := p.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if got := p.code(); got != exitSIGINT {
		t.Errorf("exit code %d, want %d\n%s", got, exitSIGINT, p.said())
	}
	for _, run := range runsOf(t, state, "temperature") {
		if run.Started.ResumedFrom != "" && !run.Idle() {
			t.Errorf("a run has begun: %+v", run)
		}
	}
}

// Nothing has begun while the pipeline is read, however long that takes.
func TestASignalWhileThePipelineIsReadEndsDagrun(t *testing.T) {
	pipeline := filepath.Join(t.TempDir(), "p.hcl")
	if err := syscall.Mkfifo(pipeline, 0o600); err != nil { // nobody writes into it
		t.Fatal(err)
	}
	for signal, want := range map[syscall.Signal]int{syscall.SIGINT: exitSIGINT, syscall.SIGTERM: exitSIGTERM} {
		p := launchProcess(t, nil, "run", pipeline)
		time.Sleep(300 * time.Millisecond)
		if err := p.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if got := p.code(); got != want {
			t.Errorf("%v: exit code %d, want %d\n%s", signal, got, want, p.said())
		}
	}
}
