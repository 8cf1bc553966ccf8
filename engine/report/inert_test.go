package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine/report"
)

func TestNoLineIsTakenForACommandOfAWorkflow(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"plain":               {"a: b\n", "a: b\n"},
		"nothing":             {"", ""},
		"a command":           {"::error::x\n", "\\x3a:error::x\n"},
		"the last line":       {"a\n  ::add-mask::x", "a\n  \\x3a:add-mask::x"},
		"behind white space":  {"\t \u00a0\u2028::stop-commands::x\n", "\t \u00a0\u2028\\x3a:stop-commands::x\n"},
		"behind a return":     {"a\r::x::\r\n::y::\n", "a\r\\x3a:x::\r\n\\x3a:y::\n"},
		"three colons":        {":::x", "\\x3a::x"},
		"within a line":       {"std::string ::x\n", "std::string ::x\n"},
		"the old form":        {"a ##[error]x ##[b]\n", "a \\x23#[error]x \\x23#[b]\n"},
		"many signs":          {"####[x]", "##\\x23#[x]"},
		"a heading":           {"## [x]\n# ::\n", "## [x]\n# ::\n"},
		"each line":           {"::a\nb\n\n ##[c\n::d\n", "\\x3a:a\nb\n\n \\x23#[c\n\\x3a:d\n"},
		"both":                {"::##[a]", "\\x3a:\\x23#[a]"},
		"only colons":         {"::", "\\x3a:"},
		"blank lines in line": {"\n\n::a::\n\n", "\n\n\\x3a:a::\n\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, report.Inert(tt.text)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzInert(f *testing.F) {
	f.Add("a\r\n ::x::##[y]")
	f.Fuzz(func(t *testing.T, text string) {
		got := report.Inert(text)
		for _, line := range strings.FieldsFunc(got, func(r rune) bool { return r == '\n' || r == '\r' }) {
			if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") {
				t.Errorf("%q became %q", text, got)
			}
		}
	})
}
