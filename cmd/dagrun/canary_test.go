package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dagrun/engine/enginetest/mailserver"
	"dagrun/engine/enginetest/tmux"
	"dagrun/steps"
)

// canaries are secrets by the places where they stand. Their signs are written
// otherwise in URLs, JSON and base64.
var canaries = map[string]string{
	"environment": "canary>of/environment+1", "AWS": "canary>of/aws+2", "session": "canary>of/session+3",
	"dotenv": "canary>of/dotenv+4", "variable": "canary>of/variable+5", "variable file": "canary>of/varfile+6",
	"variable's environment": "canary>of/varenv+7", "URL": "canary-of-url-8", "argument": "canary>of/argument+9",
	"mail password": "canary>of/mail+10",
}

// formsOf lists how a secret may be written. Of its base64 in the midst of
// something longer, the characters that are its own alone count.
func formsOf(secret string) map[string]string {
	forms := map[string]string{
		"as it is": secret, "in a query": url.QueryEscape(secret), "in a path": url.PathEscape(secret),
		"in hex": hex.EncodeToString([]byte(secret)), "escaped": strings.ReplaceAll(secret, ">", `\u003e`),
		"in a page": inAPage(secret),
	}
	for shift, name := range []string{"base64", "base64, shifted by 1", "base64, shifted by 2"} {
		whole := base64.StdEncoding.EncodeToString([]byte("xx"[:shift] + secret))
		own := whole[4*((shift+2)/3) : len(secret)*4/3-2]
		forms[name] = own
		forms["URL's "+name] = strings.NewReplacer("+", "-", "/", "_").Replace(own)
	}
	return forms
}

// inAPage is a text as it is written in HTML.
func inAPage(text string) string {
	var out strings.Builder
	if err := template.Must(template.New("").Parse("{{.}}")).Execute(&out, text); err != nil {
		panic(err)
	}
	return out.String()
}

// checkSecret checks that no secret is in a text, in no form.
func checkSecret(t testing.TB, where string, text []byte) {
	t.Helper()
	for place, secret := range canaries {
		for form, written := range formsOf(secret) {
			if i := bytes.Index(text, []byte(written)); i >= 0 {
				t.Errorf("%s shows the secret of the %s, %s: …%s…", where, place, form, text[max(0, i-80):min(len(text), i+80)])
			}
		}
	}
}

// secretCommands are the commands that are called for a pipeline, one after the
// other, with what stands behind the pipeline's path.
var secretCommands = [][]string{
	{"validate"}, {"validate", "--json"}, {"validate", "--format", "github"}, {"validate", "--format", "junit"}, {"validate", "--strict"},
	{"graph"}, {"graph", "--format", "mermaid"}, {"graph", "--format", "json"}, {"plan"}, {"plan", "--json"},
	{"run"}, {"run", "--junit", "TOLD/junit.xml"}, {"run", "--json"}, {"run", "--resume"}, {"run", "--resume", "--json"}, {"plan", "--resume"}, {"plan", "--resume", "--json"},
	{"backfill", "--from", "2026-01-01", "--to", "2026-01-02", "--keep-going", "--junit", "TOLD/dates.xml", "--report", "PAGES/index.html"}, {"run", "--report", "PAGES/run.html"},
}

// lookingCommands are those that look at what the others have left.
var lookingCommands = [][]string{
	{"runs"}, {"runs", "--json"}, {"show", "latest"}, {"show", "latest", "--json"}, {"logs", "latest"}, {"logs", "latest", "--json"},
	{"report", "latest", "-o", "-"}, {"report", "latest", "-o", "PAGES/report.html"}, {"report", "--all", "-o", "-"},
}

// secretHead is how every pipeline of this test begins.
const secretHead = `
pipeline "p" {
  dotenv = ["my.env"]
}
variable "token" { sensitive = true }
variable "filed" { sensitive = true }
variable "given" { sensitive = true }
variable "endpoint" {}
variable "server" {}
variable "ca" {}
locals {
  all = join(" ", [var.token, var.filed, var.given, env("SERVICE_TOKEN"), env("APP_PASSWORD")])
}
`

// secretFailures are ways to fail while secrets are about.
var secretFailures = map[string]string{
	"a step tells its secret": `
step "wait" "it" {
  started = "a"
  secret  = "x ${local.all} y"
}`,
	"a step tells it encoded": `
step "wait" "it" {
  started = "a"
  secret  = "x ${base64encode(local.all)} ${base64encode("?${var.token}")} ${base64encode("??${var.token}")} y"
}`,
	"a postcondition fails": `
step "csv_resample" "it" {
  input    = "good.csv"
  output   = "out.csv"
  time     = "t"
  interval = "1h"
  method   = "first"
  postcondition {
    condition     = self.rows_out > 99
    error_message = "too few for ${local.all}"
  }
}`,
	"a file quotes them": `
step "csv_resample" "it" {
  input    = "bad.csv"
  output   = "out.csv"
  time     = "t"
  interval = "1h"
  method   = "max"
}
step "wait" "also" {
  started = "a"
  secret  = local.all
}`,
	"a table quotes them": `
step "duckdb_load" "it" {
  database = "w.duckdb"
  source   = "bad.csv"
  table    = "t"
  columns  = { v = "DOUBLE" }
}`,
	"a column is named so": `
step "plot" "it" {
  source = "good.csv"
  output = "out.png"
  x      = "t"
  y      = "no ${local.all}"
}`,
	"a file is named so": `
step "plot" "it" {
  source = "no ${local.all}.csv"
  output = "out.png"
  x      = "t"
  y      = "v"
}`,
	"a URL is taken for a path": `
step "duckdb_load" "it" {
  database = "w.duckdb"
  source   = "http://bob:canary-of-url-8@host/x.csv"
  table    = "t"
}`,
	"a mail server repeats the password": `
step "smtp" "it" {
  server   = var.server
  ca_file  = var.ca
  username = "ana"
  password = env("APP_PASSWORD")
  from     = "a@example.org"
  to       = "b@example.org"
  subject  = "s"
  text     = "x"
}
step "smtp" "literal" {
  server   = var.server
  ca_file  = var.ca
  username = "ana"
  password = "canary>of/mail+10"
  from     = "a@example.org"
  to       = "b@example.org"
  subject  = "s"
  text     = "x"
}`,
	"the pipeline is wrong in a URL of a mail server": `
step "smtp" "it" {
  server  = "smtps://bob:canary-of-url-8@localhost:1"
  from    = "a@example.org"
  to      = "b@example.org"
  subject = "s"
  text    = "x"
}`,
	"a store repeats the keys": `
step "s3_put" "it" {
  source   = "good.csv"
  bucket   = "s3://bucket"
  key      = "k.csv"
  endpoint = var.endpoint
}
step "s3_put" "literal" {
  source            = "good.csv"
  bucket            = "s3://bucket"
  key               = "k.csv"
  endpoint          = var.endpoint
  access_key_id     = "ID"
  secret_access_key = "canary>of/argument+9"
}`,
	"nothing fails": `
step "smtp" "it" {
  server   = "file://mail"
  username = "ana"
  password = env("APP_PASSWORD")
  from     = "a@example.org"
  to       = "b@example.org"
  subject  = "s"
  text     = "x"
}
output "all" {
  value     = "Bearer ${local.all}"
  sensitive = true
}`,
	"the pipeline is wrong where they stand": `
step "smtp" "it" {
  server   = "file://mail"
  password = ["canary>of/argument+9"]
  pasword  = "canary>of/mail+10"
  timeout  = local.all
}`,
}

func TestNoFailureShowsASecret(t *testing.T) {
	said := strings.Join([]string{canaries["environment"], canaries["mail password"], base64.StdEncoding.EncodeToString([]byte(canaries["environment"]))}, " ")
	server := mailserver.Start(t, mailserver.Options{Security: mailserver.StartTLS, Username: "ana", Password: "other",
		Answer: mailserver.At(mailserver.Auth, mailserver.Reply(535, "no user with "+said))})
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		all := canaries["AWS"] + " " + url.QueryEscape(canaries["AWS"]) + " " + canaries["session"] + " " + canaries["argument"]
		_, _ = w.Write([]byte("<Error><Code>AccessDenied</Code><Message>" + strings.ReplaceAll(all, ">", "&gt;") + "</Message></Error>"))
	}))
	t.Cleanup(store.Close)
	t.Setenv("APP_PASSWORD", canaries["environment"])
	t.Setenv("AWS_ACCESS_KEY_ID", "ID")
	t.Setenv("AWS_SECRET_ACCESS_KEY", canaries["AWS"])
	t.Setenv("AWS_SESSION_TOKEN", canaries["session"])
	t.Setenv("DAGRUN_VAR_given", canaries["variable's environment"])
	for name, steps := range secretFailures {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := writeFile(t, filepath.Join(dir, "p.hcl"), secretHead+steps)
			writeFile(t, filepath.Join(dir, "my.env"), "SERVICE_TOKEN="+canaries["dotenv"]+"\n")
			writeFile(t, filepath.Join(dir, "p.vars.hcl"), "filed = \""+canaries["variable file"]+"\"\n")
			writeFile(t, filepath.Join(dir, "good.csv"), readingsOfNames)
			writeFile(t, filepath.Join(dir, "bad.csv"), "t,v\n2026-03-02 00:00,1\n2026-03-02 00:10,"+canaries["variable"]+" "+canaries["environment"]+" "+canaries["dotenv"]+"\n")
			state, pages, told := filepath.Join(dir, ".dagrun"), filepath.Join(dir, "pages"), filepath.Join(dir, "told")
			if err := os.Mkdir(pages, 0o700); err != nil {
				t.Fatal(err)
			}
			placed := func(command []string) []string {
				return strings.Split(strings.NewReplacer("PAGES", pages, "TOLD", told).Replace(strings.Join(command, "\x00")), "\x00")
			}
			t.Setenv(summaryFile, writeFile(t, filepath.Join(told, "summary.md"), ""))
			args := []string{"--var", "token=" + canaries["variable"], "--var-file", filepath.Join(dir, "p.vars.hcl"),
				"--var", "endpoint=" + store.URL, "--var", "server=" + server.URL(), "--var", "ca=" + server.CAFile()}
			wrong := strings.Contains(name, "wrong")
			for _, command := range secretCommands {
				callSecretly(t, append(append([]string{command[0], path}, args...), placed(command)[1:]...), strings.Join(command, " "), name == "nothing fails", wrong)
			}
			for _, command := range lookingCommands {
				if !wrong {
					callSecretly(t, append(placed(command), "--state-dir", state), strings.Join(command, " "), true, false)
				}
			}
			watchSecretly(t, dir, append([]string{"run", path}, args...))
			for _, file := range []string{"summary.md", "junit.xml", "dates.xml"} {
				content := contents(t, told)[file]
				if checkSecret(t, file, content); len(content) == 0 && !wrong {
					t.Errorf("nothing was written to %s", file)
				}
			}
			files := contents(t, state)
			for file, content := range files {
				checkSecret(t, file, content)
			}
			for file, content := range contents(t, filepath.Join(dir, "mail")) {
				checkSecret(t, file, content)
			}
			shown := contents(t, pages)
			for file, content := range shown {
				checkSecret(t, file, content)
			}
			if want := 3; len(shown) != want && !wrong {
				t.Errorf("%d pages were written, want %d", len(shown), want)
			}
			if len(files) == 0 && !wrong {
				t.Error("nothing was recorded")
			}
		})
	}
}

// callSecretly calls a command and checks what it says, and that it failed where
// it should.
func callSecretly(t *testing.T, args []string, what string, succeeds, wrong bool) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(args, &stdout, &stderr, withWait(steps.All()))
	want := exitOK
	switch {
	case wrong, what == "validate --strict" && code == exitConfig: // it misses a file or a host
		want = exitConfig
	case !succeeds && strings.HasPrefix(what, "plan") && code == exitFailed: // it foresees that a file is missing
		want = exitFailed
	case !succeeds && (strings.HasPrefix(what, "run") || strings.HasPrefix(what, "backfill")):
		want = exitFailed
	}
	if code != want {
		t.Errorf("%s: exit code %d, want %d\n%s%s", what, code, want, stdout.String(), stderr.String())
	}
	checkSecret(t, what+" on standard output", stdout.Bytes())
	checkSecret(t, what+" on standard error", stderr.Bytes())
}

// watchSecretly runs a command on a terminal that is wide enough for all lines,
// and checks what stands there in the end.
func watchSecretly(t *testing.T, dir string, args []string) {
	t.Helper()
	program, err := exec.LookPath("dagrun")
	if err != nil {
		t.Fatal(err)
	}
	command := "exec env CI= " + program
	for _, arg := range args {
		command += " '" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
	}
	script := writeFile(t, filepath.Join(dir, "run.sh"), "("+command+")\necho exit code $?\nexec sleep 1000000\n")
	pane := tmux.Start(t, 2000, 100, dir, "exec sh "+script)
	var all string
	eventually(t, "the run ends", func() bool {
		all = strings.Join(pane.All(t), "\n")
		return strings.Contains(all, "exit code ")
	})
	checkSecret(t, "the terminal", []byte(all))
	if !strings.Contains(all, "✓") && !strings.Contains(all, "✗") && !strings.Contains(all, "exit code 2") {
		t.Errorf("nothing was drawn:\n%s", all)
	}
}

func TestWhatLooksForSecretsFindsThem(t *testing.T) {
	secret := canaries["variable"]
	for form, text := range map[string]string{
		"as it is": "a" + secret + "b", "in a page": "a" + inAPage(secret) + "b", "in a query": "a=" + url.QueryEscape(secret), "base64": base64.StdEncoding.EncodeToString([]byte("abc" + secret + "d")),
		"base64, shifted by 1": base64.StdEncoding.EncodeToString([]byte("a" + secret + "d")), "base64, shifted by 2": base64.URLEncoding.EncodeToString([]byte("ab" + secret + "d")),
	} {
		f := &finder{TB: t}
		checkSecret(f, "it", []byte(text))
		if !f.found {
			t.Errorf("%s: nothing is found in %s", form, text)
		}
	}
}

// finder is a test that notes whether it would have failed.
type finder struct {
	testing.TB

	found bool
}

func (f *finder) Errorf(string, ...any) { f.found = true }
