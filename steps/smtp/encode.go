package smtp

import (
	"encoding/base64"
	"strings"
)

// longestWord is how long a word of a header may be and still be folded into
// lines that every server takes.
const longestWord = 70

// encodeHeader makes a header value that readers decode to exactly s. What go-mail
// encodes by itself, anything beyond printable ASCII, is left to it; encoded
// here is what is printable and would yet be changed on the way: text that
// looks encoded, blanks that folding may swallow, words too long to fold.
func encodeHeader(s string) string {
	if !isPrintableASCII(s) || isPlain(s, longestWord) {
		return s
	}
	// RFC 2047: an encoded word has 75 characters at most, and blanks between
	// two are no part of the text.
	const most = 45
	var words []string
	for len(s) > 0 {
		n := min(most, len(s))
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(words, " ")
}

// isPlain reports whether folding keeps s as it is, if its words have up to
// longest signs.
func isPlain(s string, longest int) bool {
	if strings.Contains(s, "=?") || strings.Contains(s, "\t") || strings.TrimSpace(s) != s || strings.Contains(s, "  ") {
		return false
	}
	return longestWordOf(s) <= longest
}

// isPrintableASCII follows what mime.QEncoding takes for needing no encoding.
func isPrintableASCII(s string) bool {
	for _, r := range s {
		if r > '~' || r < ' ' && r != '\t' {
			return false
		}
	}
	return true
}
