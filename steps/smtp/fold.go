package smtp

import (
	"bytes"
	"regexp"
	"slices"
)

const (
	// longestFolded is what RFC 5322 advises for a line of a header.
	longestFolded = 78
	// longestOfWords is what RFC 2047 demands where a line has encoded words.
	longestOfWords = 76
)

// lateStart is a header whose first word stands on the line behind its name.
var lateStart = regexp.MustCompile(`(?m)^([!-9;-~]+:)\r\n( [^ \r\n]+)([^\r\n]*)`)

// unfold puts the first words of headers on the lines of their names, where they
// fit; go-mail folds somewhat early there, and some readers then give the value
// with a blank before it. A Message-ID is on the line of its name in any case:
// it is searched for more than it is read.
func unfold(content []byte) []byte {
	end := max(0, bytes.Index(content, []byte("\r\n\r\n")))
	head := lateStart.ReplaceAllFunc(content[:end], unfoldOne)
	// No header has become longer, so that a large mail is not copied.
	content = content[end-len(head):]
	copy(content, head)
	return content
}

// unfoldOne is unfold for one header, as far as its second line.
func unfoldOne(found []byte) []byte {
	parts := lateStart.FindSubmatch(found)
	name, word, rest := parts[1], parts[2], parts[3]
	most := longestFolded
	if bytes.HasPrefix(word, []byte(" =?")) {
		most = longestOfWords
	}
	if len(name)+len(word) > most && string(name) != "Message-ID:" {
		return found
	}
	if len(name)+len(word)+len(rest) > most && len(rest) > 0 {
		rest = slices.Concat([]byte("\r\n"), rest)
	}
	return slices.Concat(name, word, rest)
}
