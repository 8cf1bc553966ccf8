package report

import (
	"fmt"
	"strings"

	"dagrun/engine"
)

// Longest is how much of what a snippet is about an excerpt shows where there
// is room for all that is of use, in bytes.
const Longest = 160

// Excerpt is the first line of a snippet, with its number, and with what it is
// about underlined. Of that it shows no more than so many bytes, and of what
// stands around it as many at most.
func Excerpt(s engine.Snippet, longest int, color bool) string {
	line, start, end := excerpt(s, longest)
	number := fmt.Sprint(s.StartLine)
	margin := strings.Repeat(" ", len(number))
	var below strings.Builder
	for _, r := range line[:start] {
		if r == '\t' {
			below.WriteRune(r)
			continue
		}
		below.WriteString(strings.Repeat(" ", cells(string(r))))
	}
	carets := strings.Repeat("^", max(1, cells(line[start:end])))
	return fmt.Sprintf("   %s |\n   %s | %s\n   %s | %s%s\n", margin, number, line, margin, below.String(), style(color).paint("31", carets))
}

// excerpt is the first line of a snippet, cut around what it is about, with
// control characters made visible, and where in it that is.
func excerpt(s engine.Snippet, longest int) (line string, start, end int) {
	line, _, _ = strings.Cut(s.Code, "\n")
	start = min(s.HighlightStart, len(line))
	end = max(start, min(s.HighlightEnd, len(line)))
	head, middle, tail := escaped(line[:start]), escaped(line[start:end]), escaped(line[end:])
	if room := longest / 2; len(head) > room {
		head = "…" + strings.ToValidUTF8(head[len(head)-room:], "")
	}
	middle, tail = Shortened(middle, longest), Shortened(tail, longest/2)
	return head + middle + tail, len(head), len(head) + len(middle)
}

// Shortened is the beginning of a text, so many bytes of it.
func Shortened(s string, room int) string {
	if len(s) <= room {
		return s
	}
	return strings.ToValidUTF8(s[:room], "") + "…"
}
