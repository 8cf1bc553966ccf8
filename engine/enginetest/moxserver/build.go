package moxserver

import (
	"bytes"
	_ "embed" // for the module of the program
	"errors"
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

// The server asks the name server of the machine about each mail: whether the
// sender's domain takes mail, and what the client is called. Where that does not
// answer, a mail takes ten seconds and then is put off for minutes. So the first
// question is not asked, and the other is of a machine without a name server.
const (
	asksForDomain = "github.com/mjl-/mox/smtpserver/mx.go"
	notAsked      = `package smtpserver

import (
	"context"

	"github.com/mjl-/mox/dns"
)

func checkMXRecords(context.Context, dns.Resolver, dns.Domain) (bool, error) { return true, nil }
`
	readsNameServers = "github.com/mjl-/adns/dnsclient_unix.go"
	nameServers      = "/etc/resolv.conf"
	noNameServers    = "/dev/null/resolv.conf"
)

// build gives the path of the server's program.
var build = sync.OnceValues(func() (string, error) { return program.Cached("mox-"+version+"-without-names", compile) })

func compile(dir, target string) error {
	for name, content := range map[string][]byte{"go.mod": goMod, "go.sum": goSum} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return err
		}
	}
	if err := copySource(dir); err != nil {
		return err
	}
	cmd := exec.Command("go", "build", "-mod=vendor", "-o", target, module)
	cmd.Dir = dir
	cmd.Env = program.GoEnvironment("CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the mail server that mail tests talk to, %s %s: %w\n%s", module, version, err, said)
	}
	return nil
}

// copySource copies the source into a folder, without what asks for names.
func copySource(dir string) error {
	cmd := exec.Command("go", "mod", "vendor")
	cmd.Dir, cmd.Env = dir, program.GoEnvironment()
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the mail tests talk to a real server, %s %s, which the go command downloads and builds once: %w\n%s", module, version, err, said)
	}
	in := func(file string) string { return filepath.Join(dir, "vendor", filepath.FromSlash(file)) }
	if _, err := os.Stat(in(asksForDomain)); err != nil {
		return err // another version has it elsewhere
	}
	source, err := os.ReadFile(in(readsNameServers))
	if err != nil {
		return err
	}
	changed := bytes.ReplaceAll(source, []byte(nameServers), []byte(noNameServers))
	if bytes.Equal(changed, source) {
		return fmt.Errorf("%s does not read %s: another version asks for names elsewhere", readsNameServers, nameServers)
	}
	return errors.Join(os.WriteFile(in(asksForDomain), []byte(notAsked), 0o600), os.WriteFile(in(readsNameServers), changed, 0o600))
}
