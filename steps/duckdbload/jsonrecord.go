package duckdbload

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// objectLength is the length of the JSON object that data begins with; 0 when
// its end is not in data. It looks at strings and braces only.
func objectLength(data []byte) int {
	depth := 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			n := stringLength(data[i:])
			if n == 0 {
				return 0
			}
			i += n - 1
		}
	}
	return 0
}

// stringLength is the length, with its quotes, of the JSON string that data
// begins with; 0 when its end is not in data.
func stringLength(data []byte) int {
	for i := 1; i < len(data); i++ {
		switch data[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return 0
}

// halfEscape reports whether JSON has an escape like \ud83d that needs another
// for a character and lacks it. encoding/json lets that pass, DuckDB does not.
func halfEscape(data []byte) bool {
	for {
		i := bytes.IndexByte(data, '\\')
		if i < 0 {
			return false
		}
		first := escapedUnit(data[i:])
		switch {
		case !utf16.IsSurrogate(first):
			data = data[i+2:]
		case utf16.DecodeRune(first, escapedUnit(data[i+6:])) == utf8.RuneError:
			return true
		default:
			data = data[i+12:]
		}
	}
}

// escapedUnit is the number of the escape \uXXXX that data begins with; 0 when
// it begins with none.
func escapedUnit(data []byte) rune {
	if len(data) < 6 || data[0] != '\\' || data[1] != 'u' {
		return 0
	}
	n, err := strconv.ParseUint(string(data[2:6]), 16, 16)
	if err != nil {
		return 0
	}
	return rune(n)
}

// eachMember calls visit with the name and the value, as they are written, of
// each member of an object that is valid JSON.
func eachMember(object []byte, visit func(name, value []byte) error) error {
	rest := object[1:]
	for {
		start := bytes.IndexByte(rest, '"')
		if start < 0 {
			return nil
		}
		rest = rest[start:]
		n := stringLength(rest)
		name := rest[1 : n-1]
		colon := n + bytes.IndexByte(rest[n:], ':')
		rest = bytes.TrimLeft(rest[colon+1:], " \t\r\n")
		n = valueLength(rest)
		if err := visit(name, rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
}

func valueLength(data []byte) int {
	switch data[0] {
	case '"':
		return stringLength(data)
	case '{', '[':
		return objectLength(data)
	}
	return bytes.IndexAny(data, ",} \t\r\n")
}

// memberName is a name with its escapes resolved.
func memberName(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw)
	}
	var name string
	if err := json.Unmarshal([]byte(`"`+string(raw)+`"`), &name); err != nil {
		return string(raw)
	}
	return name
}
