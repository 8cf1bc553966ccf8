package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"dagrun/engine/config"
)

func TestFormatKeepsAllButSpaces(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"columns and indents", "step \"plot\"   \"c\"{\nx=1\n  long   =  2\n}\n", "step \"plot\" \"c\" {\n  x    = 1\n  long = 2\n}\n"},
		{"line ends of Windows", "a=1\r\nbb=2\r\n", "a  = 1\r\nbb = 2\r\n"},
		{"a byte order mark", "\xef\xbb\xbfa=1\nbb=2\n", "\xef\xbb\xbfa  = 1\nbb = 2\n"},
		{"no line end at the end", "a=1", "a = 1"},
		{"comments", "#  one\na=1 //  two\n/* three */\n", "#  one\na = 1 //  two\n/* three */\n"},
		{"the text of a heredoc", "a=<<EOT\n   x  = 1\nEOT\n", "a = <<EOT\n   x  = 1\nEOT\n"},
		{"a file of values", "probe=\"x\"\n", "probe = \"x\"\n"},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, diags := config.Format([]byte(tt.in), "p.hcl", types)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFormatExplainsWhatDoesNotParse(t *testing.T) {
	got, diags := config.Format([]byte("a = 1\npassword = \"hunter2\n"), "p.hcl", types)
	if got != nil || !diags.HasErrors() || diags[0].Range.String() != "p.hcl:2:20" {
		t.Errorf("got %q, %v", got, diags)
	}
	for _, d := range diags {
		if strings.Contains(d.Snippet.Code, "hunter2") {
			t.Errorf("the source of a password is shown: %q", d.Snippet.Code)
		}
	}
}

// tokensOf lists the words of a text, without the spaces between them.
func tokensOf(t *testing.T, src []byte) []string {
	t.Helper()
	tokens, diags := hclsyntax.LexConfig(src, "p.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%q: %v", src, diags)
	}
	words := make([]string, len(tokens))
	for i, token := range tokens {
		words[i] = string(token.Bytes)
	}
	return words
}

func FuzzFormat(f *testing.F) {
	files, err := filepath.Glob("testdata/broken/*.hcl")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n")))
	}
	f.Add([]byte("\xef\xbb\xbfa=[1,\n2]\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		once, diags := config.Format(src, "p.hcl", types)
		if diags.HasErrors() {
			return
		}
		twice, diags := config.Format(once, "p.hcl", types)
		if diags.HasErrors() {
			t.Fatalf("%q was made of %q and does not parse: %v", once, src, diags)
		}
		if !bytes.Equal(once, twice) {
			t.Errorf("%q is formatted as %q, and that as %q", src, once, twice)
		}
		if diff := cmp.Diff(tokensOf(t, src), tokensOf(t, once)); diff != "" {
			t.Errorf("%q means something else than %q: %s", once, src, diff)
		}
	})
}
