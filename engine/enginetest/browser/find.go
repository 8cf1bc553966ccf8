package browser

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"
)

// names are those that Chromium goes by.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}

// find gives the path of Chromium. Where it is not installed, root installs
// Debian's package.
var find = sync.OnceValues(func() (string, error) {
	if path, ok := installed(); ok {
		return path, nil
	}
	var said []byte
	err := errors.New("only root can install it")
	if os.Geteuid() == 0 {
		said, err = install()
	}
	if path, ok := installed(); ok {
		return path, nil
	}
	return "", fmt.Errorf("the page tests look at pages with Chromium, which is not installed here, and could not be: %w\n%s\n"+
		"Install it (apt-get install chromium)", err, said)
})

func installed() (string, bool) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, true
		}
	}
	return "", false
}

// install lets one process install the package while others wait.
func install() (said []byte, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(cache, "dagrun-test")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(folder, "chromium.lock"))
	if err := lock.Lock(); err != nil {
		return nil, err
	}
	defer func() { _ = lock.Unlock() }()
	if _, ok := installed(); ok {
		return nil, nil
	}
	for _, args := range [][]string{{"update", "-qq"}, {"install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"}} {
		c := exec.Command("apt-get", append([]string{"-o", "DPkg::Lock::Timeout=600"}, args...)...)
		c.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if said, err = c.CombinedOutput(); err != nil {
			return said, fmt.Errorf("apt-get %s: %w", args[0], err)
		}
	}
	return nil, nil
}
