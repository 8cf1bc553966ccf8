package enginetest

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"testing"
)

// tree is the files under a folder: a digest of each by its path.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[path], err = digest(root, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func digest(root fs.FS, path string) (string, error) {
	f, err := root.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// changed lists the paths that two trees do not have in common, sorted.
func changed(before, after map[string]string) []string {
	paths := map[string]bool{}
	for _, pair := range [][2]map[string]string{{before, after}, {after, before}} {
		for path, content := range pair[0] {
			if pair[1][path] != content {
				paths[path] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(paths))
}
