package config

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"dagrun/engine"
)

// sources are the files that were read, for snippets in diagnostics.
type sources struct {
	files map[string]*hcl.File
	// secret tells whether an attribute of this name holds a secret.
	secret func(name string) bool
}

// diagnostics turns HCL's diagnostics into engine's, in file order, each once.
func (s sources) diagnostics(ds hcl.Diagnostics) engine.Diagnostics {
	var out engine.Diagnostics
	seen := map[string]bool{}
	for _, d := range ds {
		got := s.diagnostic(d)
		if key := got.String(); !seen[key] {
			seen[key] = true
			out = append(out, got)
		}
	}
	out.Sort()
	return out
}

func (s sources) diagnostic(d *hcl.Diagnostic) engine.Diagnostic {
	got := engine.Diagnostic{Severity: engine.Error, Summary: d.Summary, Detail: d.Detail}
	if d.Severity == hcl.DiagWarning {
		got.Severity = engine.Warning
	}
	if d.Subject != nil {
		got.Range = rangeOf(*d.Subject)
		got.Snippet = s.snippet(d)
	}
	return got
}

func rangeOf(r hcl.Range) *engine.Range {
	return &engine.Range{
		Filename: r.Filename,
		Start:    engine.Pos{Line: r.Start.Line, Column: r.Start.Column, Byte: r.Start.Byte},
		End:      engine.Pos{Line: r.End.Line, Column: r.End.Column, Byte: r.End.Byte},
	}
}

// snippet cuts the lines that a diagnostic is about out of its file.
func (s sources) snippet(d *hcl.Diagnostic) *engine.Snippet {
	file, r := s.files[d.Subject.Filename], *d.Subject
	if file == nil || r.Start.Byte > len(file.Bytes) {
		return nil
	}
	src := file.Bytes
	end := min(max(r.End.Byte, r.Start.Byte), len(src))
	from := bytes.LastIndexByte(src[:r.Start.Byte], '\n') + 1
	to := len(src)
	if i := bytes.IndexByte(src[end:], '\n'); i >= 0 {
		to = end + i
	}
	if end > from && src[end-1] == '\n' { // a range that ends at a line's end
		to = end - 1
	}
	code := strings.TrimRight(string(src[from:max(from, to)]), "\r")
	shown := s.hideLiteral(code, src, from)
	return &engine.Snippet{
		Context:        contextOf(file, r.Start),
		Code:           shown,
		StartLine:      r.Start.Line,
		HighlightStart: min(len(shown), r.Start.Byte-from),
		HighlightEnd:   min(len(shown), max(r.Start.Byte-from, min(end, to)-from)),
	}
}

var assignment = regexp.MustCompile(`^\s*([A-Za-z_][A-Za-z0-9_-]*)\s*=`)

// hideLiteral takes the value out of source text that may have a secret in it:
// that of an attribute whose name says so, and a sensitive variable's default.
func (s sources) hideLiteral(code string, src []byte, from int) string {
	m := assignment.FindStringSubmatch(code)
	if m == nil || !s.secret(m[1]) && (m[1] != "default" || !inSensitiveVariable(src, from)) {
		return code
	}
	return m[0] + " " + engine.Masked
}

var (
	blockStart    = regexp.MustCompile(`\n[a-z]`)
	saysSensitive = regexp.MustCompile(`(?m)^\s*sensitive\s*=\s*true`)
)

// inSensitiveVariable looks at the lines around a place, since the file may not
// be parsable.
func inSensitiveVariable(src []byte, at int) bool {
	start := bytes.LastIndex(src[:at], []byte("\nvariable"))
	if start < 0 && !bytes.HasPrefix(src, []byte("variable")) {
		return false
	}
	block := src[start+1:]
	if next := blockStart.FindIndex(block); next != nil {
		block = block[:next[0]]
	}
	return at < start+1+len(block) && saysSensitive.Match(block)
}

// contextOf names the block around a position, such as: step "plot" "chart".
func contextOf(file *hcl.File, pos hcl.Pos) string {
	block := file.OutermostBlockAtPos(pos)
	if block == nil {
		return ""
	}
	name := block.Type
	for _, label := range block.Labels {
		name += fmt.Sprintf(" %q", label)
	}
	return name
}

// problem is an error diagnostic at a place.
func problem(at hcl.Range, summary, detail string, args ...any) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(detail, args...), Subject: &at}
}

// didYouMean is a sentence that suggests the nearest of some names, or nothing.
func didYouMean(given string, names []string) string {
	if near := engine.Nearest(given, names); near != "" {
		return fmt.Sprintf(" Did you mean %q?", near)
	}
	return ""
}
