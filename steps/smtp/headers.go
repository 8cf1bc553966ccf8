package smtp

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"dagrun/engine"
)

// Subject is the subject of a mail.
type Subject string

// TypeName is the name of the type in documents.
func (Subject) TypeName() string { return "line of text" }

// UnmarshalText takes any text of one line.
func (s *Subject) UnmarshalText(text []byte) error {
	switch {
	case hasLineBreak(string(text)):
		return fmt.Errorf("%q has a line break; a subject is one line (trimspace() takes line breaks off the ends)", text)
	case hasControl(string(text)):
		return fmt.Errorf("%q has control characters, which no reader shows; take them out", text)
	}
	*s = Subject(text)
	return nil
}

// Headers are headers that a mail does not have by itself, by name.
type Headers map[string]HeaderValue

// Check refuses names that are none, that the mail gives itself, or that are
// there in two spellings: case means nothing in them.
func (h Headers) Check() error {
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if err := checkName(name); err != nil {
			return &engine.KeyError{Key: name, Err: err}
		}
		lower := strings.ToLower(name)
		if other, ok := seen[lower]; ok {
			return &engine.KeyError{Key: name, Err: fmt.Errorf("%s and %s are the same header; give one of them", other, name)}
		}
		seen[lower] = name
	}
	return nil
}

// HeaderValue is the value of such a header.
type HeaderValue string

// TypeName is the name of the type in documents.
func (HeaderValue) TypeName() string { return "line of text" }

const (
	longestName = 76
	// longestLine is what RFC 5322 allows, less some for the name and for signs
	// that are encoded.
	longestLine = 900
)

// reasonAgainst says why a header is refused; it is empty for all others.
func reasonAgainst(name string) string {
	lower := strings.ToLower(name)
	switch lower {
	case "from", "to", "cc", "bcc", "subject":
		return "the argument " + lower + " gives it"
	case "reply-to":
		return "the argument reply_to gives it"
	case "message-id", "date", "mime-version":
		return "every mail has one by itself"
	case "received", "return-path", "delivered-to", "dkim-signature", "authentication-results":
		return "mail servers write it"
	}
	if strings.HasPrefix(lower, "content-") {
		return "it describes a part of the mail, and every part has its own"
	}
	return ""
}

// checkName takes a name as RFC 5322 defines it.
func checkName(name string) error {
	reason := reasonAgainst(name)
	switch {
	case name == "" || len(name) > longestName || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }):
		return fmt.Errorf("%q is not the name of a header: that is up to %d letters, digits and signs such as -, without blanks and colons", name, longestName)
	case reason != "":
		return fmt.Errorf("the header %s is refused here: %s", name, reason)
	}
	return nil
}

// UnmarshalText takes any text of one line.
func (v *HeaderValue) UnmarshalText(text []byte) error {
	value := string(text)
	switch {
	case hasLineBreak(value):
		return fmt.Errorf("%q has a line break; a header is one line (trimspace() takes line breaks off the ends)", value)
	case hasControl(value):
		return fmt.Errorf("%q has control characters, which no reader shows; take them out", value)
	case strings.TrimSpace(value) == "":
		return fmt.Errorf("%q is no value of a header; leave the header out", value)
	case isPrintableASCII(value) && longestWordOf(value) > longestLine:
		return fmt.Errorf("%.40q… has a word of %d signs, and a line of a mail has no room for it", value, longestWordOf(value))
	}
	*v = HeaderValue(value)
	return nil
}

// encode is the value as it stands in the mail. Unlike the words of a subject,
// those of other headers are left as they are, however long: a link in
// List-Unsubscribe works only so.
func (v HeaderValue) encode() string {
	if longest := longestWordOf(string(v)); longest > longestWord && isPrintableASCII(string(v)) && isPlain(string(v), longest) {
		return string(v)
	}
	return encodeHeader(string(v))
}

func longestWordOf(s string) int {
	longest := 0
	for word := range strings.SplitSeq(s, " ") {
		longest = max(longest, len(word))
	}
	return longest
}
