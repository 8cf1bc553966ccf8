package program

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Unpack downloads a package of Debian and unpacks it to the folder target. With
// its libraries, what it depends on is unpacked beside it, but for the C library.
// It needs apt-get and its servers, and no root. It may use dir.
func Unpack(dir, target, name string, libraries bool) error {
	a := apt{dir: dir}
	names, err := a.with(name, libraries)
	if err == nil {
		err = a.download(names)
	}
	if err != nil { // as where the lists of packages are missing: take lists of our own
		if err := a.update(); err != nil {
			return err
		}
		if names, err = a.with(name, libraries); err != nil {
			return err
		}
		if err := a.download(names); err != nil {
			return err
		}
	}
	packages, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil {
		return err
	}
	for _, p := range packages {
		if _, err := a.run("dpkg", "-x", p, target); err != nil {
			return err
		}
	}
	return nil
}

// apt calls Debian's programs in a folder.
type apt struct {
	dir string
	own []string // options for lists of our own
}

// with lists a package, and what it depends on if that is wanted.
func (a apt) with(name string, libraries bool) ([]string, error) {
	names := []string{name}
	if !libraries {
		return names, nil
	}
	said, err := a.run("apt-cache", append(a.own, "depends", "--important", name)...)
	for _, line := range strings.Split(said, "\n") {
		if library, ok := strings.CutPrefix(strings.TrimSpace(line), "Depends: "); ok && library != "libc6" {
			names = append(names, library)
		}
	}
	if err == nil && len(names) == 1 {
		err = fmt.Errorf("apt-cache knows no package %s", name)
	}
	return names, err
}

func (a apt) download(names []string) error {
	_, err := a.run("apt-get", append(append(a.own, "download"), names...)...)
	return err
}

// update makes lists of our own.
func (a *apt) update() error {
	a.own = []string{"-o", "Dir::State=" + filepath.Join(a.dir, "state"), "-o", "Dir::State::status=/var/lib/dpkg/status",
		"-o", "Dir::Cache=" + filepath.Join(a.dir, "cache"), "-o", "APT::Sandbox::User="}
	for _, folder := range []string{"state/lists/partial", "cache/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(a.dir, folder), 0o700); err != nil {
			return err
		}
	}
	_, err := a.run("apt-get", append(a.own, "update")...)
	return err
}

func (a apt) run(name string, args ...string) (said string, err error) {
	c := exec.Command(name, args...)
	c.Dir = a.dir
	out, err := c.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out), nil
}
