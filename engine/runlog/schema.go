package runlog

import (
	"bytes"
	_ "embed" // the schema
)

//go:embed runlog.schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of one line of a run log. It names
// every field that this version writes, and allows no other, so that a log
// which passes holds nothing undocumented. A newer minor version may add fields
// and events: programs that read logs pass over what they do not know, and
// check against the schema of the version that wrote the log.
func Schema() []byte { return bytes.Clone(schema) }
