// Package crontab gives tests the crontab program of Debian's cron, with a spool
// of its own: nothing it does reaches the crontab of anybody on this machine.
//
//	root, err := crontab.NewRoot(dir)
//	… root.Command("-l") …
//
// The program lives in a root folder of its own, with the libraries it needs, and
// is entered by chroot, which needs the capability CAP_SYS_CHROOT that root has
// also in containers, or else in a user namespace. It is the one that is
// installed here, or the one that apt-get downloads, once for each machine, into
// the user's cache folder. Only tests import this package.
package crontab

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// user is the one user there is, as whom the program runs. It has root's number,
// which both ways into the root give, but not the name, which cron.allow would
// not matter to.
const user = "tester"

// Root is a root folder with a crontab program and a spool.
type Root struct{ dir string }

// NewRoot makes a root in a folder, which it creates.
func NewRoot(dir string) (*Root, error) {
	program, err := find()
	if err != nil {
		return nil, err
	}
	r := &Root{dir: dir}
	for _, folder := range []string{"etc", "root", "tmp", "var/spool/cron/crontabs"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "etc/passwd"), []byte(user+":x:0:0::/root:/bin/sh\n"), 0o600); err != nil {
		return nil, err
	}
	libraries, err := librariesOf(program)
	if err != nil {
		return nil, err
	}
	for _, library := range libraries {
		if err := copyFile(library, filepath.Join(dir, library)); err != nil {
			return nil, err
		}
	}
	if err := copyFile(program, filepath.Join(dir, inside)); err != nil {
		return nil, err
	}
	return r, r.try()
}

// inside is where the program is in the root, and on a machine that has it.
const inside = "/usr/bin/crontab"

// Open gives a root that NewRoot has made, maybe in another process.
func Open(dir string) *Root { return &Root{dir: dir} }

// Command is a call of the program, by the one user of the root folder.
func (r *Root) Command(args ...string) *exec.Cmd {
	c := exec.Command(inside, args...)
	c.Dir = "/"
	c.SysProcAttr = &syscall.SysProcAttr{Chroot: r.dir}
	if os.Geteuid() != 0 {
		c.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	return c
}

// Main is a crontab program in the root: it makes a call with this process's
// arguments, input and outputs, and gives the exit code.
func (r *Root) Main(args []string) int {
	c := r.Command(args...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := c.Run()
	if c.ProcessState == nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 126
	}
	return c.ProcessState.ExitCode()
}

// Spool is the file that holds the crontab once there is one. The program puts
// three lines of its own in front.
func (r *Root) Spool() string { return filepath.Join(r.dir, "var/spool/cron/crontabs", user) }

// Forbid makes the program refuse everybody.
func (r *Root) Forbid() error {
	return os.WriteFile(filepath.Join(r.dir, "etc/cron.allow"), []byte("nobody\n"), 0o600)
}

// try sees whether the program works in the root.
func (r *Root) try() error {
	said, err := r.Command("-l").CombinedOutput()
	switch {
	case err == nil, bytes.HasPrefix(said, []byte("no crontab for "+user)):
		return nil
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES), errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("the cron tests run a crontab program in a root folder of its own, and this machine does not let them: "+
			"run them as root, or allow user namespaces to everybody (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns, user.max_user_namespaces): %w", err)
	}
	return fmt.Errorf("the crontab program in %s does not work: %w: %s", r.dir, err, said)
}

// librariesOf lists the shared libraries of a program, its loader too.
func librariesOf(program string) ([]string, error) {
	said, err := exec.Command("ldd", program).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("list the libraries of %s with ldd: %w: %s", program, err, said)
	}
	var libraries []string
	for word := range strings.FieldsSeq(string(said)) {
		if filepath.IsAbs(word) {
			libraries = append(libraries, word)
		}
	}
	return libraries, nil
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o700)
}
