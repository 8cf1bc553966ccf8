package config

import "dagrun/engine"

// Words lists the functions of the language and the settings of each kind of
// block, for tests of the page about it.
func Words() map[string][]string {
	s := newScope(&loader{pipeline: &Pipeline{}})
	return map[string][]string{
		"functions": sortedKeys(s.functions()),
		"pipeline":  fieldNames(earlyFields, lateFields),
		"step":      append(fieldNames(stepFields), "depends_on", "if", "for_each", "precondition", "postcondition"),
		"variable":  append(fieldNames(variableFields), "type", "default", "validation"),
		"output":    append(fieldNames(outputFields), "value"),
		"retry":     fieldNames(engine.FindField(stepFields, "retry").Block),
		"keep":      fieldNames(engine.FindField(lateFields, "keep").Block),
	}
}
