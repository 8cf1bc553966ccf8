package letter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"gonum.org/v1/plot/font"
)

// Clean makes text from outside fit to be drawn: one line, accents composed,
// runs of white space and control characters made one space, and bytes that
// are no UTF-8 made the replacement character. SVG could not hold them.
func Clean(text string) string {
	text = norm.NFC.String(strings.ToValidUTF8(text, string(utf8.RuneError)))
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF
	}), " ")
}

const ellipsis = "…"

// Shorten cuts text so that it is no wider than width, ending it with an
// ellipsis; where not even that fits, nothing is left.
func (f *Face) Shorten(text string, size, width font.Length) string {
	if f.Width(text, size) <= width {
		return text
	}
	runes := []rune(text)
	fits := func(n int) string {
		return strings.TrimRightFunc(string(runes[:n]), unicode.IsSpace) + ellipsis
	}
	low, high := -1, len(runes) // low fits, high does not
	for high-low > 1 {
		if mid := (low + high) / 2; f.Width(fits(mid), size) <= width {
			low = mid
		} else {
			high = mid
		}
	}
	if low < 0 {
		return ""
	}
	return fits(low)
}

// Wrap breaks text into at most limit lines that are no wider than width,
// between words where it can and inside a word that is wider than a line. A
// line feed in the text always breaks. What is too much ends in an ellipsis.
func (f *Face) Wrap(text string, size, width font.Length, limit int) []string {
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		lines = append(lines, f.wrapOne(Clean(paragraph), size, width)...)
	}
	if len(lines) <= limit || limit < 1 {
		return lines[:min(len(lines), max(limit, 0))]
	}
	rest := strings.Join(lines[limit-1:], " ")
	return append(lines[:limit-1:limit-1], f.Shorten(rest, size, width))
}

func (f *Face) wrapOne(text string, size, width font.Length) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if longer := strings.TrimSpace(line + " " + word); f.Width(longer, size) <= width {
			line = longer
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		parts := f.chop(word, size, width)
		lines = append(lines, parts[:len(parts)-1]...)
		line = parts[len(parts)-1]
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// chop cuts a word into parts that fit the width; a part has one character at
// least.
func (f *Face) chop(word string, size, width font.Length) []string {
	var parts []string
	part := ""
	for _, r := range word {
		if part != "" && f.Width(part+string(r), size) > width {
			parts = append(parts, part)
			part = ""
		}
		part += string(r)
	}
	return append(parts, part)
}
