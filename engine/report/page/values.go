package page

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"dagrun/engine/report"
)

// How much of a text is shown, in bytes.
const (
	longest  = 4000    // of a value or of a message
	briefest = 300     // of the first line of a message that is shown elsewhere
	sayings  = 100_000 // of all messages of a step
)

// field is a named value.
type field struct {
	Name, Text string
	Long       bool   // it stands on lines of its own
	More       string // how much is not shown
}

// fields gives the fields of a JSON object in their order. Those that are null
// come as names.
func (w wording) fields(object json.RawMessage) (set []field, null []string) {
	d := json.NewDecoder(bytes.NewReader(object))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, nil
	}
	for d.More() {
		name, err := d.Token()
		var value json.RawMessage
		if err == nil {
			err = d.Decode(&value)
		}
		if err != nil {
			return set, null
		}
		key, _ := name.(string)
		if string(value) == "null" {
			null = append(null, w.line(key))
			continue
		}
		set = append(set, w.field(key, value))
	}
	return set, null
}

func (w wording) field(name string, value json.RawMessage) field {
	text, more := cut(w.text(plain(value)))
	return field{Name: w.line(name), Text: text, Long: more != "" || strings.Contains(text, "\n"), More: more}
}

// plain is a value for people: a text without quotes, a list or object on one
// line if it is short.
func plain(value json.RawMessage) string {
	const short = 72
	var s string
	if json.Unmarshal(value, &s) == nil {
		return s
	}
	var out bytes.Buffer
	if len(value) > short {
		if json.Indent(&out, value, "", "  ") == nil {
			return out.String()
		}
	}
	return string(value)
}

// cut shortens a text that is too long, and says by how much.
func cut(s string) (text, more string) {
	if len(s) <= longest {
		return s, ""
	}
	end := longest
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end], "… and " + report.Count(utf8.RuneCountInString(s[end:])) + " more characters, which the run log has"
}

// told is as much of a text as is shown, with a word about the rest.
func told(s string) string {
	text, more := cut(s)
	return strings.TrimSuffix(text+"\n"+more, "\n")
}
