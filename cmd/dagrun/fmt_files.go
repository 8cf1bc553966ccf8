package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// hclFile is a file to format: its path as people know it, and the place that
// links lead to.
type hclFile struct{ path, target string }

// find lists the files that a path means.
func (w *formatting) find(path string) []hclFile {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		w.fail(exitConfig, fmt.Errorf("%w; give an .hcl file, a folder, or - for standard input", err))
		return nil
	case info.IsDir():
		files, any := w.findIn(path)
		if !any {
			w.say(fmt.Errorf("there is no .hcl file in %s%s", path, w.deeper()))
		}
		return files
	case w.isJSON(path):
		return nil
	case !strings.HasSuffix(path, ".hcl"):
		w.fail(exitConfig, fmt.Errorf("%s is no .hcl file and is left alone", path))
		return nil
	}
	return w.link(path)
}

// deeper tells how to look further down.
func (w *formatting) deeper() string {
	if w.recursive {
		return " or in the folders in it"
	}
	return "; --recursive looks into the folders in it as well"
}

// isJSON tells of a file in JSON syntax that it is left alone.
func (w *formatting) isJSON(path string) bool {
	if !strings.HasSuffix(path, ".hcl.json") {
		return false
	}
	w.say(fmt.Errorf("%s is JSON, which has no canonical style here, and is left alone", path))
	return true
}

// findIn lists the files of a folder by their names, and says whether there are
// any. Hidden files and folders are passed over.
func (w *formatting) findIn(dir string) (files []hclFile, any bool) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		w.fail(exitFailed, err)
		return nil, true
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir() && w.recursive:
			more, found := w.findIn(path)
			files, any = append(files, more...), any || found
		case e.IsDir():
		case w.isJSON(path):
			any = true
		case strings.HasSuffix(path, ".hcl"):
			files, any = append(files, w.link(path)...), true
		}
	}
	return files, any
}

// link follows links to the file itself, so that it is replaced and not the
// link. What is no plain file, such as a pipe, is refused.
func (w *formatting) link(path string) []hclFile {
	target, err := filepath.EvalSymlinks(path)
	if err == nil {
		target, err = filepath.Abs(target)
	}
	if err != nil {
		w.fail(exitFailed, err)
		return nil
	}
	info, err := os.Stat(target)
	switch {
	case err == nil && info.IsDir(): // a link to a folder
		return nil
	case err == nil && !info.Mode().IsRegular():
		err = errors.New(path + " is no plain file and is left alone")
	}
	if err != nil {
		w.fail(exitFailed, err)
		return nil
	}
	return []hclFile{{path, target}}
}
