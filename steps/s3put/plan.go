package s3put

import (
	"fmt"
	"os"
	"path/filepath"

	"dagrun/engine"
)

// plan says which file becomes which key.
func plan(env *engine.Env, a Args) ([]*source, error) {
	files, err := env.Inputs("source", a.Source...)
	if err != nil {
		return nil, err
	}
	if err := checkCount(a, len(files)); err != nil {
		return nil, err
	}
	wanted := a.PartSize
	if a.Bucket.dir != "" {
		wanted = 0
	}
	var sources []*source
	taken := map[string]string{}
	for _, path := range files {
		key := string(a.Key)
		if a.Key.isPrefix() {
			key += filepath.Base(path)
		}
		if err := checkKey(key); err != nil {
			return nil, &engine.StepError{
				Code: "bad_key", Argument: "key", Err: err,
				Message: fmt.Sprintf("put %s under the key %q", path, key),
				Remedy:  "Give the file another name, or a key of its own.",
			}
		}
		if other := taken[key]; other != "" {
			return nil, duplicate(other, path, key)
		}
		taken[key] = path
		sources = append(sources, &source{path: path, key: key, wanted: wanted})
	}
	return sources, nil
}

// check refuses several files under one key, where source names them.
func check(a Args) error {
	named := map[string]bool{}
	for _, path := range a.Source {
		if !engine.IsGlob(path) {
			named[filepath.Clean(path)] = true
		}
	}
	return checkCount(a, len(named))
}

func checkCount(a Args, files int) error {
	if files > 1 && !a.Key.isPrefix() {
		return &engine.StepError{
			Code: "bad_key", Argument: "key",
			Message: fmt.Sprintf("put %d files under the key %q: one key holds one file", files, a.Key),
			Remedy:  fmt.Sprintf("Write %q to put each file under its own name, or name one file in source.", string(a.Key)+"/"),
		}
	}
	return nil
}

func duplicate(first, second, key string) error {
	return &engine.StepError{
		Code: "duplicate_key", Argument: "source",
		Message: fmt.Sprintf("put %s and %s: both would have the key %q", first, second, key),
		Remedy:  "Put them in two steps with different keys, or give the files different names.",
	}
}

// progress counts the bytes of all sources.
type progress struct {
	env         *engine.Env
	done, total int64
}

func newProgress(env *engine.Env, sources []*source) *progress {
	p := &progress{env: env}
	for _, s := range sources {
		if info, err := os.Stat(s.path); err == nil {
			p.total += info.Size()
		}
	}
	return p
}

func (p *progress) add(n int64) {
	p.done += n
	p.env.Progress(p.done, p.total, "bytes")
}
