package config

import (
	"dagrun/engine"
	"dagrun/engine/graph"
)

// Outline is what can be said of a pipeline that may be wrong: enough to draw
// it, or to complete a name.
type Outline struct {
	Name      string                  // empty when the pipeline has no name that could be read
	Graph     *graph.Graph            // of the blocks of steps; it has no steps when the file does not parse
	Instances []engine.Address        // of blocks with for_each, as far as they are known
	Repeated  map[engine.Address]bool // blocks with for_each
	Variables []string                // names, sorted
}

// NewOutline reads a pipeline as Load does, and gives its outline also when
// there are errors among the diagnostics, such as a cycle.
func NewOutline(path string, o Options) (Outline, engine.Diagnostics) {
	p, diags := read(path, o)
	outline := Outline{Name: p.Name, Graph: p.Graph, Variables: sortedKeys(p.Variables), Repeated: map[engine.Address]bool{}}
	for _, b := range p.Blocks {
		if b.forEach != nil {
			outline.Repeated[b.Address] = true
		}
	}
	for _, step := range p.Steps {
		if step.Address.Keyed {
			outline.Instances = append(outline.Instances, step.Address)
		}
	}
	return outline, diags
}
