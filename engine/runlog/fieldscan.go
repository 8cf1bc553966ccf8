package runlog

import (
	"bytes"
	"encoding/json"
	"iter"
)

// topFields gives the fields of an object, their values as they stand there. It
// reads only as much of the syntax as it takes to pass over what nobody asks
// for, many times faster than a decoder; in what is no JSON it ends somewhere.
func topFields(line []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for i := 1; i < len(line) && line[i] == '"'; i++ { // after { or a comma
			end := passString(line, i)
			if end >= len(line) || line[end] != ':' {
				return
			}
			key := line[i+1 : end-1]
			i = passValue(line, end+1)
			if !yield(string(key), line[end+1:i]) {
				return
			}
		}
	}
}

// passString gives the place behind a string that begins at i.
func passString(line []byte, i int) int {
	for i++; i < len(line); i++ {
		n := bytes.IndexByte(line[i:], '"')
		if n < 0 {
			break
		}
		i += n
		slashes := 0
		for line[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i + 1
		}
	}
	return len(line)
}

// passValue gives the place behind a value that begins at i.
func passValue(line []byte, i int) int {
	for depth := 0; i < len(line); {
		switch line[i] {
		case '"':
			i = passString(line, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return len(line)
}

// textOf is what a string in JSON says.
func textOf(value []byte) string {
	if n := len(value); n >= 2 && bytes.IndexByte(value, '\\') < 0 {
		return string(value[1 : n-1])
	}
	var text string
	_ = json.Unmarshal(value, &text) // what is no string says nothing
	return text
}
