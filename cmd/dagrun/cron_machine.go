package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"dagrun/engine/config"
	"dagrun/engine/crontab"
)

// machine is what cron's lines depend on beside the pipeline.
type machine struct {
	now     time.Time
	zone    *time.Location // by which cron goes
	program string         // the executable of dagrun
}

// localtime is the file by which the C library, and so cron, knows the
// machine's time zone. A TZ in the environment of whoever runs dagrun is not
// cron's.
const localtime = "/etc/localtime"

func thisMachine() (machine, error) {
	m := machine{now: time.Now(), zone: time.UTC} // as the C library does without the file
	data, err := os.ReadFile(localtime)
	if err == nil {
		m.zone, err = time.LoadLocationFromTZData(localtime, data)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("read the machine's time zone from %s: %w", localtime, err)
	}
	if m.program, err = os.Executable(); err == nil {
		m.program, err = filepath.EvalSymlinks(m.program)
	}
	if err != nil {
		return m, fmt.Errorf("find the path of this program: %w", err)
	}
	return m, nil
}

// plan says how cron on this machine keeps a pipeline's schedule.
func (m machine) plan(p *config.Pipeline) (crontab.Plan, error) {
	schedule, err := crontab.Parse(p.Schedule)
	if err != nil { // it has been checked when the file was read
		return crontab.Plan{}, err
	}
	zone := p.Timezone
	if zone == time.Local {
		zone = m.zone
	}
	return crontab.NewPlan(schedule, zone, m.zone, m.now), nil
}

// built are the places where `go run` puts a program: a folder that is gone
// when it ends, or the build cache, which the go command cleans.
var built = regexp.MustCompile(`/go-build[0-9]*/([^/]+/exe|[0-9a-f]{2}/[^/]+)/[^/]+$`)

// temporary reports whether the program will not be there when cron starts it.
func (m machine) temporary() bool { return built.MatchString(filepath.ToSlash(m.program)) }

// noCrontab says that crontab(1) is not installed.
var errNoCrontab = errors.New("there is no program crontab in PATH; install cron (Debian and Ubuntu: apt-get install cron, Fedora: dnf install cronie)")

// readCrontab gives the crontab of the user, which is empty when there is none.
func readCrontab() (crontab.Table, error) {
	said, err := runCrontab("", "-l")
	if refused := new(crontabError); errors.As(err, &refused) && strings.Contains(refused.said, "no crontab for") {
		return "", nil
	}
	return crontab.Table(said), err
}

// writeCrontab makes a text the crontab of the user, and makes sure that it is.
func writeCrontab(table crontab.Table) error {
	if _, err := runCrontab(table.String(), "-"); err != nil {
		return err
	}
	now, err := readCrontab()
	if err == nil && now != table {
		err = errors.New("the crontab has been written, but now it holds something else; see what with `crontab -l`, and try again if another program has changed it")
	}
	return err
}

// crontabError is a crontab program that refuses.
type crontabError struct {
	args string
	said string
	err  error
}

// Error tells what the program said.
func (e *crontabError) Error() string {
	return fmt.Sprintf("crontab %s: %v: %s", e.args, e.err, strings.TrimSpace(e.said))
}

func runCrontab(stdin string, args ...string) (string, error) {
	program, err := exec.LookPath("crontab")
	if err != nil {
		return "", errNoCrontab
	}
	var stdout, stderr bytes.Buffer
	c := exec.Command(program, args...) //nolint:gosec // the arguments are -l and -
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(stdin), &stdout, &stderr
	// The crontab without the header that the program itself puts in front, and
	// messages in English.
	c.Env = append(os.Environ(), "CRONTAB_NOHEADER=Y", "LC_ALL=C")
	if err := c.Run(); err != nil {
		return "", &crontabError{args: strings.Join(args, " "), said: stderr.String(), err: err}
	}
	return stdout.String(), nil
}

// lockCrontab keeps other dagrun processes of the user from changing the
// crontab until release is called. crontab(1) has no lock of its own.
func lockCrontab() (release func(), err error) {
	path, err := crontabLock()
	if err == nil {
		err = plainFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the crontab: %w", err)
	}
	held := flock.New(path, flock.SetPermissions(0o600))
	if err := held.Lock(); err != nil {
		return nil, fmt.Errorf("lock the crontab: %w", err)
	}
	return func() { _ = held.Unlock() }, nil
}

// crontabLock is the file of the lock: in the user's cache folder, or, for a
// user without a home that can be written, as those of services, in a folder of
// his own among temporary files.
func crontabLock() (string, error) {
	const name = "crontab.lock"
	if cache, err := os.UserCacheDir(); err == nil {
		dir := filepath.Join(cache, "dagrun")
		if err := os.MkdirAll(dir, 0o700); err == nil && writable(dir) {
			return filepath.Join(dir, name), nil
		}
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("dagrun-%d", os.Getuid()))
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() || info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s has to be a folder that is the user's alone; remove it, and try again", dir)
	}
	return filepath.Join(dir, name), nil
}

// writable reports whether files can be made in a folder.
func writable(dir string) bool {
	f, err := os.CreateTemp(dir, ".probe-")
	if err != nil {
		return false
	}
	return errors.Join(f.Close(), os.Remove(f.Name())) == nil
}
