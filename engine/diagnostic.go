package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity is how bad a diagnostic is.
type Severity string

// The severities. A pipeline with an error does not run; one with warnings does.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Pos is a place in a source file. Line and Column count from 1 (columns in
// characters), Byte from 0.
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// Range is a stretch of a source file; End is exclusive.
type Range struct {
	Filename string `json:"filename"`
	Start    Pos    `json:"start"`
	End      Pos    `json:"end"`
}

// String is file:line:column of the start.
func (r Range) String() string {
	return fmt.Sprintf("%s:%d:%d", r.Filename, r.Start.Line, r.Start.Column)
}

// Snippet is the source text a diagnostic is about.
type Snippet struct {
	// Context names the block around it, such as `step "plot" "chart"`.
	Context string
	// Code is the whole line or lines; StartLine is the number of the first.
	Code      string
	StartLine int
	// HighlightStart and HighlightEnd are byte offsets into Code.
	HighlightStart, HighlightEnd int
}

// Diagnostic is one thing to say about a configuration.
type Diagnostic struct {
	Severity Severity
	Summary  string
	Detail   string
	Range    *Range   // nil when it is about no place in a file
	Snippet  *Snippet // nil when the source is not at hand
}

// Diagnostics is a list of diagnostics. As an error it reads as a list of
// places and texts, one a line.
type Diagnostics []Diagnostic

// HasErrors reports whether any of them is an error.
func (ds Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == Error })
}

// Count gives the number of errors and of warnings.
func (ds Diagnostics) Count() (errors, warnings int) {
	for _, d := range ds {
		if d.Severity == Error {
			errors++
		} else {
			warnings++
		}
	}
	return errors, warnings
}

// Error lists the diagnostics, one a line.
func (ds Diagnostics) Error() string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.String()
	}
	return strings.Join(lines, "\n")
}

// String is the diagnostic on one line: place, summary and detail.
func (d Diagnostic) String() string {
	s := d.Summary
	if d.Detail != "" {
		s += ": " + d.Detail
	}
	if d.Range != nil {
		s = d.Range.String() + ": " + s
	}
	return s
}

// Sort puts the diagnostics into file order: by file name, then by position;
// those without a place come last. Equal places keep their order.
func (ds Diagnostics) Sort() {
	slices.SortStableFunc(ds, func(a, b Diagnostic) int {
		switch {
		case a.Range == nil && b.Range == nil:
			return 0
		case a.Range == nil:
			return 1
		case b.Range == nil:
			return -1
		}
		return cmp.Or(
			cmp.Compare(a.Range.Filename, b.Range.Filename),
			cmp.Compare(a.Range.Start.Byte, b.Range.Start.Byte),
		)
	})
}
