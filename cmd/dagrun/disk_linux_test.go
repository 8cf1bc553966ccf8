package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/runlog"
)

// onSmallDisk mounts a file system in memory over a folder, fills it from
// another and then up to so many free bytes, runs a command, and copies what
// that left out of the mount, which ends with the process.
const onSmallDisk = `
disk=$1 before=$2 after=$3 free=$4
shift 4
mount -t tmpfs -o size=4m dagrun "$disk" && cp -a "$before/." "$disk" || exit 99
dd if=/dev/zero of="$disk/ballast" bs=4096 2>/dev/null
truncate -s "-$free" "$disk/ballast" || exit 99
"$@"
code=$?
rm "$disk/ballast" && cp -a "$disk/." "$after" || exit 99
exit $code
`

// withinLimit runs a command whose files cannot become larger than so many
// bytes, as a quota would have it.
const withinLimit = `
trap '' XFSZ
disk=$1 before=$2 after=$3 free=$4
shift 4
cp -a "$before/." "$disk" || exit 99
(ulimit -f $((free / 512)) && exec "$@")
code=$?
cp -a "$disk/." "$after" && rm -r "$disk"/* || exit 99
exit $code
`

// crampedDisk runs commands on a folder with little room.
type crampedDisk struct {
	folder, before string
	script         string
	attributes     *syscall.SysProcAttr
	env            []string
}

// mounting gives the attributes of a process that may mount, if there is a way
// on this machine.
func mounting(t testing.TB) *syscall.SysProcAttr {
	t.Helper()
	same := func(id int) []syscall.SysProcIDMap {
		return []syscall.SysProcIDMap{{ContainerID: id, HostID: id, Size: 1}}
	}
	root := func(id int) []syscall.SysProcIDMap { return []syscall.SysProcIDMap{{HostID: id, Size: 1}} }
	for _, way := range []*syscall.SysProcAttr{
		{Cloneflags: syscall.CLONE_NEWNS},
		{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER, UidMappings: same(os.Getuid()), GidMappings: same(os.Getgid())},
		{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER, UidMappings: root(os.Getuid()), GidMappings: root(os.Getgid())},
	} {
		try := exec.Command("mount", "-t", "tmpfs", "dagrun", t.TempDir())
		try.SysProcAttr = way
		if try.Run() == nil {
			return way
		}
	}
	return nil
}

// cramp makes a folder whose file system is small for the commands run on it.
// Where mounting is not allowed, their files are kept small instead.
func cramp(t *testing.T, before string) crampedDisk {
	t.Helper()
	d := crampedDisk{folder: filepath.Join(t.TempDir(), "disk"), before: before, script: onSmallDisk, attributes: mounting(t)}
	if err := os.Mkdir(d.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if d.attributes == nil {
		t.Log("nothing can be mounted here; the size of files is limited instead")
		d.limit()
	}
	return d
}

// limit makes the size of files what is small.
func (d *crampedDisk) limit() { d.script, d.attributes = withinLimit, &syscall.SysProcAttr{} }

// run runs dagrun with so many bytes left and puts the folder as it is then
// into after.
func (d crampedDisk) run(t testing.TB, after string, free int, args ...string) *process {
	t.Helper()
	p := newProcess(d.env, args...)
	wrapped := exec.Command("sh", append([]string{"-c", d.script, "sh", d.folder, d.before, after, fmt.Sprint(free), p.Path}, args...)...)
	p.Path, p.Args = wrapped.Path, wrapped.Args
	attributes := *d.attributes
	attributes.Setpgid = true
	p.SysProcAttr = &attributes
	p.launch(t)
	if p.code() == 99 {
		t.Fatalf("the disk cannot be set up: %s", p.said())
	}
	return p
}

// onDisk gives arguments of a run by what of it lies on the small disk.
var onDisk = map[string]func(disk, elsewhere string) []string{
	"everything": func(disk, _ string) []string {
		return []string{"--state-dir", disk + "/state", "--var", "folder=" + disk + "/out"}
	},
	"the files": func(disk, elsewhere string) []string {
		return []string{"--state-dir", elsewhere + "/state", "--var", "folder=" + disk + "/out"}
	},
	"the mail": func(disk, elsewhere string) []string {
		return []string{"--state-dir", elsewhere + "/state", "--var", "folder=" + elsewhere + "/out", "--var", "mail_server=file://" + disk + "/out/mail"}
	},
	"the backup": func(disk, elsewhere string) []string {
		return []string{"--state-dir", elsewhere + "/state", "--var", "folder=" + elsewhere + "/out", "--var", "bucket=file://" + disk + "/out/backup"}
	},
	"the log": func(disk, elsewhere string) []string {
		return []string{"--state-dir", disk + "/state", "--var", "folder=" + elsewhere + "/out"}
	},
}

func daily(date string, more ...string) []string {
	return append([]string{"run", temperature, "--date", date, "--var", "retry_interval=1ms", "--parallelism", "1"}, more...)
}

// yesterdays gives a folder with the files and the history of a run of the day
// before.
func yesterdays(t *testing.T) string {
	t.Helper()
	before := t.TempDir()
	runProcess(t, exitOK, nil, daily("2026-11-19", onDisk["everything"](before, "")...)...)
	return before
}

func TestAFullDiskIsTold(t *testing.T) {
	before := yesterdays(t)
	// How much room is left grows until there is enough; each step's share lies
	// between two sizes.
	sizes := map[string][]int{"everything": {0, 4, 24, 120, 280, 304, 340, 384}, "the files": {0, 4, 8}, "the mail": {0, 32, 64}, "the backup": {0}, "the log": {0, 4, 8}}
	for free := 24; free < 1024; free += 24 {
		sizes["the files"] = append(sizes["the files"], free)
	}
	if underRace { // which looks at the program, and not at where the disk ends
		sizes = map[string][]int{"everything": {4, 304}, "the files": {0, 120, 288}, "the mail": {32}, "the backup": {0}, "the log": {4}}
	}
	var mu sync.Mutex
	hit := map[string]bool{}
	t.Run("with", func(t *testing.T) {
		for what, args := range onDisk {
			t.Run(what, func(t *testing.T) {
				t.Parallel()
				d := cramp(t, before)
				for _, free := range sizes[what] {
					r := cramped{d: d, args: args, after: t.TempDir(), elsewhere: t.TempDir(), free: free << 10}
					r.check(t)
					mu.Lock()
					maps.Copy(hit, r.hit)
					mu.Unlock()
					if r.enough {
						break
					}
				}
			})
		}
	})
	if mounting(t) == nil || underRace {
		return // a limit on files, and few sizes, meet few steps
	}
	for _, step := range []string{"clean", "store", "chart", "report", "backup", "the log"} {
		if !hit[step] {
			t.Errorf("the disk was never full for %s", step)
		}
	}
}

func TestALimitOfTheSizeOfFilesIsTold(t *testing.T) {
	d := cramp(t, yesterdays(t))
	d.limit()
	hit := map[string]bool{}
	sizes := []int{0, 512, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 512 << 10}
	if underRace {
		sizes = []int{4 << 10, 16 << 10}
	}
	for _, free := range sizes {
		r := cramped{d: d, args: onDisk["everything"], after: t.TempDir(), elsewhere: t.TempDir(), free: free}
		r.check(t)
		maps.Copy(hit, r.hit)
	}
	if !hit["the log"] || !hit["store"] {
		t.Errorf("the limit was met by %v only", hit)
	}
}

// cramped is a run on a disk with little room, and what is left afterwards.
type cramped struct {
	d                crampedDisk
	args             func(disk, elsewhere string) []string
	after, elsewhere string
	free             int
	hit              map[string]bool // what found the disk full
	enough           bool
}

// check runs the pipeline with little room, looks at what that has left, and
// runs it once more with room.
func (c *cramped) check(t *testing.T) {
	t.Helper()
	p := c.d.run(t, c.after, c.free, daily("2026-11-20", c.args(c.d.folder, c.elsewhere)...)...)
	c.enough = p.code() == exitOK
	c.hit = map[string]bool{}
	if !c.enough {
		c.checkTold(t, p)
	}
	c.checkUnharmed(t)
	noLitter(t, c.after)
	noLitter(t, c.elsewhere)
	runProcess(t, exitOK, nil, daily("2026-11-20", c.args(c.after, c.elsewhere)...)...)
	c.checkDone(t)
	if t.Failed() {
		t.Fatalf("with %d bytes left; the run said\n%s", c.free, p.said())
	}
}

// checkTold checks that the run failed for the full disk and said what to do.
func (c *cramped) checkTold(t *testing.T, p *process) {
	t.Helper()
	said := strings.ToLower(p.said())
	full := strings.Contains(said, "no space left on device") || strings.Contains(said, "file too large")
	remedy := strings.Contains(said, "make room on") || strings.Contains(said, "have the limit raised")
	if p.code() != exitFailed || !full || !remedy {
		t.Errorf("exit code %d, tells that the disk is full: %t, tells what to do: %t", p.code(), full, remedy)
	}
	if strings.Contains(said, "cannot be recorded") {
		c.hit["the log"] = true
	}
	for _, dir := range []string{c.after, c.elsewhere} {
		for _, e := range newest(t, filepath.Join(dir, "state")) {
			if end, ok := e.(*engine.AttemptFinished); ok && end.Result == engine.AttemptFailed {
				c.hit[end.Step.Name] = true
			}
		}
	}
}

// newest reads the log of the newest run that has one, which may be cut off.
func newest(t *testing.T, state string) []engine.Event {
	t.Helper()
	runs := begun(t, state, "temperature")
	var events []engine.Event
	for _, r := range runs[:min(1, len(runs))] {
		for e, err := range r.Events() {
			if err != nil && !errors.Is(err, runlog.ErrTorn) {
				t.Errorf("the log cannot be read: %v", err)
			}
			if err == nil {
				events = append(events, e)
			}
		}
	}
	return events
}

const hourOfReadings = "SELECT concat_ws(' ', record, date, time, temperatura) FROM %s ORDER BY ALL"

// checkUnharmed checks that what the day before has left is as it was.
func (c *cramped) checkUnharmed(t *testing.T) {
	t.Helper()
	was := contents(t, filepath.Join(c.d.before, "out"))
	is := contents(t, filepath.Join(c.after, "out"))
	for name, content := range was {
		if !strings.Contains(name, ".duckdb") && !bytes.Equal(is[name], content) {
			t.Errorf("%s of the day before was harmed", name)
		}
	}
	rows := fmt.Sprintf(hourOfReadings, "Temperature_log_probe1_20261119")
	want := rowsOf(t, filepath.Join(c.d.before, "out", "temperature.duckdb"), rows)
	if diff := cmp.Diff(want, rowsOf(t, filepath.Join(c.after, "out", "temperature.duckdb"), rows)); diff != "" {
		t.Errorf("the table of the day before (-want +got):\n%s", diff)
	}
}

// checkDone checks that a following run has done the work, and closed the record
// of the one before.
func (c *cramped) checkDone(t *testing.T) {
	t.Helper()
	got, yesterday := contents(t, filepath.Join(c.after, "out")), contents(t, filepath.Join(c.d.before, "out"))
	maps.Copy(got, contents(t, filepath.Join(c.elsewhere, "out")))
	for name, same := range map[string]string{hourly: "Temperature_log_probe1_20261119.csv", backup: "backup/logs/year=2026/month=11/day=19/plc-data-20261119.csv"} {
		if !bytes.Equal(got[name], yesterday[same]) {
			t.Errorf("%s is not what it should be", name)
		}
	}
	for _, dir := range []string{c.after, c.elsewhere} {
		runsOf(t, filepath.Join(dir, "state"), "temperature")
		noLitter(t, dir)
	}
}

// TestAFirstDatabaseWithoutRoomIsTold: DuckDB leaves the beginning of a file when
// it has no room for the rest, and would do so again and again.
func TestAFirstDatabaseWithoutRoomIsTold(t *testing.T) {
	d := cramp(t, t.TempDir())
	if underRace {
		d.limit() // which looks at the program, and not at where the disk ends
	}
	stores := 0
	for _, free := range []int{4, 8, 12, 16, 20, 24} {
		c := cramped{d: d, args: onDisk["the files"], after: t.TempDir(), elsewhere: t.TempDir(), free: free << 10, hit: map[string]bool{}}
		p := d.run(t, c.after, c.free, daily("2026-11-20", c.args(d.folder, c.elsewhere)...)...)
		c.checkTold(t, p)
		if c.hit["store"] {
			stores++
		}
		noLitter(t, c.after)
		runProcess(t, exitOK, nil, daily("2026-11-20", c.args(c.after, c.elsewhere)...)...)
		if t.Failed() {
			t.Fatalf("with %d bytes left; the run said\n%s", c.free, p.said())
		}
	}
	if stores == 0 {
		t.Error("no database was without room")
	}
}
