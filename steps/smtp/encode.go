package smtp

import (
	"fmt"
	"strings"
)

const (
	// longestWord is how long a word of a header may be and still be folded
	// into lines that every server takes.
	longestWord = 70
	// longestEncoded is the length of an encoded word. RFC 2047 has 75 at most,
	// and 76 for a line with one; this leaves room for a name before it.
	longestEncoded = 60
)

// encodeHeader makes a header value that readers decode to exactly s: anything
// beyond printable ASCII is encoded, and what is printable and would yet be
// changed on the way: text that looks encoded, blanks that folding may swallow,
// words too long to fold. go-mail encodes as well, but in words so long that
// none of them fits on the line of the header's name.
func encodeHeader(s string) string {
	if isPrintableASCII(s) && isPlain(s, longestWord) {
		return s
	}
	// RFC 2047: blanks between two encoded words are no part of the text.
	const most = longestEncoded - len("=?utf-8?q?") - len("?=")
	var words []string
	var word strings.Builder
	for _, r := range s {
		sign := encodeSign(r)
		if word.Len()+len(sign) > most {
			words = append(words, "=?utf-8?q?"+word.String()+"?=")
			word.Reset()
		}
		word.WriteString(sign)
	}
	return strings.Join(append(words, "=?utf-8?q?"+word.String()+"?="), " ")
}

// encodeSign is a sign as an encoded word has it. RFC 2047 lets letters and
// digits stand for themselves everywhere.
func encodeSign(r rune) string {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return string(r)
	case r == ' ':
		return "_"
	}
	var all strings.Builder
	for _, b := range []byte(string(r)) {
		fmt.Fprintf(&all, "=%02X", b)
	}
	return all.String()
}

// isPlain reports whether folding keeps s as it is, if its words have up to
// longest signs.
func isPlain(s string, longest int) bool {
	if strings.Contains(s, "=?") || strings.Contains(s, "\t") || strings.TrimSpace(s) != s || strings.Contains(s, "  ") {
		return false
	}
	return longestWordOf(s) <= longest
}

// isPrintableASCII follows what mime.QEncoding, which go-mail uses, takes for
// needing no encoding.
func isPrintableASCII(s string) bool {
	for _, r := range s {
		if r > '~' || r < ' ' && r != '\t' {
			return false
		}
	}
	return true
}
