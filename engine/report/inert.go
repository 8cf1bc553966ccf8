package report

import (
	"strings"
	"unicode"
)

// Inert is a text of which GitHub takes no line for a workflow command, whoever
// wrote it: the first character of what would make it one is written as an
// escape. A runner looks for :: at the beginning of a line, behind white space,
// and for ##[ anywhere in it.
func Inert(text string) string {
	text = strings.ReplaceAll(text, "##[", `\x23#[`)
	if !strings.Contains(text, "::") {
		return text
	}
	var out strings.Builder
	for text != "" {
		end := strings.IndexAny(text, "\r\n") + 1
		if end == 0 {
			end = len(text)
		}
		line := text[:end]
		if command := strings.TrimLeftFunc(line, unicode.IsSpace); strings.HasPrefix(command, "::") {
			line = line[:len(line)-len(command)] + `\x3a` + command[1:]
		}
		out.WriteString(line)
		text = text[end:]
	}
	return out.String()
}
