// Package runlogtest checks whole run logs: every line against the JSON Schema,
// and the lines together against the rules that no schema can state. Only tests
// import it.
package runlogtest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"dagrun/engine/runlog"
)

// Validate fails the test for everything that is wrong with a log.
func Validate(t testing.TB, log []byte) {
	t.Helper()
	if err := Check(log); err != nil {
		t.Errorf("the run log breaks its contract:\n%v\nThe log:\n%s", err, log)
	}
}

// Check lists what is wrong with a log. Each line is an event as the schema
// describes it. The first is run_started, the last run_finished, and both occur
// once; seq counts the lines and run_id is the same in all. A step that started
// finishes exactly once, none finishes twice, its attempts are numbered, do not
// overlap and all end, and what it says it says during an attempt. The last line
// counts the steps rightly, and names those of a crashed run that were at work.
func Check(log []byte) error {
	var wrong []error
	for i, line := range bytes.Split(bytes.TrimSuffix(log, []byte("\n")), []byte("\n")) {
		if err := CheckLine(line); err != nil {
			wrong = append(wrong, fmt.Errorf("line %d: %w", i+1, err))
		}
	}
	if !bytes.HasSuffix(log, []byte("\n")) {
		wrong = append(wrong, errors.New("the last line has no end"))
	}
	b := newBook()
	for e, err := range runlog.Read(bytes.NewReader(log)) {
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		b.enter(e)
	}
	b.close()
	return errors.Join(append(wrong, b.wrong...)...)
}

// CheckLine checks one line against the schema.
func CheckLine(line []byte) error {
	schema, err := compiled()
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(runlog.Schema()))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("runlog.schema.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("runlog.schema.json")
})
