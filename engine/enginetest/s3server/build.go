package s3server

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/gofrs/flock"
)

const (
	module  = "github.com/versity/versitygw/cmd/versitygw"
	version = "v1.8.0"
)

// build gives the path of the server's program, which is built if this machine
// has it not yet. Of several processes that ask at once, one builds.
var build = sync.OnceValues(func() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "dagrun-test")
	program := filepath.Join(dir, "versitygw-"+version)
	if isThere(program) {
		return program, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	lock := flock.New(program + ".lock")
	if err := lock.Lock(); err != nil {
		return "", err
	}
	defer func() { _ = lock.Unlock() }()
	if isThere(program) {
		return program, nil
	}
	return program, install(dir, program)
})

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// install builds into a folder beside the program and renames, so that the
// program is there whole or not at all.
func install(dir, program string) error {
	temp, err := os.MkdirTemp(dir, "build-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	cmd := exec.Command("go", "install", module+"@"+version)
	cmd.Dir = temp
	cmd.Env = environment(temp)
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go install %s@%s: %w\n%s", module, version, err, said)
	}
	return os.Rename(filepath.Join(temp, "versitygw"), program)
}

// environment is this process's, without what is meant for building this
// module: -mod=vendor, a workspace, another platform.
func environment(bin string) []string {
	env := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains([]string{"GOFLAGS", "GOBIN", "GOOS", "GOARCH", "GOWORK"}, name)
	})
	return append(env, "GOBIN="+bin, "GOWORK=off", "GOFLAGS=")
}
