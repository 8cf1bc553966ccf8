package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"dagrun/engine"
	"dagrun/engine/report"
)

// printDiagnostics writes diagnostics for people, to standard error.
func (a *app) printDiagnostics(ds engine.Diagnostics) {
	for _, d := range ds {
		_, _ = fmt.Fprintln(a.stderr, a.diagnosticText(d))
	}
}

func (a *app) diagnosticText(d engine.Diagnostic) string {
	var b strings.Builder
	title, color := "Error", red
	if d.Severity == engine.Warning {
		title, color = "Warning", yellow
	}
	fmt.Fprintf(&b, "%s %s\n", a.paint(color, title+":"), a.paint(bold, d.Summary))
	if d.Range != nil {
		fmt.Fprintf(&b, "  %s", d.Range)
		if d.Snippet != nil && d.Snippet.Context != "" {
			fmt.Fprintf(&b, ", in %s", d.Snippet.Context)
		}
		b.WriteString(":\n")
	}
	if d.Snippet != nil {
		b.WriteString(report.Excerpt(*d.Snippet, report.Longest, a.color))
	}
	if d.Detail != "" {
		fmt.Fprintf(&b, "  %s\n", strings.ReplaceAll(visibleLines(d.Detail), "\n", "\n  "))
	}
	return b.String()
}

func visibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = visible(lines[i])
	}
	return strings.Join(lines, "\n")
}

// visible replaces what could steer a terminal.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && unicode.IsControl(r) {
			return '\uFFFD'
		}
		return r
	}, s)
}

const (
	red    = "31"
	yellow = "33"
	bold   = "1"
)

func (a *app) paint(style, s string) string {
	if !a.color {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}

// The shape of `terraform validate -json`, format version 1.0.
type jsonReport struct {
	FormatVersion string           `json:"format_version"`
	Valid         bool             `json:"valid"`
	ErrorCount    int              `json:"error_count"`
	WarningCount  int              `json:"warning_count"`
	Diagnostics   []jsonDiagnostic `json:"diagnostics"`
}

type jsonDiagnostic struct {
	Severity engine.Severity `json:"severity"`
	Summary  string          `json:"summary"`
	Detail   string          `json:"detail"`
	Range    *engine.Range   `json:"range,omitempty"`
	Snippet  *jsonSnippet    `json:"snippet,omitempty"`
}

type jsonSnippet struct {
	Context        *string    `json:"context"`
	Code           string     `json:"code"`
	StartLine      int        `json:"start_line"`
	HighlightStart int        `json:"highlight_start_offset"`
	HighlightEnd   int        `json:"highlight_end_offset"`
	Values         []struct{} `json:"values"`
}

func reportOf(ds engine.Diagnostics) jsonReport {
	errors, warnings := ds.Count()
	r := jsonReport{
		FormatVersion: "1.0", Valid: errors == 0, ErrorCount: errors, WarningCount: warnings,
		Diagnostics: make([]jsonDiagnostic, len(ds)),
	}
	for i, d := range ds {
		r.Diagnostics[i] = jsonDiagnostic{Severity: d.Severity, Summary: d.Summary, Detail: d.Detail, Range: d.Range}
		if s := d.Snippet; s != nil {
			r.Diagnostics[i].Snippet = &jsonSnippet{
				Code: s.Code, StartLine: s.StartLine, HighlightStart: s.HighlightStart, HighlightEnd: s.HighlightEnd,
				Values: []struct{}{},
			}
			if s.Context != "" {
				r.Diagnostics[i].Snippet.Context = &s.Context
			}
		}
	}
	return r
}

// printJSON writes diagnostics to standard output as one JSON object, on one
// line where lines are expected.
func (a *app) printJSON(ds engine.Diagnostics, indent bool) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if indent {
		enc.SetIndent("", "  ")
	}
	if err := enc.Encode(reportOf(ds)); err != nil {
		return err
	}
	_, err := a.stdout.Write(b.Bytes())
	return err
}

// githubEscape escapes text for GitHub's workflow commands; values of their
// properties need more than their message.
func githubEscape(s string, property bool) string {
	s = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
	if property {
		s = strings.NewReplacer(":", "%3A", ",", "%2C").Replace(s)
	}
	return s
}

// printGitHub writes diagnostics as annotations that GitHub shows at the line.
func (a *app) printGitHub(ds engine.Diagnostics) error {
	for _, d := range ds {
		at := ""
		if r := d.Range; r != nil {
			at = fmt.Sprintf("file=%s,line=%d,endLine=%d,col=%d,endColumn=%d,",
				githubEscape(r.Filename, true), r.Start.Line, r.End.Line, r.Start.Column, r.End.Column)
		}
		_, err := fmt.Fprintf(a.stdout, "::%s %stitle=%s::%s\n", d.Severity, at,
			githubEscape(d.Summary, true), githubEscape(d.Detail, false))
		if err != nil {
			return err
		}
	}
	return nil
}

// printJUnit writes one test case for each file that was validated.
func (a *app) printJUnit(files []string, found map[string]engine.Diagnostics) error {
	suite := &report.Suite{Name: "dagrun validate"}
	for _, f := range files {
		c := report.Case{Class: "dagrun.validate", Name: f}
		for _, d := range found[f] {
			if d.Severity == engine.Error {
				c.Failures = append(c.Failures, report.Finding{Message: d.Summary, Type: "error", Text: d.String()})
			}
		}
		suite.Add(c)
	}
	return report.WriteSuite(a.stdout, suite)
}
