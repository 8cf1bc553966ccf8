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
	if !isPrintableASCII(s) || isPlain(s) {
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

func isPlain(s string) bool {
	if strings.Contains(s, "=?") || strings.Contains(s, "\t") || strings.TrimSpace(s) != s || strings.Contains(s, "  ") {
		return false
	}
	for _, word := range strings.Split(s, " ") {
		if len(word) > longestWord {
			return false
		}
	}
	return true
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
