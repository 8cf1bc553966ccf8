package config

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"dagrun/engine"
)

// sources are the files that were read, for snippets in diagnostics.
type sources map[string]*hcl.File

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
	file, r := s[d.Subject.Filename], *d.Subject
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
	return &engine.Snippet{
		Context:        contextOf(file, r.Start),
		Code:           strings.TrimRight(string(src[from:max(from, to)]), "\r"),
		StartLine:      r.Start.Line,
		HighlightStart: r.Start.Byte - from,
		HighlightEnd:   max(r.Start.Byte-from, min(end, to)-from),
	}
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
