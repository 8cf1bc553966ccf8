package runlog_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/runlog"
	"dagrun/engine/runlog/runlogtest"
)

// node is a part of the schema.
type node map[string]any

func (n node) at(keys ...string) node {
	for _, k := range keys {
		next, ok := n[k].(map[string]any)
		if !ok {
			return nil
		}
		n = next
	}
	return n
}

func (n node) strings(key string) []string {
	var out []string
	list, _ := n[key].([]any)
	for _, v := range list {
		out = append(out, fmt.Sprint(v))
	}
	slices.Sort(out)
	return out
}

func schemaRoot(t *testing.T) node {
	t.Helper()
	var root node
	if err := json.Unmarshal(runlog.Schema(), &root); err != nil {
		t.Fatal(err)
	}
	return root
}

// comparer holds Go types against the schema, path by path.
type comparer struct {
	*testing.T

	root node
}

func (c comparer) resolve(n node) node {
	if ref, ok := n["$ref"].(string); ok {
		return c.root.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	}
	return n
}

func TestEveryFieldStandsInTheSchemaAndNoOther(t *testing.T) {
	c := comparer{T: t, root: schemaRoot(t)}
	kinds := []string{}
	for _, e := range everyEvent() {
		kinds = append(kinds, e.Kind())
		n := c.root.at("$defs", e.Kind())
		if n == nil {
			t.Errorf("%s is not in the schema", e.Kind())
			continue
		}
		c.object(e.Kind(), reflect.TypeOf(e).Elem(), n)
		if got := n.at("properties", "event")["const"]; got != e.Kind() {
			t.Errorf("%s: its event is %v", e.Kind(), got)
		}
	}
	slices.Sort(kinds)
	if diff := cmp.Diff(kinds, c.root.at("properties", "event").strings("enum")); diff != "" {
		t.Errorf("events (-Go +schema):\n%s", diff)
	}
}

// object compares a struct.
func (c comparer) object(path string, typ reflect.Type, n node) {
	fields, required := map[string]reflect.Type{}, []string{}
	collect(typ, fields, &required)
	slices.Sort(required)
	properties := n.at("properties")
	if diff := cmp.Diff(slices.Sorted(maps.Keys(fields)), slices.Sorted(maps.Keys(properties))); diff != "" {
		c.Errorf("%s: fields (-Go +schema):\n%s", path, diff)
		return
	}
	if diff := cmp.Diff(required, n.strings("required")); diff != "" {
		c.Errorf("%s: required (-Go +schema):\n%s", path, diff)
	}
	if n["additionalProperties"] != false {
		c.Errorf("%s allows fields that are not listed", path)
	}
	for name, field := range fields {
		c.value(path+"."+name, field, c.resolve(properties.at(name)))
	}
}

// collect lists a struct's fields by their names in JSON, those of embedded
// structs included, and the names of those that are never left out.
func collect(typ reflect.Type, fields map[string]reflect.Type, required *[]string) {
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			collect(f.Type, fields, required)
		case name != "-":
			fields[name] = f.Type
			if options != "omitempty" {
				*required = append(*required, name)
			}
		}
	}
}

func (c comparer) value(path string, typ reflect.Type, n node) {
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	want := "object"
	switch {
	case typ == reflect.TypeFor[json.RawMessage]() || typ.Kind() == reflect.Map:
	case typ == reflect.TypeFor[engine.Milliseconds]():
		want = "number"
	case typ == reflect.TypeFor[engine.Timestamp]() || typ == reflect.TypeFor[time.Time]() || typ == reflect.TypeFor[engine.Address]():
		want = "string"
	case typ.Kind() == reflect.Struct:
		c.object(path, typ, n)
	case typ.Kind() == reflect.Slice:
		want = "array"
		c.value(path+"[]", typ.Elem(), c.resolve(n.at("items")))
	case typ.Kind() == reflect.String:
		c.vocabulary(path, typ, n)
		want = "string"
	case typ.Kind() == reflect.Bool:
		want = "boolean"
	default:
		want = "integer"
	}
	if got := kindOf(n); got != want {
		c.Errorf("%s: the schema wants %s, Go writes %s", path, got, want)
	}
}

// kindOf is the type that a node asks for, by name or by example.
func kindOf(n node) any {
	example := n["const"]
	if list, ok := n["enum"].([]any); ok {
		example = list[0]
	}
	switch example.(type) {
	case string:
		return "string"
	case float64:
		return "integer"
	}
	return n["type"]
}

// vocabulary compares the constants of a named string type with an enum.
func (c comparer) vocabulary(path string, typ reflect.Type, n node) {
	words := constants(c.T, typ.Name())
	if typ.Name() == "string" || len(words) == 0 {
		return
	}
	if diff := cmp.Diff(words, n.strings("enum")); diff != "" {
		c.Errorf("%s: words (-Go +schema):\n%s", path, diff)
	}
}

// constants reads the values of a type's constants off the source of package
// engine.
func constants(t *testing.T, typ string) (values []string) {
	t.Helper()
	for _, name := range []string{"../event.go", "../attempt.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if ident, ok := spec.Type.(*ast.Ident); ok && ident.Name == typ {
				for _, v := range spec.Values {
					value, err := strconv.Unquote(v.(*ast.BasicLit).Value)
					if err != nil {
						t.Fatal(err)
					}
					values = append(values, value)
				}
			}
			return true
		})
	}
	slices.Sort(values)
	return values
}

func TestTheResultsOfStepsAreCountedByTheirNames(t *testing.T) {
	got := schemaRoot(t).at("$defs", "run_finished", "properties", "steps", "propertyNames").strings("enum")
	if diff := cmp.Diff(constants(t, "StepResult"), got); diff != "" {
		t.Errorf("(-Go +schema):\n%s", diff)
	}
}

func TestEveryEventPassesTheSchema(t *testing.T) {
	for _, events := range [][]engine.Event{everyEvent(), aRun(), died()} {
		for line := range strings.Lines(record(t, events)) {
			if err := runlogtest.CheckLine([]byte(line)); err != nil {
				t.Errorf("%v\n%s", err, line)
			}
		}
	}
}

func TestWrongLinesAreRefused(t *testing.T) {
	lines := map[string]string{}
	for line := range strings.Lines(record(t, everyEvent())) {
		var head engine.Header
		if err := json.Unmarshal([]byte(line), &head); err != nil {
			t.Fatal(err)
		}
		lines[head.Event] = line
	}
	for name, c := range map[string]struct{ event, old, new string }{
		"no event":              {"log", `"event":"log",`, ``},
		"an unknown event":      {"log", `"event":"log"`, `"event":"lag"`},
		"another event's":       {"log", `"event":"log"`, `"event":"progress"`},
		"an unknown field":      {"log", `"level"`, `"colour":"red","level"`},
		"a missing field":       {"attempt_started", `,"attempt":1`, ``},
		"an unknown level":      {"log", `"warn"`, `"warning"`},
		"seq zero":              {"log", `"seq":4`, `"seq":0`},
		"a local time":          {"log", `Z","seq"`, `+02:00","seq"`},
		"milliseconds":          {"log", `.123456Z`, `.123Z`},
		"no time at all":        {"log", `"2024-06-15T`, `"2024-13-45T`},
		"an address of no step": {"log", `"step.smtp.mail[\"a \\\"quoted\\\" key\"]"`, `"smtp.mail"`},
		"attempt zero":          {"log", `"attempt":1`, `"attempt":0`},
		"fields in a list":      {"log", `"fields":{"host":"h","n":3.5}`, `"fields":[]`},
		"another format":        {"run_started", `dagrun.runlog/1`, `dagrun.runlog/2`},
		"a second start":        {"run_started", `"seq":1`, `"seq":2`},
		"an unknown trigger":    {"run_started", `"cron"`, `"crontab"`},
		"variables in a list":   {"run_started", `"variables":{"probe":"probe1","n":[1,2.5,null]}`, `"variables":[]`},
		"a hash in capitals":    {"run_started", hash, strings.ToUpper(hash)},
		"no logical time":       {"run_started", `"logical_time":"2024-06-15T10`, `"logical_time":"2024-06-15 10`},
		"a failure without why": {"attempt_finished", `"error":`, `"message":`},
		"a success with why":    {"attempt_finished", `"result":"failed"`, `"result":"succeeded"`},
		"an unknown outcome":    {"attempt_finished", `"result":"failed"`, `"result":"skipped"`},
		"a code of two words":   {"attempt_finished", `"smtp_refused"`, `"SMTP refused"`},
		"an unknown part":       {"attempt_finished", `"retryable"`, `"cause":"x","retryable"`},
		"a range without end":   {"attempt_finished", `,"end":{"line":3,"column":9,"byte":64}`, ``},
		"a negative pause":      {"attempt_finished", `"retry_in_ms":2100`, `"retry_in_ms":-1`},
		"an unknown result":     {"step_finished", `"result":"failed"`, `"result":"crashed"`},
		"an unknown reason":     {"step_finished", `"timeout"`, `"weather"`},
		"a skip with outputs":   {"step_finished", `"result":"failed"`, `"result":"skipped"`},
		"an unknown role":       {"step_finished", `"exclusive"`, `"shared"`},
		"half a row":            {"step_finished", `"rows_in":1`, `"rows_in":0.5`},
		"a run reused":          {"run_finished", `"result":"failed"`, `"result":"reused"`},
		"steps that crashed":    {"run_finished", `{"failed":1}`, `{"crashed":1}`},
		"a minus of steps":      {"run_finished", `{"failed":1}`, `{"failed":-1}`},
		"at work without crash": {"run_finished", `"error":`, `"at_work":[{"step":"step.a.b"}],"error":`},
		"no object":             {"progress", lines["progress"], `["progress"]`},
	} {
		line := strings.Replace(lines[c.event], c.old, c.new, 1)
		if line == lines[c.event] {
			t.Errorf("%s: %s has no %s", name, lines[c.event], c.old)
		}
		if err := runlogtest.CheckLine([]byte(line)); err == nil {
			t.Errorf("%s passes: %s", name, line)
		}
	}
}

func TestTheSchemaIsACopy(t *testing.T) {
	runlog.Schema()[0] = 'x'
	if !json.Valid(runlog.Schema()) {
		t.Error("a caller changed the schema")
	}
}
