package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// The endings of the files that are read.
const (
	pipelineEnding = ".hcl"
	valuesEnding   = ".vars.hcl"
	jsonEnding     = ".json" // after either of them
)

// findFiles lists the files that make up the pipeline at the loader's path, by
// name, and settles in which folder they lie.
func (l *loader) findFiles() ([]string, hcl.Diagnostics) {
	info, err := os.Stat(l.path)
	switch {
	case err != nil:
		return nil, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Pipeline not found",
			Detail: fmt.Sprintf("Cannot read %s: %v. Give the path of a pipeline's .hcl file, or of the folder of its files.", l.path, unwrapPath(err))}}
	case !info.IsDir():
		l.folder = filepath.Dir(l.path)
		return []string{l.path}, nil
	}
	l.folder, l.whole = l.path, true
	files, err := filesOf(l.path, isPipelineFile)
	if err != nil {
		return nil, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Folder not readable",
			Detail: fmt.Sprintf("Cannot list %s: %v. Check its permissions.", l.path, unwrapPath(err))}}
	}
	if len(files) == 0 {
		return nil, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "No pipeline in this folder",
			Detail: fmt.Sprintf("The folder %s holds no .hcl or .hcl.json file; files of values, hidden files and subfolders do not count. "+
				"Give the path of a pipeline's file, or of the folder of its files.%s", l.path, hintSubfolders(l.path))}}
	}
	return files, nil
}

// filesOf lists the files of a folder whose names are wanted, by name. Hidden
// ones and folders are none.
func filesOf(folder string, wanted func(name string) bool) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		if strings.HasPrefix(e.Name(), ".") || !wanted(e.Name()) {
			continue
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() { // also through a link
			continue
		}
		files = append(files, path)
	}
	return files, nil
}

func isPipelineFile(name string) bool {
	name = strings.TrimSuffix(name, jsonEnding)
	return strings.HasSuffix(name, pipelineEnding) && !strings.HasSuffix(name, valuesEnding)
}

// hintSubfolders names the folders inside one that has no pipeline that do
// have files of one.
func hintSubfolders(folder string) string {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return ""
	}
	var found []string
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		if files, err := filesOf(path, isPipelineFile); err == nil && len(files) > 0 {
			found = append(found, path)
		}
	}
	if len(found) == 0 {
		return ""
	}
	return fmt.Sprintf(" There are some in %s.", enumerate(found))
}

// enumerate lists names, of very many the first few.
func enumerate(names []string) string {
	const most = 10
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), more)
	}
	return strings.Join(names, ", ")
}

// longestName is how many bytes a pipeline's name may have: a file system takes
// 255 for the name of a file, in which every byte may take three and an ending
// comes behind.
const longestName = 80

// onePipeline checks that there is exactly one pipeline block.
func (l *loader) onePipeline(files []string) hcl.Diagnostics {
	blocks := l.blocks["pipeline"]
	if len(blocks) == 0 {
		return hcl.Diagnostics{l.noPipeline(files)}
	}
	if d := severalPipelines(l.path, blocks); d != nil {
		l.blocks = nil // the rest would be about what does not belong together
		return hcl.Diagnostics{d}
	}
	l.pipeline.Name = blocks[0].Labels[0]
	var diags hcl.Diagnostics
	if !isName(l.pipeline.Name) {
		diags = append(diags, invalidName(blocks[0], 0, "pipeline"))
	}
	if n := len(l.pipeline.Name); n > longestName {
		diags = append(diags, problem(blocks[0].LabelRanges[0], "Name too long",
			"The pipeline's name has %d bytes, and at most %d go into the names of its files: its lock, history and cron log. Shorten it.", n, longestName))
	}
	for _, b := range blocks[1:] {
		diags = append(diags, problem(b.DefRange, "Second pipeline block",
			"There is exactly one pipeline block; the first is at %s. Keep one of them.", place(blocks[0].DefRange)))
	}
	return diags
}

func (l *loader) noPipeline(files []string) *hcl.Diagnostic {
	const remedy = `Add one that names the pipeline: pipeline "NAME" {}.`
	if l.whole {
		return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Missing pipeline block",
			Detail: fmt.Sprintf("No file in %s has a pipeline block: %s. %s", l.path, enumerate(baseNames(files)), remedy)}
	}
	start := hcl.Range{Filename: l.path, Start: hcl.InitialPos, End: hcl.InitialPos}
	return problem(start, "Missing pipeline block", "The file has no pipeline block. %s", remedy)
}

// severalPipelines refuses a folder whose files are pipelines of their own.
func severalPipelines(folder string, blocks []*hcl.Block) *hcl.Diagnostic {
	var files []string
	for _, b := range blocks {
		files = append(files, b.DefRange.Filename)
	}
	if files = slices.Compact(files); len(files) < 2 {
		return nil
	}
	second := slices.IndexFunc(blocks, func(b *hcl.Block) bool { return b.DefRange.Filename == files[1] })
	return problem(blocks[second].DefRange, "Several pipelines in one folder",
		"The files of a folder are one pipeline, with one pipeline block, but in %s there is one in each of %s. "+
			"Give the path of one file, such as %s; or, if they are one pipeline, keep one of these blocks.",
		folder, enumerate(baseNames(files)), files[0])
}

func baseNames(files []string) []string {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = filepath.Base(f)
	}
	return names
}
