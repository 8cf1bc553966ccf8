package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
)

// inputs are the files that the arguments of an attempt name: those it reads,
// with size and hash as they were before it began, those it may delete, and
// those it changes in place.
type inputs struct {
	read      []engine.FileRecord
	deletable map[string]bool
	exclusive []string
}

// inputsOf looks the files up. A file that is not there is left out: the step
// itself says so better.
func inputsOf(ctx context.Context, dir string, typ *engine.StepType, args cty.Value) (inputs, error) {
	in := inputs{deletable: map[string]bool{}}
	env := &engine.Env{WorkingDir: dir}
	for _, f := range typ.Args {
		paths := textsOf(args.GetAttr(f.Name))
		switch f.Role {
		case engine.Reads:
			found := existing(env, paths)
			for _, path := range found {
				record, err := recordOf(ctx, path, engine.Reads)
				if err != nil {
					return in, &engine.StepError{Code: "input_unreadable", Message: "read " + path, Argument: f.Name, Err: err,
						Remedy: "Check the file and its permissions."}
				}
				in.read = append(in.read, record)
				in.deletable[path] = deletesFilesOf(typ, args, f.Name)
			}
		case engine.Exclusive:
			for _, path := range paths {
				in.exclusive = append(in.exclusive, env.Path(path))
			}
		}
	}
	return in, nil
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
func (in inputs) records() []engine.FileRecord {
	records := append([]engine.FileRecord(nil), in.read...)
	for _, r := range in.read {
		if _, err := os.Lstat(r.Path); in.deletable[r.Path] && errors.Is(err, fs.ErrNotExist) {
			r.Role = engine.Deletes
			records = append(records, r)
		}
	}
	for _, path := range in.exclusive {
		if info, err := os.Stat(path); err == nil {
			records = append(records, engine.FileRecord{Path: path, Role: engine.Exclusive, Size: info.Size()})
		}
	}
	return records
}

// recordOf measures and hashes a file.
func recordOf(ctx context.Context, path string, role engine.Role) (engine.FileRecord, error) {
	f, err := os.Open(path) //nolint:gosec // the path is what the pipeline says
	if err != nil {
		return engine.FileRecord{}, err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	size, err := io.Copy(h, reader{ctx, f})
	if err != nil {
		return engine.FileRecord{}, err
	}
	return engine.FileRecord{Path: path, Role: role, Size: size, SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}

// reader reads until its context ends.
type reader struct {
	ctx  context.Context // io.Reader has no parameter for it
	from io.Reader
}

// Read implements io.Reader.
func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
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
