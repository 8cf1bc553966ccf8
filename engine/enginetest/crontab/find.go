package crontab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"dagrun/engine/enginetest/program"
)

// find gives the path of Debian's crontab program.
var find = sync.OnceValues(func() (string, error) {
	if owner, err := exec.Command("dpkg-query", "--search", inside).Output(); err == nil && strings.HasPrefix(string(owner), "cron:") {
		return inside, nil
	}
	return program.Cached("debian-crontab", download)
})

// download takes the program out of Debian's package.
func download(dir, target string) error {
	said, err := runIn(dir, "apt-get", "download", "cron")
	if err != nil { // as where the lists of packages are missing: take lists of our own, which needs no root
		said, err = downloadWithOwnLists(dir)
	}
	if err != nil {
		return fmt.Errorf("the cron tests talk to the crontab program of Debian's package cron, which is not installed here and which apt-get could not download: %w\n%s\n"+
			"Install it (apt-get install cron), or let apt-get reach its servers", err, said)
	}
	packages, err := filepath.Glob(filepath.Join(dir, "cron_*.deb"))
	if err != nil || len(packages) != 1 {
		return fmt.Errorf("apt-get download cron left %q, %w", packages, err)
	}
	if said, err := runIn(dir, "dpkg", "-x", packages[0], "unpacked"); err != nil {
		return fmt.Errorf("unpack %s: %w\n%s", packages[0], err, said)
	}
	return os.Rename(filepath.Join(dir, "unpacked", inside), target)
}

func downloadWithOwnLists(dir string) (said []byte, err error) {
	own := []string{"-o", "Dir::State=" + filepath.Join(dir, "state"), "-o", "Dir::State::status=/var/lib/dpkg/status",
		"-o", "Dir::Cache=" + filepath.Join(dir, "cache"), "-o", "APT::Sandbox::User="}
	for _, folder := range []string{"state/lists/partial", "cache/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			return nil, err
		}
	}
	if said, err := runIn(dir, "apt-get", append(own, "update")...); err != nil {
		return said, err
	}
	return runIn(dir, "apt-get", append(own, "download", "cron")...)
}

func runIn(dir, name string, args ...string) ([]byte, error) {
	c := exec.Command(name, args...)
	c.Dir = dir
	return c.CombinedOutput()
}
