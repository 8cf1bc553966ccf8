package smtp_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"dagrun/engine/enginetest"
	"dagrun/steps/smtp"
)

// head is the header of a mail as it is written, line by line.
func head(t *testing.T, args enginetest.Args) []string {
	t.Helper()
	dir := t.TempDir()
	enginetest.Succeed(t, smtp.Type, dir, enginetest.With(plainMail("file://outbox"), args), nil)
	for _, content := range outbox(t, filepath.Join(dir, "outbox")) {
		head, _, _ := strings.Cut(content, "\r\n\r\n")
		return strings.Split(head, "\r\n")
	}
	t.Fatal("there is no mail")
	return nil
}

// TestHeadersBeginOnTheLineOfTheirName has values of all lengths, in words and
// in one.
func TestHeadersBeginOnTheLineOfTheirName(t *testing.T) {
	for _, subject := range []string{
		"Temperature", strings.Repeat("many words ", 20) + ".", strings.Repeat("ü", 100), strings.Repeat("日本", 50), "🌡️ " + strings.Repeat("x y ", 40) + "z",
		strings.Repeat("x", 55), strings.Repeat("x", 66), strings.Repeat("x", 69), strings.Repeat("x", 70), strings.Repeat("x", 71), strings.Repeat("x", 300),
		strings.Repeat("x", 66) + " and more", strings.Repeat("x", 66) + strings.Repeat(" and more", 20), strings.Repeat("x", 68) + " ü",
	} {
		long := strings.Repeat("a", 50)
		for _, line := range head(t, enginetest.Args{
			"subject": subject, "headers": enginetest.Args{"X-Probe": subject}, "from": long + "@example.com", "to": "Ana <" + long + "@example.org>", "html": "<p>",
		}) {
			tooLong := line == "Subject:" && len(subject) == 70 || line == "X-Probe:" && regexp.MustCompile(`^x{70,}$`).MatchString(subject)
			if strings.HasSuffix(line, ":") && !tooLong {
				t.Errorf("%q: the line %q has a name and no value", subject, line)
			}
			if words := strings.Fields(line); len(line) > 78 && len(words) > 1 && words[0] != "Message-ID:" {
				t.Errorf("%q: the line %q has %d signs", subject, line, len(line))
			}
		}
	}
}

func TestLinesOfEncodedWordsAreShort(t *testing.T) {
	word := regexp.MustCompile(`=\?utf-8\?q\?[!->@-~]*\?=`)
	for _, subject := range []string{strings.Repeat("ü", 100), "a " + strings.Repeat("🌡️", 30), strings.Repeat("word ", 60) + "ü", strings.Repeat("x", 300)} {
		for _, line := range head(t, enginetest.Args{"subject": subject}) {
			found := word.FindAllString(line, -1)
			if len(found) > 0 && len(line) > 76 {
				t.Errorf("a line with encoded words has %d signs: %q", len(line), line)
			}
		}
	}
}

func TestFoldedTextInTheBodyStaysAsItIs(t *testing.T) {
	const text = "Subject:\r\n folded\r\n\r\nSubject:\r\n folded\r\n"
	got := written(t, t.TempDir(), enginetest.With(plainMail(""), enginetest.Args{"text": text}))
	if got.parts[0].Content != text {
		t.Errorf("the text became %q", got.parts[0].Content)
	}
}
