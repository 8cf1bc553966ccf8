package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/config"
)

// strictly loads a pipeline with a look at the world. In it only one host is
// known, and of the environment HOME_URL.
func strictly(t *testing.T, text string, files ...string) []string {
	t.Helper()
	all := map[string]string{"pipeline.hcl": text}
	for _, f := range files {
		all[f] = "x"
	}
	o := options()
	o.LookupEnv = func(name string) (string, bool) { return "here.example.org", name == "HOME_URL" }
	o.World = &config.World{LookupHost: func(host string) error {
		if host == "here.example.org" {
			return nil
		}
		return errors.New("no such host")
	}}
	_, diags := load(t, o, all)
	lines := []string{}
	for _, d := range diags {
		if d.Severity != engine.Error || d.Range == nil || d.Snippet == nil {
			t.Errorf("%v has no place", d)
		}
		lines = append(lines, strings.TrimSpace(d.Snippet.Code)+": "+d.Summary)
	}
	return lines
}

func TestAStrictLoadFindsWhatIsMissingInTheWorld(t *testing.T) {
	tests := []struct {
		name, text string
		files      []string
		want       []string
	}{
		{
			name: "a file",
			text: `step "csv_resample" "a" {
  input    = ["in.csv", "gone.csv", "day*.csv", "never*.csv"]
  output   = "out.csv"
  interval = "1h"
}`,
			files: []string{"in.csv", "day1.csv"},
			want: []string{
				`input    = ["in.csv", "gone.csv", "day*.csv", "never*.csv"]: Missing input file`,
				`input    = ["in.csv", "gone.csv", "day*.csv", "never*.csv"]: Missing input file`,
			},
		},
		{
			name: "a file that a step makes is not",
			text: `step "duckdb_load" "store" {
  database = "w.db"
  source   = step.csv_resample.a.output
  table    = "t"
}
step "csv_resample" "a" {
  input    = "in.csv"
  output   = "out-1.csv"
  interval = "1h"
}
step "plot" "p" {
  database   = step.duckdb_load.store.database
  query      = "q"
  output     = "p.png"
  y          = "y"
}
step "s3_put" "up" {
  source     = "out-*.csv"
  key        = "k/"
  depends_on = [step.csv_resample.a]
}`,
			files: []string{"in.csv"},
		},
		{
			name: "a variable of the environment, unless something stands in for it",
			text: `locals {
  unused = "x"
  token  = env("NO_TOKEN")
}
step "smtp" "a" {
  to       = try(env("NO_TO"), "a@example.org")
  text     = "${env("HOME_URL")} ${env("NO_TEXT", "")} ${false ? env("NO_MATTER") : ""}"
  password = env("NO_PASSWORD")
}
step "smtp" "b" {
  to       = "a@example.org"
  password = local.token
  postcondition {
    condition     = self.message_id != env("NO_ID")
    error_message = "x"
  }
}
output "o" { value = env("NO_OUTPUT") }`,
			want: []string{
				`token  = (sensitive): Invalid function argument`,
				`password = (sensitive): Invalid function argument`,
				`condition     = self.message_id != env("NO_ID"): Invalid function argument`,
				`output "o" { value = env("NO_OUTPUT") }: Invalid function argument`,
			},
		},
		{
			name: "a file that a function reads, unless a step makes it",
			text: `step "csv_resample" "a" {
  input    = "in.csv"
  output   = "out.csv"
  interval = "1h"
}
step "smtp" "b" {
  to         = file("to.txt")
  text       = "${file("out.csv")} ${try(file("gone.txt"), "")} ${fileexists("gone.txt") ? file("gone.txt") : ""}"
  depends_on = [step.csv_resample.a]
}
step "smtp" "c" {
  to   = "a@example.org"
  text = templatefile("gone.tmpl", {})
}
output "o" { value = file("in.csv") }
output "p" { value = file("lost.csv") }`,
			files: []string{"in.csv"},
			want: []string{
				`to         = file("to.txt"): Invalid function argument`,
				`text = templatefile("gone.tmpl", {}): Invalid function argument`,
				`output "p" { value = file("lost.csv") }: Invalid function argument`,
			},
		},
		{
			name: "a host",
			text: `step "fetch" "a" {
  from = "host://here.example.org"
}
step "fetch" "b" {
  from = "host://gone.example.org"
}
step "fetch" "c" {
  from = ["folder", "host://${env("HOME_URL")}"]
}`,
			want: []string{`from = "host://gone.example.org": Unknown host`},
		},
		{
			name: "nothing for what will not run",
			text: `locals { token = env("NO_TOKEN") }
step "smtp" "a" {
  if       = false
  to       = "a@example.org"
  password = local.token
}
step "csv_resample" "b" {
  depends_on = [step.smtp.a]
  input      = "gone.csv"
  output     = "out.csv"
  interval   = "1h"
}
step "csv_resample" "c" {
  depends_on   = [step.smtp.a]
  trigger_rule = "all_done"
  input        = "missed.csv"
  output       = "out2.csv"
  interval     = "1h"
}`,
			want: []string{`input        = "missed.csv": Missing input file`},
		},
		{
			name: "for each instance that will run",
			text: `step "csv_resample" "each" {
  for_each = toset(["in", "gone", "idle", "lost"])
  if       = each.key != "idle"
  input    = "${each.key}.csv"
  output   = "${each.key}.out"
  interval = "1h"
}
step "fetch" "same" {
  for_each   = toset(["in", "idle"])
  depends_on = [step.csv_resample.each[each.key]]
  from       = "host://${each.key}.example.org"
}
step "fetch" "one" {
  depends_on = [step.csv_resample.each["in"]]
  from       = "host://one.example.org"
}
step "fetch" "all" {
  depends_on = [step.csv_resample.each]
  from       = "host://all.example.org"
}
step "s3_put" "late" {
  for_each = fileset(".", "*.csv")
  source   = "${each.key}.gz"
  key      = "k"
}`,
			files: []string{"in.csv"},
			want: []string{
				`input    = "${each.key}.csv": Missing input file`,
				`from       = "host://${each.key}.example.org": Unknown host`,
				`from       = "host://one.example.org": Unknown host`,
				`source   = "${each.key}.gz": Missing input file`,
			},
		},
		{
			name: "but first what is wrong with the pipeline itself",
			text: "step \"fetch\" \"a\" {\n  from = \"host://gone.example.org\"\n  nope = 1\n}",
			want: []string{`nope = 1: Unsupported argument`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := strictly(t, "pipeline \"p\" {}\n"+tt.text, tt.files...)
			if diff := cmp.Diff(append([]string{}, tt.want...), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
