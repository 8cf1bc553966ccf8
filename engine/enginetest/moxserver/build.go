package moxserver

import (
	_ "embed" // for the module of the program
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"dagrun/engine/enginetest/program"
)

const (
	module  = "github.com/mjl-/mox"
	version = "v0.0.15"
)

// The module in which the program is built names every module that goes into
// it, with its checksum. It is made by "go get -tool" and "go mod tidy".
var (
	//go:embed mox.mod
	goMod []byte
	//go:embed mox.sum
	goSum []byte
)

// build gives the path of the server's program.
var build = sync.OnceValues(func() (string, error) { return program.Cached("mox-"+version, compile) })

func compile(dir, target string) error {
	for name, content := range map[string][]byte{"go.mod": goMod, "go.sum": goSum} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return err
		}
	}
	cmd := exec.Command("go", "build", "-o", target, module)
	cmd.Dir = dir
	cmd.Env = environment()
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the mail tests talk to a real server, %s %s, which the go command downloads and builds once: %w\n%s", module, version, err, said)
	}
	return nil
}

// environment is this process's, without what is meant for building this
// module: -mod=vendor, a workspace, another platform, the race detector.
func environment() []string {
	env := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains([]string{"GOFLAGS", "GOOS", "GOARCH", "GOWORK", "CGO_ENABLED"}, name)
	})
	return append(env, "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0")
}
