package s3server

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"dagrun/engine/enginetest/program"
)

const (
	module  = "github.com/versity/versitygw/cmd/versitygw"
	version = "v1.8.0"
)

// build gives the path of the server's program.
var build = sync.OnceValues(func() (string, error) { return program.Cached("versitygw-"+version, install) })

func install(dir, target string) error {
	cmd := exec.Command("go", "install", module+"@"+version)
	cmd.Dir = dir
	cmd.Env = program.GoEnvironment("GOBIN=" + dir)
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the upload tests talk to a real server, %s %s, which the go command downloads and builds once: %w\n%s", module, version, err, said)
	}
	return os.Rename(filepath.Join(dir, "versitygw"), target)
}
