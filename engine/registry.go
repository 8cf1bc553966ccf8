package engine

import (
	"fmt"
	"slices"
)

// Registry is the set of step types that a program offers, in a fixed order.
type Registry struct {
	types  []*StepType
	byName map[string]*StepType
}

// NewRegistry makes a registry of the given types. Two types of one name are
// an error of the program: it panics.
func NewRegistry(types ...*StepType) *Registry {
	r := &Registry{types: slices.Clone(types), byName: map[string]*StepType{}}
	for _, t := range types {
		if r.byName[t.Name] != nil {
			panic(fmt.Sprintf("step type %q is registered twice", t.Name))
		}
		r.byName[t.Name] = t
	}
	return r
}

// Lookup finds a type by name; nil when there is none.
func (r *Registry) Lookup(name string) *StepType { return r.byName[name] }

// Types lists the types in the order they were registered.
func (r *Registry) Types() []*StepType { return slices.Clone(r.types) }

// Names lists the names in the same order.
func (r *Registry) Names() []string {
	names := make([]string, len(r.types))
	for i, t := range r.types {
		names[i] = t.Name
	}
	return names
}
