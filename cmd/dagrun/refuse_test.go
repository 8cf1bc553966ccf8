package main

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"dagrun/steps"
)

// TestAWrongCommandLineIsToldInJSONWhereThatIsAsked tries what every command
// with JSON output gets wrong: a program finds one object on standard output,
// and nothing else.
func TestAWrongCommandLineIsToldInJSONWhereThatIsAsked(t *testing.T) {
	schema := schemaOfValidate(t)
	tried := 0
	for _, c := range commandTree() {
		if c.Flags().Lookup("json") == nil {
			continue
		}
		tried++
		for _, wrong := range [][]string{
			{"--json", "--nope"}, {"--nope", "--json=true"}, {"--json", "a", "b", "c", "--nope=x"}, {"--json", "--state-dir"},
		} {
			isOneObject(t, schema, append(words(c), wrong...))
		}
	}
	if tried < 8 {
		t.Errorf("only %d commands have --json", tried)
	}
	for _, wrong := range [][]string{
		{"rnu", "--json"}, {"--json"}, {"cron", "nxet", "--json"}, {"validate", "--format", "json", "--nope"}, {"validate", "--format=json"},
		{"graph", "--format", "json"}, {"run", "--json"}, {"run", "--json", "--trigger", "cro", "p.hcl"}, {"runs", "--json", "--limit", "-1"},
		{"plan", "--json", "--date", "2026-11-20", "--resume", "p.hcl"}, {"logs", "--json", "--step", "x", "latest"},
		{"show", "--json", "--state-dir", "missing", "latest"}, {"run", "--json", "missing.hcl"}, {"plan", "--json", "missing.hcl"},
		{"cron", "next", "--json", "missing.hcl"}, {"graph", "--format", "json", "missing.hcl"},
		{"backfill", "--json", "--from", "2026-11-20", "--to", "2026-11-21", "missing.hcl"},
	} {
		isOneObject(t, schema, wrong)
	}
}

func isOneObject(t *testing.T, schema *jsonschema.Schema, args []string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(args, &stdout, &stderr, steps.All()); code != exitConfig {
		t.Errorf("%v: got exit code %d, want %d", args, code, exitConfig)
	}
	if stderr.Len() > 0 {
		t.Errorf("%v: got %q on standard error", args, stderr.String())
	}
	if slices.Contains(streams, args[0]) && bytes.Count(stdout.Bytes(), []byte("\n")) != 1 {
		t.Errorf("%v: got more than a line:\n%s", args, stdout.String())
	}
	dec := json.NewDecoder(&stdout)
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		t.Errorf("%v: %v", args, err)
		return
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%v: %v", args, err)
	}
	if err := dec.Decode(&value); err != io.EOF {
		t.Errorf("%v: there is more than one object", args)
	}
}

func TestAWrongCommandLineIsToldInWordsWhereJSONIsNotAsked(t *testing.T) {
	for _, args := range [][]string{
		{"run", "--json=false", "--nope"}, {"validate", "--format", "text", "--nope"}, {"run", "--var", "--json", "--nope"},
		{"run", "--nope", "--", "--json"}, {"validate", "--format", "junit"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(args, &stdout, &stderr, steps.All())
		if code != exitConfig || stdout.Len() > 0 || !bytes.Contains(stderr.Bytes(), []byte("Error: Wrong command line")) {
			t.Errorf("%v: got exit code %d, %q, %q", args, code, stdout.String(), stderr.String())
		}
	}
}
