package runlog

import (
	"bytes"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// quote appends s as a JSON string.
func (e *encoder) quote(s string) {
	b := appendQuoted(e.buf.AvailableBuffer(), s)
	e.buf.Write(b)
}

// appendQuoted appends s as a JSON string, escaped as encoding/json does it,
// but for HTML: quotes, backslashes, control characters, the line separators
// that JavaScript once took for line ends; bytes that are no UTF-8 become
// U+FFFD.
func appendQuoted[T string | []byte](dst []byte, s T) []byte {
	dst = append(dst, '"')
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' || c == '"' || c == '\\' {
				dst = append(dst, s[done:i]...)
				dst = appendEscaped(dst, c)
				done = i + 1
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
		if (r == utf8.RuneError && size == 1) || r == '\u2028' || r == '\u2029' {
			dst = append(dst, s[done:i]...)
			dst = append(dst, '\\', 'u', hexDigits[r>>12], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
			done = i + size
		}
		i += size
	}
	dst = append(dst, s[done:]...)
	return append(dst, '"')
}

// appendEscaped appends the escape of a quote, backslash or control character.
func appendEscaped(dst []byte, c byte) []byte {
	const short = "\b\f\n\r\t\"\\"
	const letters = `bfnrt"\`
	for i := range len(short) {
		if short[i] == c {
			return append(dst, '\\', letters[i])
		}
	}
	return append(dst, `\u00`+string([]byte{hexDigits[c>>4], hexDigits[c&15]})...)
}

// withoutHTMLEscapes writes <, > and & as themselves in JSON, in place, and
// gives the shorter text back. They come as escapes from encoders that expect
// JSON to stand in an HTML page; people search the log for what they wrote.
func withoutHTMLEscapes(b []byte) []byte {
	if !bytes.Contains(b, []byte(`\u00`)) {
		return b
	}
	out := b[:0]
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 == len(b) {
			out = append(out, b[i])
			continue
		}
		if i+6 <= len(b) {
			if c, ok := htmlEscapes[string(b[i:i+6])]; ok {
				out = append(out, c)
				i += 5
				continue
			}
		}
		out = append(out, b[i], b[i+1]) // with what it escapes, which may be a backslash
		i++
	}
	return out
}

var htmlEscapes = map[string]byte{`\u003c`: '<', `\u003e`: '>', `\u0026`: '&', `\u003C`: '<', `\u003E`: '>'}
