package duckdbload

import (
	"bytes"
	"encoding/json"
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

// noteJSON narrows the column by a value as JSON writes it. What stands in
// quotes may be a moment but is never a number.
func (k *fieldKinds) noteJSON(value []byte) {
	switch value[0] {
	case 'n':
	case 't', 'f':
		k.narrow(isBoolean, value)
	case '{', '[':
		k.narrow(isJSON, value)
	case '"':
		text := value[1 : len(value)-1]
		if len(text) == 0 || bytes.IndexByte(text, '\\') >= 0 {
			k.narrow(0, value)
			return
		}
		k.narrow(kindsOf(text)&(isDate|isTime|isTimestamp|isTimestampNS|isTimestampTZ), text)
	default:
		k.narrow(numberKinds(value), value)
	}
}
