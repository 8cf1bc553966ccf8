package runlog_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dagrun/engine"
	"dagrun/engine/runlog"
	"dagrun/engine/runlog/runlogtest"
)

// Whatever the secrets are, and wherever and however they are written into the
// events of a run: the log keeps its contract, its structure is the one without
// masking, and no secret is left.
func TestNoSecretIsLeftWhateverItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secrets := rapid.SliceOfN(secret(), 1, 5).Draw(t, "secrets")
		names := slices.Sorted(maps.Keys(forms))
		hidden := func(label string) string {
			name := rapid.SampledFrom(names).Draw(t, label+"'s form")
			before := rapid.String().Draw(t, "before")
			if rare[name] {
				before += "|"
			}
			return before + forms[name](rapid.SampledFrom(secrets).Draw(t, label)) + "|" + rapid.String().Draw(t, "after")
		}
		events := everyEvent()
		hide(t, events, hidden)
		plain := logOf(t, events)
		masked := logOf(t, events, runlog.WithRedactor(redactor(secrets...)))
		if err := runlogtest.Check([]byte(masked)); err != nil {
			t.Fatal(err)
		}
		want, got := strings.Split(plain, "\n"), strings.Split(masked, "\n")
		for i := range want[:len(want)-1] {
			if a, b := structure(t, want[i]), structure(t, got[i]); a != b {
				t.Fatalf("structure\n%s\nbecame\n%s\nin\n%s", a, b, got[i])
			}
		}
		checkGone(t, secrets, masked)
	})
}

// rare are the forms that are found by decoding only. What stands before them
// must not look like the beginning of an escape.
var rare = map[string]bool{"user info": true, "every byte of a URL": true, "JSON in JSON": true, "URL in JSON": true, "base64 in a URL": true}

// secret draws what can be told from chance: not part of the mask, nor able to
// arise from it and its neighbours.
func secret() *rapid.Generator[string] {
	return rapid.OneOf(rapid.StringN(3, 30, -1), rapid.StringMatching(`[ -~]{4,40}`), rapid.StringMatching(`[a-z]{3,6}`)).
		Filter(func(s string) bool {
			return len([]rune(strings.TrimSpace(s))) >= 3 && !strings.ContainsAny(s, "()|") && !strings.Contains(engine.Masked, s)
		})
}

// hide writes secrets into all that users and steps say in the events.
func hide(t *rapid.T, events []engine.Event, hidden func(label string) string) {
	object := func(label string) json.RawMessage {
		data, err := json.Marshal(map[string]any{
			label: hidden(label), hidden(label + "'s key"): []any{1, true, nil, hidden(label), map[string]any{"a": hidden(label)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for _, e := range events {
		switch e := e.(type) {
		case *engine.RunStarted:
			e.Variables, e.Sources[0].Path = object("variables"), hidden("source")
		case *engine.StepStarted:
			e.Arguments = object("arguments")
		case *engine.Log:
			e.Message, e.Fields = hidden("message"), map[string]any{hidden("field"): hidden("field")}
		case *engine.AttemptFinished:
			e.Error.Message, e.Error.Remedy, e.Error.Range.Filename = hidden("message"), hidden("remedy"), hidden("filename")
		case *engine.StepFinished:
			e.Cause, e.Outputs, e.Files[0].Path = hidden("cause"), object("outputs"), hidden("path")
		case *engine.RunFinished:
			e.Outputs, e.Error = object("outputs"), hidden("error")
		}
	}
}

func logOf(t *rapid.T, events []engine.Event, options ...runlog.Option) string {
	var log strings.Builder
	if err := runlog.New(&log, runID, append([]runlog.Option{runlog.WithClock(ticking())}, options...)...).Append(events...); err != nil {
		t.Fatal(err)
	}
	return log.String()
}

// structure is a line with every text taken away.
func structure(t *rapid.T, line string) string {
	d := json.NewDecoder(strings.NewReader(line))
	var out strings.Builder
	for {
		token, err := d.Token()
		if err != nil {
			return out.String()
		}
		switch token := token.(type) {
		case json.Delim:
			out.WriteRune(rune(token))
		case string:
			out.WriteByte('s')
		default:
			data, err := json.Marshal(token)
			if err != nil {
				t.Fatal(err)
			}
			out.Write(data)
		}
	}
}

func checkGone(t *rapid.T, secrets []string, log string) {
	for line := range strings.Lines(log) {
		for _, s := range speechOf(t, line) {
			for _, secret := range secrets {
				for name, form := range forms {
					if text := form(secret); strings.Contains(s, text) {
						t.Fatalf("%s of %q is left in %q", name, secret, s)
					}
				}
			}
		}
	}
}

func speechOf(t *rapid.T, line string) []string {
	out, err := speech([]byte(line))
	if err != nil {
		t.Fatal(err)
	}
	return out
}
