package config

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/json"

	"dagrun/engine"
)

// sources are the files that were read, for snippets in diagnostics.
type sources struct {
	files  map[string]*hcl.File
	broken map[string]bool // those that could not be parsed
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
		got.Snippet = s.snippet(*d.Subject)
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

// Snippet gives the lines of the pipeline's files that a range is in, without
// what may be a secret; nil for a range of no such file.
func (p *Pipeline) Snippet(r engine.Range) *engine.Snippet {
	at := func(p engine.Pos) hcl.Pos { return hcl.Pos{Line: p.Line, Column: p.Column, Byte: p.Byte} }
	return p.sources.snippet(hcl.Range{Filename: r.Filename, Start: at(r.Start), End: at(r.End)})
}

// snippet cuts the lines of a range out of its file.
func (s sources) snippet(r hcl.Range) *engine.Snippet {
	file := s.files[r.Filename]
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
	e := excerpt{code: strings.TrimRight(string(src[from:max(from, to)]), "\r"), start: from}
	e.mark = span{r.Start.Byte - from, max(r.Start.Byte-from, min(end, to)-from)}
	s.hide(&e, r.Filename)
	return &engine.Snippet{
		Context:        contextOf(file, r),
		Code:           e.code,
		StartLine:      r.Start.Line,
		HighlightStart: min(len(e.code), e.mark.start),
		HighlightEnd:   min(len(e.code), e.mark.end),
	}
}

// contextOf names the block around a position, such as: step "plot" "chart".
func contextOf(file *hcl.File, at hcl.Range) string {
	if path, ok := file.Nav.(interface{ ContextString(offset int) string }); ok && json.IsJSONBody(file.Body) {
		inside := at.End.Byte + beforeValue.FindIndex(file.Bytes[min(at.End.Byte, len(file.Bytes)):])[1]
		return cmp.Or(jsonContext(path.ContextString(at.Start.Byte)), jsonContext(path.ContextString(inside)))
	}
	block := file.OutermostBlockAtPos(at.Start)
	if block == nil {
		return ""
	}
	return blockName(block.Type, block.Labels)
}

func blockName(typ string, labels []string) string {
	for _, label := range labels {
		typ += fmt.Sprintf(" %q", label)
	}
	return typ
}

// beforeValue is what stands between a property's name and its value.
var beforeValue = regexp.MustCompile(`^[\s:]*`)

var listIndex = regexp.MustCompile(`\[[0-9]+\]`)

// jsonContext names the block of a path of properties, such as
// step[0].plot.chart.threshold; nothing where the path ends before its name.
func jsonContext(path string) string {
	parts := strings.Split(listIndex.ReplaceAllString(path, ""), ".")
	for _, b := range fileSchema.Blocks {
		if n := len(b.LabelNames); b.Type == parts[0] && len(parts) > n {
			return blockName(b.Type, parts[1:n+1])
		}
	}
	return ""
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
