package report

import (
	"fmt"
	"strings"
	"unicode"

	"dagrun/engine"
)

// printable is a text that shows what it contains and does nothing else:
// control characters, which could move the cursor or recolour the screen, and
// those that reverse the direction of writing are written as escapes. Line ends
// and tabs stay; white space at the end goes.
func printable(s string) string {
	return escaped(strings.TrimRightFunc(strings.ReplaceAll(s, "\r\n", "\n"), unicode.IsSpace))
}

// escaped is a text with its active characters written as escapes.
func escaped(s string) string {
	if strings.IndexFunc(s, active) < 0 {
		return s
	}
	var out strings.Builder
	for _, r := range s {
		switch {
		case !active(r):
			out.WriteRune(r)
		case r <= 0xff:
			fmt.Fprintf(&out, `\x%02x`, r)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}

// active reports whether a character does more than stand there.
func active(r rune) bool {
	return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r))
}

// indent indents all lines of a text but the first, and those with nothing in
// them.
func indent(text string, width int) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines[1:] {
		if line = strings.TrimRight(line, " \t"); line != "" {
			line = strings.Repeat(" ", width) + line
		}
		lines[i+1] = line
	}
	return strings.Join(lines, "\n")
}

// style is whether texts are coloured, by the escape sequences of ECMA-48.
type style bool

func (s style) paint(code, text string) string {
	if !s || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string   { return s.paint("1", text) }
func (s style) faint(text string) string  { return s.paint("2", text) }
func (s style) red(text string) string    { return s.paint("1;31", text) }
func (s style) green(text string) string  { return s.paint("32", text) }
func (s style) yellow(text string) string { return s.paint("33", text) }

// result colours a text about a run as its result deserves.
func (s style) result(r engine.RunResult, text string) string {
	switch r {
	case engine.RunSucceeded:
		return s.green(text)
	case engine.RunFailed, engine.RunCrashed:
		return s.red(text)
	}
	return s.yellow(text)
}
