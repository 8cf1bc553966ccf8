package duckdbload_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"dagrun/engine/enginetest"
)

// withoutDownloads are checks by which the step's own connection tells that it
// would download nothing.
var withoutDownloads = checks(
	enginetest.Args{"sql": "SELECT name, value FROM duckdb_settings() WHERE name IN ('autoinstall_known_extensions', 'autoload_known_extensions') AND value <> 'false'"},
	enginetest.Args{"sql": "SELECT 'the settings have other names' WHERE (SELECT count(*) FROM duckdb_settings() WHERE name IN ('autoinstall_known_extensions', 'autoload_known_extensions')) <> 2"},
)

func TestEveryFormatIsLinkedIn(t *testing.T) {
	dir := t.TempDir()
	const table, lines = "a,b\n1,2024-06-15 10:00:00+02:00\n", "{\"a\":1,\"b\":[2]}\n"
	for name, content := range map[string]string{"a.csv": table, "a.tsv": strings.ReplaceAll(table, ",", "\t"), "a.jsonl": lines, "a.ndjson": lines, "a.json": "[" + lines + "]"} {
		write(t, dir, name, content)
		write(t, dir, name+".gz", gzipped(t, content))
		write(t, dir, name+".zst", zstandard(t, content))
	}
	parquet(t, dir, "a.parquet", "SELECT 1 AS a, TIMESTAMPTZ '2024-06-15 10:00:00+02' AS b")
	parquet(t, dir, "b.parquet", "SELECT 1 AS a, [2] AS b")
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 17 {
		t.Fatalf("got files %q (%v), want 17", files, err)
	}
	linked := "SELECT extension_name FROM duckdb_extensions() WHERE extension_name IN ('json', 'parquet') AND loaded AND install_mode = 'STATICALLY_LINKED' ORDER BY ALL"
	execute(t, filepath.Join(dir, "db.duckdb"), "CREATE TABLE t (a INTEGER)")
	if got, want := query(t, filepath.Join(dir, "db.duckdb"), linked), "json\nparquet\n"; got != want {
		t.Errorf("got %q linked in, want %q", got, want)
	}
	for i, file := range files {
		for mode, more := range map[string][]any{"replace": nil, "upsert": {"key", "a"}, "delete_insert": {"partition_by", "b"}} {
			more = append([]any{"mode", mode, "check", withoutDownloads, "table", fmt.Sprintf("%s_%d", mode, i)}, more...)
			if out := succeed(t, dir, args(filepath.Base(file), more...)); out.Rows != 1 {
				t.Errorf("%s: got %d rows, want 1", file, out.Rows)
			}
		}
	}
}

// TestLoadsNeedNoNetwork runs the tests of every format once more in a process
// of its own: with a home folder in which no extension can be, with a proxy
// that counts who asks it for one, and, where the kernel lets a user have one,
// in a network namespace that has no network.
func TestLoadsNeedNoNetwork(t *testing.T) {
	proxy, asked := countingListener(t)
	for name, flags := range map[string]uintptr{"with a proxy": 0, "in a namespace": syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET} {
		home := t.TempDir()
		cmd := formatsProcess(t, home, proxy)
		cmd.SysProcAttr = namespace(flags)
		if cmd.Start() != nil { // not allowed: then as the other one
			cmd = formatsProcess(t, home, proxy)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, cmd.Stdout)
		}
		if text := fmt.Sprint(cmd.Stdout); !strings.Contains(text, "--- PASS: TestEveryFormatIsLinkedIn") || !strings.Contains(text, "--- PASS: TestFormats") {
			t.Errorf("%s: not every test ran:\n%s", name, text)
		}
		if left, err := os.ReadDir(home); err != nil || len(left) > 0 {
			t.Errorf("%s: in the home folder there are %v (%v)", name, left, err)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the proxy was asked %d times", n)
	}
}

func formatsProcess(t *testing.T, home, proxy string) *exec.Cmd {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, "-test.v", "-test.run=^(TestFormats|TestParquet.*|TestEveryFormatIsLinkedIn)$")
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Env = append(os.Environ(), "HOME="+home, "http_proxy="+proxy, "https_proxy="+proxy, "HTTP_PROXY="+proxy, "HTTPS_PROXY="+proxy)
	return cmd
}

// namespace has a process run with these namespaces of its own, as the same
// user.
func namespace(flags uintptr) *syscall.SysProcAttr {
	if flags == 0 {
		return nil
	}
	return &syscall.SysProcAttr{
		Cloneflags:  flags,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}},
	}
}

// countingListener is a URL on loopback, and how often it was connected to.
func countingListener(t *testing.T) (url string, connections *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is closed by the test
	if err != nil {
		t.Fatal(err)
	}
	connections = &atomic.Int64{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return "http://" + l.Addr().String(), connections
}
