package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"dagrun/steps"
)

// jsonOutput is what a command prints to standard output that fails as the
// command line or the configuration is wrong, and prints nothing else.
func jsonOutput(t *testing.T, args ...string) []byte {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(args, &stdout, &stderr, withWait(steps.All())); code != exitOK && code != exitConfig {
		t.Errorf("%v: got exit code %d", args, code)
	}
	if stderr.Len() > 0 {
		t.Errorf("%v: got %q on standard error", args, stderr.String())
	}
	return stdout.Bytes()
}

func schemaOfValidate(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(jsonOutput(t, "schema", "validate")))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("validate.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("validate.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// outputsOfValidate are outputs for everything that the loader's tests know to
// be wrong, for pipelines that are right, and for wrong command lines.
func outputsOfValidate(t *testing.T) map[string][]byte {
	t.Helper()
	broken, err := filepath.Glob("../../engine/config/testdata/broken/*.hcl")
	if err != nil || len(broken) == 0 {
		t.Fatalf("no broken pipelines: %v", err)
	}
	right, err := filepath.Glob("../../pipelines/*.hcl")
	if err != nil || len(right) == 0 {
		t.Fatalf("no pipelines: %v", err)
	}
	outputs := map[string][]byte{
		"all at once":   jsonOutput(t, append([]string{"validate", "--json"}, broken...)...),
		"no such file":  jsonOutput(t, "validate", "--json", "missing.hcl"),
		"no such flag":  jsonOutput(t, "plan", "--json", "--nope", "p.hcl"),
		"a flag's name": jsonOutput(t, "validate", "--format", "json", "--nope", "p.hcl"),
	}
	for _, file := range append(broken, right...) {
		outputs[filepath.Base(file)] = jsonOutput(t, "validate", "--json", file)
	}
	return outputs
}

func TestValidateJSONIsAsItsSchemaSays(t *testing.T) {
	schema := schemaOfValidate(t)
	for name, out := range outputsOfValidate(t) {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
		if err == nil {
			err = schema.Validate(value)
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestTheSchemaOfValidateRefusesWhatIsNotOfTheFormat(t *testing.T) {
	schema := schemaOfValidate(t)
	for _, text := range []string{
		`{}`,
		`{"format_version":"1.0","valid":true,"error_count":1,"warning_count":0,"diagnostics":[]}`,
		`{"format_version":"1.0","valid":false,"error_count":0,"warning_count":0,"diagnostics":[]}`,
		`{"format_version":"1.0","valid":true,"error_count":0,"warning_count":0,"diagnostics":[],"more":1}`,
		`{"format_version":"1.0","valid":true,"error_count":0,"warning_count":1,"diagnostics":[{"severity":"warn","summary":"s","detail":""}]}`,
	} {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(text)))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(value) == nil {
			t.Errorf("%s passes", text)
		}
	}
}

// TestValidateJSONIsReadAsTerraformsOutput reads with the types that programs
// use for Terraform's output, which know every field, and loses nothing.
func TestValidateJSONIsReadAsTerraformsOutput(t *testing.T) {
	for name, out := range outputsOfValidate(t) {
		var got tfjson.ValidateOutput
		dec := json.NewDecoder(bytes.NewReader(out))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&got); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := got.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		again, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(untyped(t, out), untyped(t, again)); diff != "" {
			t.Errorf("%s: something is lost:\n%s", name, diff)
		}
	}
}

func untyped(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
