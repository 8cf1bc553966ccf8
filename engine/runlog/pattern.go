package runlog

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"dagrun/engine"
)

const (
	shortest     = 3 // characters of a secret that is searched for
	shortestLine = 8 // characters of one line of a secret
)

// pattern is one way in which a secret can stand in a text.
type pattern struct {
	text []byte
	// In base64, the characters before and after the pattern may hold the
	// rest of the secret's bits.
	before, after bool
}

// widened is a match with the neighbours that hold bits of the secret.
func (p *pattern) widened(b []byte, s span) span {
	if p.before && s.start > 0 && isBase64(b[s.start-1]) {
		s.start--
	}
	if p.after && s.end < len(b) && isBase64(b[s.end]) {
		s.end++
	}
	return s
}

func isBase64(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '+' || c == '/' || c == '-' || c == '_'
}

// inMask reports whether a match is part of engine.Masked, which is no secret
// and must not be masked again.
func (p *pattern) inMask(b []byte, s span) bool {
	i := bytes.Index([]byte(engine.Masked), p.text)
	return i >= 0 && s.start >= i && bytes.HasPrefix(b[s.start-i:], []byte(engine.Masked))
}

// patternsOf lists the ways to write a secret.
func patternsOf(secret string) []pattern {
	seen := map[string]bool{}
	var all []pattern
	add := func(ps ...pattern) {
		for _, p := range ps {
			if text := string(p.text); !seen[text] {
				seen[text] = true
				all = append(all, p)
			}
		}
	}
	for _, s := range parts(secret) {
		for _, text := range spellings(s) {
			add(pattern{text: []byte(text)})
		}
		for skip := range 3 {
			add(base64Pattern(base64.RawStdEncoding, s, skip), base64Pattern(base64.RawURLEncoding, s, skip))
		}
	}
	return all
}

// spellings lists the usual ways to write a text. Views find the escaped ones
// too, and all others, unless an escape seems to begin before the secret, as in
// 100%abc.
func spellings(s string) []string {
	query, path, digits := url.QueryEscape(s), url.PathEscape(s), hex.EncodeToString([]byte(s))
	out := []string{
		s, strings.ReplaceAll(s, " ", "+"), digits, strings.ToUpper(digits),
		query, path, lowerEscapes(query), lowerEscapes(path),
	}
	forHTML, _ := json.Marshal(s) //nolint:errchkjson // a string has a JSON form
	for _, quoted := range []string{string(appendQuoted(nil, s)), string(forHTML), strconv.Quote(s), strconv.QuoteToASCII(s)} {
		out = append(out, quoted[1:len(quoted)-1])
	}
	return out
}

// lowerEscapes writes the hex digits of percent escapes in lower case.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] == '%' {
			copy(b[i:], bytes.ToLower(b[i:i+3]))
		}
	}
	return string(b)
}

// parts lists the texts to look for: the secret, without the white space around
// it, as it is after a passage through JSON, which replaces bytes that are no
// UTF-8, and each line that is long enough.
func parts(secret string) []string {
	var out []string
	add := func(s string, least int) {
		if utf8.RuneCountInString(s) >= least {
			out = append(out, s)
		}
	}
	add(secret, shortest)
	add(strings.TrimSpace(secret), shortest)
	add(string([]rune(secret)), shortest)
	for line := range strings.Lines(secret) {
		add(strings.TrimSpace(line), shortestLine)
	}
	return out
}

// base64Pattern gives the characters that depend on nothing but the secret in
// the base64 form of a text in which it begins skip bytes (modulo 3) after the
// start. A character holds 6 bits: those before the first and after the last
// whole character of the secret are shared with its neighbours.
func base64Pattern(encoding *base64.Encoding, secret string, skip int) pattern {
	encoded := encoding.EncodeToString(append(make([]byte, skip), secret...))
	bits := 8 * (skip + len(secret))
	start, end := (8*skip+5)/6, bits/6
	return pattern{text: []byte(encoded[start:end]), before: skip > 0, after: bits%6 != 0}
}
