package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"dagrun/engine/enginetest/moxserver"
	"dagrun/engine/enginetest/s3server"
)

// inTurn is a step that notes in a journal when it begins and ends, so that two
// runs at work at once show.
const inTurn = `
step "wait" "%s" {
  started = "${var.folder}/%s"
  until   = "${var.folder}/%s"
  journal = "${var.folder}/journal"
%s}
`

// wideSteps is how many small steps stand side by side.
const wideSteps = 30

// writeWide writes a pipeline of many small steps.
func writeWide(t testing.TB, path string) {
	t.Helper()
	var p, all strings.Builder
	p.WriteString("pipeline \"wide\" {\n  on_overlap = var.overlap\n}\nvariable \"overlap\" {}\nvariable \"folder\" {}\nvariable \"readings\" {}\n")
	fmt.Fprintf(&p, inTurn, "begin", "begun", "begun", "")
	for i := range wideSteps {
		fmt.Fprintf(&p, `
step "csv_resample" "s%d" {
  depends_on = [step.wait.begin]
  input      = var.readings
  output     = "${var.folder}/s%d.csv"
  time       = ["date", "time"]
  interval   = "%dh"
  method     = "max"
}
`, i, i, i+1)
		fmt.Fprintf(&all, "step.csv_resample.s%d, ", i)
	}
	fmt.Fprintf(&p, inTurn, "end", "ended", "ended", "  depends_on = ["+all.String()+"]\n")
	writeFile(t, path, p.String())
}

// stubborn is a pipeline that tries again and again to get through to its
// servers.
const stubborn = `
pipeline "stubborn" {
  on_overlap = var.overlap
  retry {
    max_attempts = 40
    strategy     = "constant"
    min_interval = "20ms"
  }
}
variable "overlap" {}
variable "folder" {}
variable "readings" {}
variable "mail_server" {}
variable "mail_ca_file" {}
variable "bucket" {}
variable "endpoint" {}
variable "region" {}
variable "subject" {}
%s
step "s3_put" "backup" {
  depends_on = [step.wait.begin]
  source     = var.readings
  bucket     = var.bucket
  key        = "readings.csv"
  endpoint   = var.endpoint
  region     = var.region
}
step "smtp" "report" {
  depends_on = [step.wait.begin]
  server     = var.mail_server
  ca_file    = var.mail_ca_file
  username   = env("AUTOMATION_EMAIL")
  password   = env("AUTOMATION_PASS")
  from       = env("AUTOMATION_EMAIL")
  to         = "b@example.org"
  subject    = var.subject
  text       = run.date
}
%s`

func writeStubborn(t testing.TB, path string) {
	t.Helper()
	begin := fmt.Sprintf(inTurn, "begin", "begun", "begun", "")
	end := fmt.Sprintf(inTurn, "end", "ended", "ended", "  depends_on = [step.s3_put.backup, step.smtp.report]\n")
	writeFile(t, path, fmt.Sprintf(stubborn, begin, end))
}

// arguments are those of any run of the round.
func (r *round) arguments(t testing.TB) []string {
	t.Helper()
	e := r.errand
	if r.shape == "temperature" {
		return e.arguments()
	}
	readings, err := filepath.Abs("../../testdata/probe1_log.csv")
	if err != nil {
		t.Fatal(err)
	}
	args := []string{
		"run", filepath.Join(r.dir, r.shape+".hcl"), "--state-dir", e.state, "--parallelism", "4",
		"--var", "folder=" + e.folder, "--var", "readings=" + readings, "--var", "overlap=" + r.overlap,
	}
	if r.shape == "stubborn" {
		args = append(args, "--var", "mail_server="+e.world.mailURL, "--var", "mail_ca_file="+e.world.mail.CAFile(), "--var", "subject="+e.subject(),
			"--var", "bucket=s3://"+e.bucket, "--var", "endpoint="+e.world.storeEndpoint, "--var", "region="+s3server.Region)
	}
	return args
}

// secrets are the texts that no file may have.
func (e errand) secrets() []string {
	return []string{moxserver.Password, e.world.store.SecretAccessKey}
}
