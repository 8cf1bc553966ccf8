package runlog

import (
	"bytes"
	"iter"

	"dagrun/engine"
)

// passwords gives the password of every URL in a text:
// scheme://user:password@host. Passwords that ought to have been escaped are
// found too, since a URL with one ends up in an error message.
func passwords(b []byte) iter.Seq[span] {
	return func(yield func(span) bool) {
		for at := 0; ; {
			i := bytes.Index(b[at:], []byte("://"))
			if i < 0 {
				return
			}
			at += i + len("://")
			s, ok := password(b[at:])
			if ok && !yield(span{at + s.start, at + s.end}) {
				return
			}
		}
	}
}

// password finds the password in what follows the "://" of a URL.
func password(b []byte) (span, bool) {
	if end := bytes.IndexAny(b, " \t\r\n\"<>`"); end >= 0 {
		b = b[:end]
	}
	authority := b
	if end := bytes.IndexAny(b, "/?#"); end >= 0 {
		authority = b[:end]
	}
	at := bytes.LastIndexByte(authority, '@')
	colon := bytes.IndexByte(authority, ':')
	if at < 0 && colon >= 0 && !isPort(authority[colon+1:]) {
		at = bytes.LastIndexByte(b, '@') // the password has a /, ? or #
	}
	if colon < 0 || at <= colon+1 || string(b[colon+1:at]) == engine.Masked {
		return span{}, false
	}
	return span{colon + 1, at}, true
}

// isPort reports whether what follows a colon is a port, or the rest of an
// IPv6 address in brackets.
func isPort(b []byte) bool {
	return len(bytes.Trim(b, "0123456789")) == 0 || bytes.IndexByte(b, ']') >= 0
}
