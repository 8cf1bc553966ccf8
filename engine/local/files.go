package local

import (
	"errors"
	"io/fs"
	"os"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
)

// files are the files that the arguments of an attempt name: those it reads,
// as they are before it begins, and those it changes in place.
type files struct {
	read      []*input
	exclusive []string
}

// Inputs lists the files that exist of those that a step's arguments name to be
// read.
func Inputs(dir string, typ *engine.StepType, args cty.Value) []string {
	var paths []string
	for _, in := range filesOf(dir, typ, args).read {
		paths = append(paths, in.path)
	}
	return paths
}

// filesOf looks the files up. A file that is not there is left out: the step
// itself says so better.
func filesOf(dir string, typ *engine.StepType, args cty.Value) files {
	var all files
	env := &engine.Env{WorkingDir: dir}
	for _, f := range typ.Args {
		paths := textsOf(args.GetAttr(f.Name))
		switch f.Role {
		case engine.Reads:
			deletable := deletesFilesOf(typ, args, f.Name)
			for _, path := range existing(env, paths) {
				if info, err := os.Stat(path); err == nil {
					all.read = append(all.read, &input{path: path, before: info, deletable: deletable})
				}
			}
		case engine.Exclusive:
			for _, path := range paths {
				all.exclusive = append(all.exclusive, env.Path(path))
			}
		}
	}
	return all
}

func existing(env *engine.Env, patterns []string) []string {
	var found []string
	for _, pattern := range patterns {
		if files, err := env.Inputs("", pattern); err == nil {
			found = append(found, files...)
		}
	}
	return found
}

func deletesFilesOf(typ *engine.StepType, args cty.Value, argument string) bool {
	for _, f := range typ.Args {
		if v := args.GetAttr(f.Name); f.Deletes == argument && !v.IsNull() && v.True() {
			return true
		}
	}
	return false
}

// textsOf lists the strings of an argument: none, one or many.
func textsOf(v cty.Value) []string {
	switch {
	case v.IsNull():
		return nil
	case v.Type() == cty.String:
		return []string{v.AsString()}
	case v.CanIterateElements():
		var texts []string
		for it := v.ElementIterator(); it.Next(); {
			_, e := it.Element()
			texts = append(texts, textsOf(e)...)
		}
		return texts
	}
	return nil
}

// records says what became of the files once the attempt has succeeded.
func (all files) records() []engine.FileRecord {
	var records []engine.FileRecord
	for _, in := range all.read {
		records = append(records, in.record(engine.Reads))
	}
	for _, in := range all.read {
		if _, err := os.Lstat(in.path); in.deletable && errors.Is(err, fs.ErrNotExist) {
			records = append(records, in.record(engine.Deletes))
		}
	}
	for _, path := range all.exclusive {
		if info, err := os.Stat(path); err == nil {
			records = append(records, engine.FileRecord{Path: path, Role: engine.Exclusive, Size: info.Size(), State: State(path)})
		}
	}
	return records
}

// volumeOf counts rows from the outputs that say so, and bytes from the files.
func volumeOf(typ *engine.StepType, out cty.Value, files []engine.FileRecord) engine.Volume {
	var v engine.Volume
	counts := map[string]*int64{"rows_in": &v.RowsIn, "rows_out": &v.RowsOut}
	for _, f := range typ.Outputs {
		if into := counts[f.Volume]; into != nil {
			*into, _ = out.GetAttr(f.Name).AsBigFloat().Int64()
		}
	}
	for _, f := range files {
		switch f.Role {
		case engine.Reads:
			v.BytesIn += f.Size
		case engine.Writes:
			v.BytesOut += f.Size
		}
	}
	return v
}

// Paths lists the absolute paths that an argument names, globs unexpanded.
func Paths(dir string, argument cty.Value) []string {
	paths := textsOf(argument)
	for i, p := range paths {
		paths[i] = engine.Resolve(dir, p)
	}
	return paths
}
