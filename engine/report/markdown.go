package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"dagrun/engine"
	"dagrun/engine/runlog"
)

// The most that a summary in Markdown shows: rows of steps, and bytes of what
// one cell or error says. An error has room for its message and what to do.
const (
	mostRows  = 200
	cellRoom  = 300
	errorRoom = 2 * messageRoom
)

// Markdown is a summary of a run in GitHub's Markdown: how it ended, a table of
// its steps and what went wrong. Nothing in it is taken for Markdown or HTML but
// what makes the summary. Of many steps it shows those first that did not
// succeed, so that it has less than half a mebibyte. Of the options, Source
// counts.
func Markdown(run runlog.Record, options Options) string {
	var b strings.Builder
	b.WriteString(MarkdownHeading(run))
	markdownTable(&b, run.Steps)
	var failed failures
	for _, s := range run.Steps {
		if s.Finished != nil && s.Finished.Result == engine.StepFailed {
			failed.add(s.Finished)
		}
	}
	c := NewConsole(io.Discard, Options{Source: options.Source})
	for _, f := range failed.list {
		b.WriteString("\n" + fenced(Shortened(c.account(f, ""), errorRoom)))
	}
	if more := failed.untold; more > 0 {
		b.WriteString("\n" + steps(more, "more ") + " failed; the run log has their errors.\n")
	}
	return b.String() + "\n"
}

// MarkdownHeading is the first lines of a summary: which run it was and how it
// ended.
func MarkdownHeading(run runlog.Record) string {
	text := "### " + prose(run.Started.Pipeline) + " for " + prose(clock(run.Started.LogicalTime)) + "\n\n"
	end := run.Finished
	if end == nil {
		return text + "Run " + codeSpan(run.Started.RunID) + " has no end in its record\n"
	}
	text += "Run " + codeSpan(run.Started.RunID) + " **" + prose(string(end.Result)) + "**" + prose(duration(end)) + colon(counts(end.Steps)) + "\n"
	if end.Error != "" {
		text += "\nWhy: " + prose(end.Error) + "\n"
	}
	return text
}

func markdownTable(b *strings.Builder, all []runlog.StepRecord) {
	if len(all) == 0 {
		return
	}
	b.WriteString("\n| Step | Result | Attempts | Duration | Rows in | Rows out |\n|---|---|--:|--:|--:|--:|\n")
	rows := all
	if len(all) > mostRows {
		rows = slices.SortedStableFunc(slices.Values(all), func(a, b runlog.StepRecord) int { return cmp.Compare(concern(a), concern(b)) })[:mostRows]
	}
	for _, s := range rows {
		b.WriteString(markdownRow(s))
	}
	if more := len(all) - len(rows); more > 0 {
		b.WriteString("\nand " + steps(more, "more ") + "\n")
	}
}

// concern orders steps by how much they are in want of being looked at.
func concern(s runlog.StepRecord) int {
	if s.Finished == nil {
		return 0
	}
	order := []engine.StepResult{engine.StepFailed, engine.StepCancelled, engine.StepSkipped, engine.StepReused, engine.StepSucceeded}
	return slices.Index(order, s.Finished.Result) + 1
}

func markdownRow(s runlog.StepRecord) string {
	name, end := codeSpan(short(s.Step)), s.Finished
	if end == nil {
		return "| " + name + " | did not end | " + fmt.Sprint(s.Attempt) + " | | | |\n"
	}
	result := prose(string(end.Result))
	if reason := why(end); reason != "" && end.Result != engine.StepSucceeded {
		result += ": " + prose(reason)
	}
	number := func(n int64) string {
		if n == 0 {
			return ""
		}
		return count(n)
	}
	took := ""
	if end.Attempts > 0 {
		took = prose(length(end.Duration.Duration()))
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", name, result, number(int64(end.Attempts)), took, number(end.RowsIn), number(end.RowsOut))
}

// prose is a text that Markdown and HTML leave as it is, on one line.
func prose(s string) string {
	var b strings.Builder
	for _, r := range Shortened(line(s), cellRoom) {
		switch {
		case strings.ContainsRune("&<>$", r):
			fmt.Fprintf(&b, "&#%d;", r)
		case strings.ContainsRune("\\`*_[]~|", r):
			b.WriteString("\\" + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// codeSpan is a text as code, on one line of a table.
func codeSpan(s string) string {
	s = strings.ReplaceAll(Shortened(line(s), cellRoom), "|", "\\|")
	fence := strings.Repeat("`", longestRun(s, '`')+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// fenced is a text as a block of code.
func fenced(s string) string {
	fence := strings.Repeat("`", max(3, longestRun(s, '`')+1))
	return fence + "text\n" + strings.TrimSuffix(s, "\n") + "\n" + fence + "\n"
}

// longestRun is how often a byte stands in a text without another between.
func longestRun(s string, b byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != b {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
