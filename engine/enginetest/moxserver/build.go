package moxserver

import (
	_ "embed" // for the module of the program
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	cmd.Env = program.GoEnvironment("CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the mail tests talk to a real server, %s %s, which the go command downloads and builds once: %w\n%s", module, version, err, said)
	}
	return nil
}
