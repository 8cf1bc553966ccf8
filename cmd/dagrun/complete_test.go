package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// asBash has bash complete a command line, as it does when a person presses tab.
// What the script takes from the package bash-completion, which need not be
// there, is put in its place.
const asBash = `
_get_comp_words_by_ref() {
	words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
	cur=${words[cword]} prev=${words[cword-1]}
}
_filedir() { COMPREPLY=(files of "$@"); }
source "$SCRIPT"
COMP_WORDS=(dagrun "$@")
COMP_CWORD=$#
COMP_LINE="${COMP_WORDS[*]}"
COMP_POINT=${#COMP_LINE}
COMP_TYPE=9
compopt() { :; }
__start_dagrun
printf '%s\n' "${COMPREPLY[@]}"
`

func TestBashCompletes(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "script")
	for path, text := range map[string]string{
		script:                      string(jsonOutput(t, "completion", "bash")),
		filepath.Join(dir, "p.hcl"): "pipeline \"p\" {}\nvariable \"probe\" {}\nstep \"wait\" \"one\" {\n  started = var.probe\n}\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct{ line, want string }{
		{"val", "validate"},
		{"validate --stri", "--strict"},
		{"validate ", "files of hcl|json|"},
		{"validate --format g", "github"},
		{"run p.hcl --var p", "probe="},
		{"run p.hcl --target ", "step.wait.one"},
	}
	for _, tt := range tests {
		c := exec.CommandContext(t.Context(), "bash", append([]string{"--norc", "--noprofile", "-c", asBash, "bash"}, strings.Split(tt.line, " ")...)...)
		c.Dir = dir
		c.Env = append(os.Environ(), "SCRIPT="+script)
		out, err := c.CombinedOutput()
		if err != nil {
			t.Errorf("%q: %v\n%s", tt.line, err, out)
			continue
		}
		if diff := cmp.Diff(tt.want, strings.Join(strings.Fields(string(out)), " ")); diff != "" {
			t.Errorf("%q: %s", tt.line, diff)
		}
	}
}
