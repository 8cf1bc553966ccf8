package reuse

import (
	"context"
	"io/fs"
	"os"
	"runtime"
	"sync"

	"dagrun/engine"
	"dagrun/engine/local"
)

// files are the files of a ledger as they are on the disk.
type files struct {
	mu      sync.Mutex
	known   map[string]content
	inPlace map[string]string // the state of each file that steps change in place, before the run
}

// content is what a file held when it was looked at.
type content struct {
	info   fs.FileInfo
	sha256 string
}

// survey reads the files of a ledger, several at once, until ctx ends. A file
// that cannot be read has no hash and counts as changed.
func survey(ctx context.Context, l *Ledger) *files {
	f := &files{known: map[string]content{}, inPlace: map[string]string{}}
	for path := range l.inPlace {
		f.inPlace[path] = local.State(path)
	}
	paths := make(chan string)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for path := range paths {
				f.read(ctx, path)
			}
		})
	}
	for path := range l.paths() {
		paths <- path
	}
	close(paths)
	workers.Wait()
	return f
}

// paths are the files that have to be what the ledger says they are.
func (l *Ledger) paths() map[string]bool {
	paths := map[string]bool{}
	for _, e := range l.steps {
		if e.record == nil {
			continue
		}
		for _, f := range e.record.End.Files {
			if _, inPlace := l.inPlace[local.RealPath(f.Path)]; !inPlace && (f.Role == engine.Reads || f.Role == engine.Writes) {
				paths[f.Path] = true
			}
		}
	}
	return paths
}

func (f *files) read(ctx context.Context, path string) {
	if sum, info, err := local.Hash(ctx, path); err == nil {
		f.set(path, content{info, sum})
	}
}

func (f *files) set(path string, c content) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known[path] = c
}

// note takes over what a step has written, so that it need not be read.
func (f *files) note(written engine.FileRecord) {
	if info, err := os.Stat(written.Path); err == nil {
		f.set(written.Path, content{info, written.SHA256})
	}
}

// is says whether a file is there, and whether it still holds what it is said to.
func (f *files) is(path, sha256 string) (there, same bool) {
	info, err := os.Stat(path)
	if err != nil {
		return false, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	c, ok := f.known[path]
	return true, ok && local.SameContent(c.info, info) && sha256 != "" && c.sha256 == sha256
}
