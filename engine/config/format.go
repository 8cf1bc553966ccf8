package config

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"dagrun/engine"
)

// byteOrderMark is what some editors on Windows begin a file with.
var byteOrderMark = []byte("\xef\xbb\xbf")

// Format lays out the text of a pipeline's file, or of a file of values, in the
// canonical style of HCL. What the text means stays the same, and so do its line
// ends and a byte order mark. Text that does not parse comes back as nil with
// what is wrong; file names it there, and types tell which arguments are secret.
func Format(src []byte, file string, types *engine.Registry) ([]byte, engine.Diagnostics) {
	parsed, diags := hclsyntax.ParseConfig(src, file, hcl.InitialPos)
	if diags.HasErrors() {
		s := sources{files: map[string]*hcl.File{file: parsed}, broken: map[string]bool{file: true}, secret: secretNames(types, nil)}
		return nil, s.diagnostics(diags)
	}
	text, marked := bytes.CutPrefix(src, byteOrderMark)
	text = hclwrite.Format(text)
	if marked {
		text = append(bytes.Clone(byteOrderMark), text...)
	}
	return text, nil
}
