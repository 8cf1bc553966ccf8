package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"dagrun/engine"
	"dagrun/engine/config"
)

// graphFormats are what --format can ask for.
var graphFormats = []string{"dot", "mermaid", "json"}

func (a *app) graphCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "graph PATH",
		Short: "Draw which step of a pipeline needs which",
		Long: "Prints the steps of a pipeline, each block of the file once, and an arrow from each step to\n" +
			"those that need it: for Graphviz (dot), for Mermaid, which GitHub draws in its pages, or as a\n" +
			"JSON object with pipeline, steps (step, type and, of a block with for_each, for_each) and edges\n" +
			"(from, to and, on a cycle, cycle). A block with for_each has for_each below its type.\n\n" +
			"A pipeline that is wrong is drawn as far as it can be read. Arrows that form a cycle are red\n" +
			"and dashed, or say so. What is wrong goes to standard error, and the exit code is 2.",
		Example: "  dagrun graph pipeline.hcl | dot -Tsvg > pipeline.svg",
		Args:    cobra.ExactArgs(1),
	}
	c.Flags().StringVar(&format, "format", "dot", "`format` of the drawing: dot, mermaid or json")
	assignments := addValueFlags(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		if err := engine.OneOf(format, graphFormats); err != nil {
			return usageError{fmt.Errorf("--format: %w", err)}
		}
		return a.graph(args[0], *assignments, format)
	}
	return c
}

func (a *app) graph(path string, assignments values, format string) error {
	o, err := a.configOptions(assignments, "", engine.Manual)
	if err != nil {
		return err
	}
	outline, diags := config.NewOutline(path, o)
	d := drawingOf(outline)
	if len(d.Steps) == 0 && diags.HasErrors() {
		if format == "json" {
			return wrong(a.printJSON(diags, true))
		}
		a.printDiagnostics(diags)
		return exit{exitConfig}
	}
	a.printDiagnostics(diags)
	if err := a.draw(d, format); err != nil {
		return err
	}
	if diags.HasErrors() {
		return exit{exitConfig}
	}
	return nil
}

// wrong is the exit code of a pipeline that is wrong, once that is printed.
func wrong(err error) error {
	if err != nil {
		return err
	}
	return exit{exitConfig}
}

func (a *app) draw(d drawing, format string) error {
	switch format {
	case "json":
		return a.printIndented(d)
	case "mermaid":
		_, err := fmt.Fprint(a.stdout, d.mermaid())
		return err
	}
	_, err := fmt.Fprint(a.stdout, d.dot())
	return err
}

// drawing is the steps of a pipeline and which needs which; as JSON, the output
// of `dagrun graph --format json`.
type drawing struct {
	Schema   string      `json:"schema"`
	Pipeline string      `json:"pipeline"`
	Steps    []drawnStep `json:"steps"` // in file order
	Edges    []drawnEdge `json:"edges"`
}

type drawnStep struct {
	Step    engine.Address `json:"step"`
	Type    string         `json:"type"`
	ForEach bool           `json:"for_each,omitempty"` // it stands for an instance per key
}

// label is what stands in a node: the lines name and type, and a mark where a
// block stands for many instances.
func (s drawnStep) label(escape func(string) string, newline string) string {
	lines := []string{escape(s.Step.Name), escape(s.Type)}
	if s.ForEach {
		lines = append(lines, "for_each")
	}
	return strings.Join(lines, newline)
}

// drawnEdge goes from a step to one that needs it.
type drawnEdge struct {
	From  engine.Address `json:"from"`
	To    engine.Address `json:"to"`
	Cycle bool           `json:"cycle,omitempty"`
}

func drawingOf(o config.Outline) drawing {
	d := drawing{Schema: "dagrun.graph/1", Pipeline: o.Name, Steps: []drawnStep{}, Edges: []drawnEdge{}}
	for _, step := range o.Graph.Steps() {
		d.Steps = append(d.Steps, drawnStep{step, step.Type, o.Repeated[step]})
	}
	for _, e := range o.Graph.Edges() {
		d.Edges = append(d.Edges, drawnEdge{From: e.Needs, To: e.Step, Cycle: e.Cycle})
	}
	return d
}

// dot writes the drawing in the language of Graphviz.
func (d drawing) dot() string {
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace
	var b strings.Builder
	fmt.Fprintf(&b, "digraph \"%s\" {\n  rankdir = LR\n  node [shape = box]\n", quote(d.Pipeline))
	for _, s := range d.Steps {
		fmt.Fprintf(&b, "  \"%s\" [label = \"%s\"]\n", quote(s.Step.String()), s.label(quote, `\n`))
	}
	for _, e := range d.Edges {
		fmt.Fprintf(&b, "  \"%s\" -> \"%s\"", quote(e.From.String()), quote(e.To.String()))
		if e.Cycle {
			b.WriteString(" [color = red, style = dashed]")
		}
		b.WriteString("\n")
	}
	b.WriteString("}\n")
	return b.String()
}

// mermaid writes the drawing in the language of Mermaid. Its names for steps are
// numbers, since words such as end have a meaning there.
func (d drawing) mermaid() string {
	escape := strings.NewReplacer("#", "#35;", "&", "#amp;", `"`, "#quot;", "<", "#lt;", ">", "#gt;").Replace
	number := map[engine.Address]int{}
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i, s := range d.Steps {
		number[s.Step] = i + 1
		fmt.Fprintf(&b, "  s%d[\"%s\"]\n", i+1, s.label(escape, "<br/>"))
	}
	var red []string
	for i, e := range d.Edges {
		arrow := "-->"
		if e.Cycle {
			arrow = "-.->"
			red = append(red, fmt.Sprint(i))
		}
		fmt.Fprintf(&b, "  s%d %s s%d\n", number[e.From], arrow, number[e.To])
	}
	if len(red) > 0 {
		fmt.Fprintf(&b, "  linkStyle %s stroke:red\n", strings.Join(red, ","))
	}
	return b.String()
}
