package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// cells is how many columns of a terminal a text takes. Sequences that colour it
// take none.
func cells(text string) int {
	n := 0
	for text != "" {
		size, w := glyph(text)
		text, n = text[size:], n+w
	}
	return n
}

// glyph is the first character of a text, or the first sequence that colours:
// how long it is, and how many columns it takes. What terminals disagree about
// counts as what takes more room.
func glyph(text string) (size, columns int) {
	if strings.HasPrefix(text, "\x1b[") {
		if end := strings.IndexByte(text, 'm'); end > 0 {
			return end + 1, 0
		}
	}
	r, size := utf8.DecodeRuneInString(text)
	switch {
	case r < 0x300:
		return size, 1
	case r == '\ufe0f': // makes some emoji wide
		return size, 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return size, 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return size, 2
	}
	return size, 1
}

// cut is the beginning of a text that fits into so many columns. Where something
// is left off, the last column says that there is more.
func cut(text string, columns int, more string) string {
	if cells(text) <= columns {
		return text
	}
	end, used, painted := 0, 0, ""
	for {
		size, w := glyph(text[end:])
		if used+w > columns-1 {
			return text[:end] + more + painted
		}
		if text[end] == '\x1b' {
			painted = "\x1b[0m"
		}
		end, used = end+size, used+w
	}
}

// middle is a text that fits into so many columns, with what is left off in its
// middle, and more of its end than of its beginning: there instances differ.
func middle(text string, columns int, more string) string {
	if cells(text) <= columns {
		return text
	}
	tail := columns * 3 / 5
	start := len(text)
	for used := 0; start > 0; {
		_, size := utf8.DecodeLastRuneInString(text[:start])
		_, w := glyph(text[start-size:])
		if used+w > tail {
			break
		}
		start, used = start-size, used+w
	}
	return cut(text, columns-cells(text[start:]), more) + text[start:]
}

// wrap breaks the lines of a text that are wider than a terminal between words,
// and indents what goes on below by so many columns, or as far as the line
// itself. A word that is wider than the terminal, such as a path, stays whole:
// the terminal breaks it, and knows that it is one.
func wrap(text string, columns, hang int) string {
	lines := strings.Split(strings.ReplaceAll(text, "\t", "    "), "\n")
	for i, line := range lines {
		own := len(line) - len(strings.TrimLeft(line, " "))
		lines[i] = wrapLine(line, columns, max(hang, own))
	}
	return strings.Join(lines, "\n")
}

func wrapLine(line string, columns, hang int) string {
	if cells(line) <= columns {
		return line
	}
	if hang > columns/2 {
		hang = 4
	}
	var out strings.Builder
	column, space := 0, ""
	for _, piece := range strings.SplitAfter(line, " ") {
		word := strings.TrimSuffix(piece, " ")
		w := cells(word)
		if column > hang && w > 0 && column+len(space)+w > columns {
			out.WriteString("\n" + strings.Repeat(" ", hang))
			column, space = hang, ""
		}
		if w > 0 || column == 0 {
			out.WriteString(space + word)
			column, space = column+len(space)+w, ""
		}
		space += piece[len(word):]
	}
	return out.String()
}
