package s3server

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

const (
	module  = "github.com/versity/versitygw/cmd/versitygw"
	version = "v1.8.0"
)

// build gives the path of the server's program, which is built if this machine
// has it not yet.
var build = sync.OnceValues(func() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	console := openConsole()
	defer func() { _ = console.Close() }()
	return builder{dir: filepath.Join(cache, "dagrun-test"), goTool: "go", console: console}.program()
})

// builder builds the program into a folder.
type builder struct {
	dir     string
	goTool  string
	console io.Writer // is told of what takes long
}

// program gives the program's path. Of several processes that ask at once, one
// builds and the others wait.
func (b builder) program() (string, error) {
	path := filepath.Join(b.dir, "versitygw-"+version)
	if isThere(path) {
		return path, nil
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return "", err
	}
	lock := flock.New(path + ".lock")
	if err := lock.Lock(); err != nil {
		return "", err
	}
	defer func() { _ = lock.Unlock() }()
	if isThere(path) {
		return path, nil
	}
	return path, b.install(path)
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// install builds into a folder beside the program and renames, so that the
// program is there whole or not at all.
func (b builder) install(path string) error {
	const unfinished = "build-"
	if err := b.clear(unfinished + "*"); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(b.dir, unfinished)
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	b.say("building the S3 server for tests (versitygw %s). This takes minutes, once: it is kept as %s", version, path)
	start := time.Now()
	cmd := exec.Command(b.goTool, "install", module+"@"+version)
	cmd.Dir = temp
	cmd.Env = environment(temp)
	if said, err := cmd.CombinedOutput(); err != nil {
		b.say("the S3 server could not be built: %v", err)
		return fmt.Errorf("go install %s@%s: %w\n%s", module, version, err, said)
	}
	b.say("the S3 server is built, in %s", time.Since(start).Round(time.Second))
	return os.Rename(filepath.Join(temp, "versitygw"), path)
}

// clear removes what builds that were killed have left. The lock is held, so
// that none is under way.
func (b builder) clear(pattern string) error {
	left, err := filepath.Glob(filepath.Join(b.dir, pattern))
	if err != nil {
		return err
	}
	for _, dir := range left {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	return nil
}

func (b builder) say(format string, args ...any) {
	_, _ = fmt.Fprintf(b.console, "dagrun tests: "+format+"\n", args...)
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
