package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"dagrun/engine"
	"dagrun/engine/graph"
)

// Options are what Load needs to know beside the path.
type Options struct {
	Types *engine.Registry
	Run   Run
	// Assignments are the values and files of values given on the command
	// line, in that order.
	Assignments []Assignment
	// LookupEnv reads the environment; os.LookupEnv in a program.
	LookupEnv func(name string) (string, bool)
	// Secret is told every text that must not be shown. It may be nil.
	Secret func(text string)
	// World, unless it is nil, has Load look whether a pipeline that is right
	// finds what it needs outside its file.
	World *World
}

// Load reads and checks a pipeline: that of one file, or of a folder, whose
// *.hcl and *.hcl.json files (not those of values) are one pipeline together.
// The pipeline is nil when there is an error among the diagnostics; all of them
// are reported, in file order: files by name.
func Load(path string, o Options) (*Pipeline, engine.Diagnostics) {
	p, diags := read(path, o)
	if diags.HasErrors() {
		return nil, diags
	}
	return p, diags
}

// read gives what there is of a pipeline, also when there are errors.
func read(path string, o Options) (*Pipeline, engine.Diagnostics) {
	if o.Secret == nil {
		o.Secret = func(string) {}
	}
	l := &loader{
		Options: o, path: path, parser: hclparse.NewParser(), broken: map[string]bool{},
		pipeline: &Pipeline{Run: o.Run, Graph: graph.New()},
	}
	diags := explain(explainDynamic(l.load()))
	l.pipeline.sources = sources{files: l.parser.Files(), broken: l.broken, secret: secretNames(o.Types, l.secrets)}
	l.pipeline.diagnose = l.pipeline.sources.diagnostics
	return l.pipeline, l.pipeline.diagnose(diags)
}

// secretNames tells whether an attribute holds a secret, by its name: one that
// a step type declares sensitive, one that is spelt almost so, one that says it
// as the names of environment variables do, or a sensitive variable.
func secretNames(types *engine.Registry, variables []string) func(string) bool {
	var sensitive []string
	for _, t := range types.Types() {
		for _, f := range t.Args {
			if f.Sensitive {
				sensitive = append(sensitive, f.Name)
			}
		}
	}
	return func(name string) bool {
		return LooksSecret(name) || engine.Nearest(name, sensitive) != "" || slices.Contains(variables, name)
	}
}

// loader holds what the phases of a load share.
type loader struct {
	Options
	path     string // as it was given
	folder   string // of the pipeline's files
	whole    bool   // all pipeline files of the folder are read, not one
	parser   *hclparse.Parser
	broken   map[string]bool // files that could not be parsed
	secrets  []string        // names of sensitive variables
	pipeline *Pipeline
	blocks   map[string][]*hcl.Block // by type, in file order
	dotenv   map[string]string
}

// load goes through the phases. One that finds errors leaves behind what the
// next need to find theirs.
func (l *loader) load() hcl.Diagnostics {
	diags := l.parse()
	if diags.HasErrors() && l.blocks == nil {
		return diags
	}
	diags = append(diags, l.earlySettings()...)
	diags = append(diags, l.declareFunctions()...)
	diags = append(diags, l.declareVariables()...)
	diags = append(diags, l.declareLocals()...)
	diags = append(diags, l.settings()...)
	diags = append(diags, l.declareSteps()...)
	diags = append(diags, l.declareOutputs()...)
	diags = append(diags, l.connect()...)
	diags = append(diags, l.checkValues()...)
	if l.World == nil || diags.HasErrors() {
		return diags
	}
	return append(diags, l.checkWorld()...)
}

// parse reads the files and sorts their blocks. After errors of syntax there are
// none: what follows would mostly be consequences.
func (l *loader) parse() hcl.Diagnostics {
	files, diags := l.findFiles()
	l.pipeline.Dir = l.dir()
	var bodies []hcl.Body
	for _, path := range files {
		body, more := l.parseFile(path)
		diags = append(diags, more...)
		bodies = append(bodies, body)
	}
	if diags.HasErrors() {
		return diags
	}
	l.blocks = map[string][]*hcl.Block{}
	for _, body := range bodies {
		content, more := body.Content(fileSchema)
		diags = append(diags, suggest(more, blockTypes)...)
		for _, b := range content.Blocks {
			l.blocks[b.Type] = append(l.blocks[b.Type], b)
		}
	}
	return append(diags, l.onePipeline(files)...)
}

// parseFile reads one file of the pipeline, which becomes one of its sources.
func (l *loader) parseFile(path string) (hcl.Body, hcl.Diagnostics) {
	src, err := os.ReadFile(path) //nolint:gosec // the path is what the user says
	if err != nil {
		return nil, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Pipeline not readable",
			Detail: fmt.Sprintf("Cannot read %s: %v. Check its permissions.", path, unwrapPath(err))}}
	}
	sum := sha256.Sum256(src)
	l.pipeline.Sources = append(l.pipeline.Sources, engine.Source{Path: path, SHA256: hex.EncodeToString(sum[:])})
	return l.parseText(src, path)
}

// parseText parses a file's text by its name: JSON syntax, or HCL's own.
func (l *loader) parseText(src []byte, path string) (hcl.Body, hcl.Diagnostics) {
	if !isJSON(path) {
		file, diags := l.parser.ParseHCL(src, path)
		l.broken[path] = diags.HasErrors()
		return file.Body, diags
	}
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf")) // a mark of the encoding; the native syntax takes it as well
	file, diags := l.parser.ParseJSON(src, path)
	if l.broken[path] = diags.HasErrors(); l.broken[path] {
		diags = explainJSON(src, path, diags)
	}
	return jsonBody{file.Body, newJSONText(src)}, diags
}

func isJSON(path string) bool { return strings.HasSuffix(path, jsonEnding) }

func unwrapPath(err error) error {
	if pe, ok := err.(*os.PathError); ok { //nolint:errorlint // straight from package os
		return pe.Err
	}
	return err
}

func isName(text string) bool { return hclsyntax.ValidIdentifier(text) }

func place(r hcl.Range) string { return rangeOf(r).String() }

func invalidName(b *hcl.Block, label int, what string) *hcl.Diagnostic {
	return problem(b.LabelRanges[label], "Invalid name",
		"%q is no name for this %s: a name starts with a letter or underscore and has letters, digits, underscores and dashes.",
		b.Labels[label], what)
}

// unique reports labels that are no names, and blocks that repeat one.
func unique(blocks []*hcl.Block, what string) hcl.Diagnostics {
	var diags hcl.Diagnostics
	first := map[string]*hcl.Block{}
	for _, b := range blocks {
		last := len(b.Labels) - 1
		if !isName(b.Labels[last]) {
			diags = append(diags, invalidName(b, last, what))
		}
		key := fmt.Sprint(b.Labels)
		if before := first[key]; before != nil {
			diags = append(diags, problem(b.DefRange, "Duplicate "+what,
				"There is another %s of this name at %s. Rename one of them, or take one out.", what, place(before.DefRange)))
			continue
		}
		first[key] = b
	}
	return diags
}

// dir is the absolute folder of the pipeline's files.
func (l *loader) dir() string {
	dir, err := filepath.Abs(l.folder)
	if err != nil {
		return l.folder
	}
	return dir
}

func cycleProblem(cycle *graph.CycleError, at hcl.Range) *hcl.Diagnostic {
	if len(cycle.Path) == 1 {
		return problem(at, "Step needs itself",
			"%s refers to itself. Only a postcondition can, as self.", cycle.Path[0].Step)
	}
	detail := "These steps need each other in a circle, so none can start:"
	for _, d := range cycle.Path {
		detail += fmt.Sprintf("\n  %s needs %s (%s)", d.Step, d.Needs, d.At)
	}
	return problem(at, "Cycle of steps", "%s\nTake one of these references out.", detail)
}

// checkValues evaluates everything with what is known before a run.
func (l *loader) checkValues() hcl.Diagnostics {
	p, s := l.pipeline, l.pipeline.scope
	var diags hcl.Diagnostics
	uses := &fileUses{pipeline: p}
	for _, b := range p.ordered() {
		diags = append(diags, checkRule(b)...)
		diags = append(diags, s.checkBlock(b, uses)...)
	}
	diags = append(diags, s.checkLocals()...)
	diags = append(diags, s.checkOutputs(p.outputs)...)
	if diags.HasErrors() {
		return append(diags, uses.conflicts()...)
	}
	return append(diags, uses.inFileOrder().conflicts()...)
}

var fileSchema = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
	{Type: "pipeline", LabelNames: []string{"name"}},
	{Type: "variable", LabelNames: []string{"name"}},
	{Type: "locals"},
	{Type: "step", LabelNames: []string{"type", "name"}},
	{Type: "output", LabelNames: []string{"name"}},
	{Type: "function", LabelNames: []string{"name"}},
}}
