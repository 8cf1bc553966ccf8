package runlog_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/runlog"
	"dagrun/engine/runlog/runlogtest"
)

func TestJSONIsMaskedWhereUsersAndStepsSpeak(t *testing.T) {
	for name, c := range map[string]struct{ secret, in, want string }{
		"values":    {"hunter22", `{"arguments":{"a":["hunter22",{"b":"x hunter22"}],"n":1}}`, `{"arguments":{"a":["(sensitive)",{"b":"x (sensitive)"}],"n":1}}`},
		"keys":      {"hunter22", `{"fields":{"a hunter22":{"hunter22":true}}}`, `{"fields":{"a (sensitive)":{"(sensitive)":true}}}`},
		"same keys": {"hunter22", `{"outputs":{"(sensitive)":1,"hunter22":2,"hunter22":3}}`, `{"outputs":{"(sensitive)":1,"(sensitive) 2":2,"(sensitive) 3":3}}`},
		"late keys": {"hunter22", `{"outputs":{"hunter22":2,"(sensitive)":1}}`, `{"outputs":{"(sensitive)":2,"(sensitive) 2":1}}`},
		"texts":     {"hunter22", `{"event":"log","message":"hunter22","cause":"hunter22","host":"hunter22"}`, `{"event":"log","message":"(sensitive)","cause":"(sensitive)","host":"(sensitive)"}`},
		"an error": {
			"hunter22",
			`{"error":{"code":"hunter22","message":"hunter22","remedy":"hunter22","argument":"h[\"hunter22\"]","range":{"filename":"hunter22"}}}`,
			`{"error":{"code":"hunter22","message":"(sensitive)","remedy":"(sensitive)","argument":"h[\"(sensitive)\"]","range":{"filename":"(sensitive)"}}}`,
		},
		"a run's error": {"hunter22", `{"error":"hunter22"}`, `{"error":"(sensitive)"}`},
		"files":         {"hunter22", `{"files":[{"path":"/hunter22/a","role":"hunter22"}]}`, `{"files":[{"path":"/(sensitive)/a","role":"hunter22"}]}`},
		"escapes":       {"a\"\\\n", `{"message":"<a\"\\\n>"}`, `{"message":"<(sensitive)>"}`},
		"escaped keys":  {"hunter22", `{"argume\u006ets":{"\u0068unter22":1},"t\u0079pe":"hunter22"}`, `{"argume\u006ets":{"(sensitive)":1},"t\u0079pe":"hunter22"}`},
		"white space":   {"hunter22", " { \"message\" : \"hunter22\" , \"fields\" : { } , \"x\" : [ ] } \n", " { \"message\" : \"(sensitive)\" , \"fields\" : { } , \"x\" : [ ] } \n"},
		"the envelope": {
			"step",
			`{"event":"step_started","run_id":"step","step":"step.step.step","type":"step","steps":{"step":1},"at_work":[{"step":"step.step.step","attempt":1}],"arguments":{"step":"step"}}`,
			`{"event":"step_started","run_id":"step","step":"step.step.step","type":"step","steps":{"step":1},"at_work":[{"step":"step.step.step","attempt":1}],"arguments":{"(sensitive)":"(sensitive)"}}`,
		},
		"a later version's field": {"hunter22", `{"news":{"hunter22":"hunter22"}}`, `{"news":{"(sensitive)":"(sensitive)"}}`},
		"no line":                 {"hunter22", `["hunter22",{"step":"kept"}]`, `["(sensitive)",{"step":"kept"}]`},
		"no JSON":                 {"hunter22", `{"step":"hunter22"`, `{"step":"(sensitive)"`},
		"a URL":                   {"none", `{"message":"https://a:b@c","step":"https://a:b@c"}`, `{"message":"https://a:(sensitive)@c","step":"https://a:b@c"}`},
		"a number":                {"12345", `{"fields":{"n":12345,"s":"12345"}}`, `{"fields":{"n":12345,"s":"(sensitive)"}}`},
	} {
		if got := string(redactor(c.secret).JSON([]byte(c.in))); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestALineWithoutSecretsIsLeftAlone(t *testing.T) {
	r := redactor("hunter22")
	for line := range strings.Lines(record(t, everyEvent())) {
		in := []byte(line)
		if out := r.JSON(in); &out[0] != &in[0] {
			t.Errorf("a copy was made of %s", line)
		}
	}
}

// Secrets that are words of the format leave a log that still keeps the format.
func TestSecretsThatAreWordsOfTheFormatDoNotBreakIt(t *testing.T) {
	events := aRun()
	words := []string{
		"step", "event", "run_started", "succeeded", "2024", "2024-06-15T08:00", "attempt", "csv_resample", "step.csv_resample.clean",
		runID, runID[:8], "manual", "result", "seq", "dagrun.runlog/1", "000", "true", "null", "temperature", "duration_ms",
	}
	log := record(t, events, runlog.WithRedactor(redactor(words...)))
	runlogtest.Validate(t, []byte(log))
	if diff := cmp.Diff(record(t, aRun()), log); diff != "" {
		t.Errorf("(-without secrets +with):\n%s", diff)
	}
}

// speech gives every text and key of a line that is not part of the format.
func speech(line []byte) ([]string, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber() // some numbers are too large for Go
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	fixed := map[string]bool{
		".code": true, ".role": true, ".sha256": true, ".time": true, ".event": true, ".run_id": true, ".schema": true, ".version": true,
		".pipeline": true, ".logical_time": true, ".trigger": true, ".resumed_from": true, ".resumed_runs": true, ".targets": true, ".exclusions": true, ".step": true, ".type": true, ".level": true,
		".decision.reason": true, ".decision.run": true, ".fingerprint": true, ".files.state": true,
		".result": true, ".reason": true, ".steps": true, ".at_work": true, ".seq": true, ".pid": true, ".attempt": true, ".retryable": true,
	}
	objects := map[string]bool{"": true, ".error": true, ".error.range": true, ".files": true, ".sources": true}
	var out []string
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case []any:
			for _, e := range v {
				walk(path, e)
			}
		case map[string]any:
			for k, e := range v {
				switch {
				case !objects[path]:
					out = append(out, k)
					walk(path+".*", e)
				case path == ".error.range" && (k == "start" || k == "end"):
				case fixed["."+k] && (path == "" || k == "code" || k == "role" || k == "sha256" || k == "retryable"):
				default:
					walk(path+"."+k, e)
				}
			}
		}
	}
	walk("", v)
	return out, nil
}

func FuzzRedactorJSON(f *testing.F) {
	for line := range strings.Lines(record(f, everyEvent())) {
		f.Add([]byte(line), "a@example.com")
	}
	f.Add([]byte(`{"arguments":{"a\\b":"\ud800\u0061bc","":""},"x":[{},[],"%61bc"]}`), "abc")
	f.Add([]byte(`["abc","step",{"abc":"abc"}]`), "step")
	f.Add([]byte(`{"message":"\\u0061bc \\\\u0061bc"}`), "abc")
	f.Fuzz(func(t *testing.T, line []byte, secret string) {
		out := redactor(secret).JSON(line)
		if utf8.RuneCountInString(secret) < 3 || strings.ContainsAny(secret, "()") || strings.Contains(engine.Masked, secret) {
			secret = "\x00 no text has this \x00"
		}
		if !json.Valid(line) {
			if strings.Contains(string(out), secret) {
				t.Fatalf("%q is left in %s", secret, out)
			}
			return
		}
		if !json.Valid(out) {
			t.Fatalf("no JSON any more: %s\nit was: %s", out, line)
		}
		said, err := speech(out)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range said {
			if strings.Contains(s, secret) {
				t.Fatalf("%q is left in %q", secret, s)
			}
		}
	})
}
