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
	unpacked := filepath.Join(dir, "unpacked")
	if err := program.Unpack(dir, unpacked, "cron", false); err != nil {
		return fmt.Errorf("the cron tests talk to the crontab program of Debian's package cron, which is not installed here and which apt-get could not download: %w\n"+
			"Install it (apt-get install cron), or let apt-get reach its servers", err)
	}
	return os.Rename(filepath.Join(unpacked, inside), target)
}
