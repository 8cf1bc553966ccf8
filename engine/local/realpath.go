package local

import (
	"os"
	"path/filepath"

	"dagrun/engine"
)

// RealPath is one name for a file, whatever links lead to it. A file that is
// not there yet has the name that it will have.
func RealPath(path string) string {
	for range 40 { // links that lead in a circle lead nowhere
		if real, err := filepath.EvalSymlinks(path); err == nil {
			return real
		}
		target, err := os.Readlink(path)
		if err != nil {
			break
		}
		path = engine.Resolve(filepath.Dir(path), target)
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(dir, filepath.Base(path))
	}
	return path
}
