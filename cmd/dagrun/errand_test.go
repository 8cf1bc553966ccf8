package main

import (
	"bytes"
	"flag"
	"fmt"
	"hash/crc32"
	"maps"
	"math/rand/v2"
	"net/mail"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine/enginetest/moxserver"
	"dagrun/engine/enginetest/s3server"
)

var seed = flag.Uint64("seed", 0, "of what tests choose at random (default: the time)")

// randomly gives the numbers of a test, whose seed it prints.
func randomly(t *testing.T) *rand.Rand {
	t.Helper()
	from := *seed
	if from == 0 {
		from = uint64(time.Now().UnixNano())
	}
	t.Logf("repeat with -seed %d", from)
	return rand.New(rand.NewPCG(from, 0))
}

// world is what is outside of the machine: a mail server and an object store,
// and the addresses by which they are reached.
type world struct {
	mail          *moxserver.Server
	store         *s3server.Server
	mailURL       string
	storeEndpoint string
}

func newWorld(t *testing.T, store *s3server.Server) world {
	t.Helper()
	server := moxserver.Start(t)
	return world{mail: server, store: store, mailURL: server.StartTLS(), storeEndpoint: store.Endpoint()}
}

// errand is one run of the temperature pipeline and those that take it up, with
// a probe, a bucket, files and a history of its own.
type errand struct {
	world         world
	date          time.Time
	probe, bucket string
	folder, state string
	deleteLocal   bool
	env           []string
}

func (e errand) stamp() string    { return e.date.Format("20060102") }
func (e errand) table() string    { return "Temperature_log_" + e.probe + "_" + e.stamp() }
func (e errand) hourly() string   { return e.table() + ".csv" }
func (e errand) chart() string    { return "Daily_temperature_plot_" + e.stamp() + ".png" }
func (e errand) database() string { return filepath.Join(e.folder, "temperature.duckdb") }
func (e errand) key() string {
	return e.date.Format("logs/year=2006/month=01/day=02/plc-data-20060102.csv")
}
func (e errand) subject() string {
	return "Daily temperature report of " + e.probe + ", " + e.date.Format(time.DateOnly)
}

// environment is what pipelines read there.
func (e errand) environment() []string {
	return append([]string{
		"AUTOMATION_EMAIL=" + moxserver.Username, "AUTOMATION_PASS=" + moxserver.Password,
		"AWS_ACCESS_KEY_ID=" + e.world.store.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + e.world.store.SecretAccessKey,
	}, e.env...)
}

// arguments are those of any run.
func (e errand) arguments() []string {
	return []string{
		"run", temperature, "--state-dir", e.state, "--var", "folder=" + e.folder, "--var", "retry_interval=1ms",
		"--var", "mail_server=" + e.world.mailURL, "--var", "mail_ca_file=" + e.world.mail.CAFile(), "--var", "probe=" + e.probe,
		"--var", "bucket=s3://" + e.bucket, "--var", "endpoint=" + e.world.storeEndpoint, "--var", "region=" + s3server.Region,
		"--var", fmt.Sprintf("delete_local=%t", e.deleteLocal),
		"--var", fmt.Sprintf("recipients=[%q]", moxserver.Recipient(crc32.ChecksumIEEE([]byte(e.probe)))),
	}
}

// call starts the pipeline; more are arguments that say which run it is.
func (e errand) call(t testing.TB, more ...string) *process {
	t.Helper()
	return launchProcess(t, e.environment(), append(e.arguments(), more...)...)
}

func (e errand) begin(t testing.TB) *process {
	t.Helper()
	return e.call(t, "--date", e.date.Format(time.DateOnly))
}

// goOn takes up what was begun: the last run, if one was recorded.
func (e errand) goOn(t testing.TB) *process {
	t.Helper()
	if len(begun(t, e.state, "temperature")) == 0 {
		return e.begin(t)
	}
	return e.call(t, "--resume")
}

// day is what the pipeline makes of a date when nothing disturbs it.
type day struct{ hourly, chart []byte }

// undisturbedDay runs a date in a folder, without servers.
func undisturbedDay(t testing.TB, dir string, date time.Time) day {
	t.Helper()
	e := errand{date: date, probe: "probe1"}
	runProcess(t, exitOK, nil, daily(date.Format(time.DateOnly), "--state-dir", dir+"/state", "--var", "folder="+dir+"/out")...)
	files := contents(t, filepath.Join(dir, "out"))
	return day{files[e.hourly()], files[e.chart()]}
}

// checkWhole checks that every output is as it should be, or not there.
func (e errand) checkWhole(t testing.TB, want day) {
	t.Helper()
	for name, content := range contents(t, e.folder) {
		if name == e.hourly() && !bytes.Equal(content, want.hourly) || name == e.chart() && !bytes.Equal(content, want.chart) {
			t.Errorf("%s is neither whole nor absent", name)
		}
	}
	if slices.Contains(e.world.store.Keys(t, e.bucket), e.key()) && !bytes.Equal(e.world.store.Read(t, e.bucket, e.key()), want.hourly) {
		t.Errorf("%s in the bucket is neither whole nor absent", e.key())
	}
}

// checkEnd compares files, table and backup with those of an undisturbed run.
func (e errand) checkEnd(t testing.TB, want day) {
	t.Helper()
	files := map[string][]byte{e.chart(): want.chart, "temperature.duckdb": nil}
	if !e.deleteLocal {
		files[e.hourly()] = want.hourly
	}
	got := contents(t, e.folder)
	maps.DeleteFunc(got, func(name string, _ []byte) bool { return strings.HasPrefix(name, "alarms/") })
	if diff := cmp.Diff(slices.Sorted(maps.Keys(files)), slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for name, content := range files {
		if content != nil && !bytes.Equal(got[name], content) {
			t.Errorf("%s differs from that of an undisturbed run", name)
		}
	}
	if diff := cmp.Diff([]string{e.key()}, e.world.store.Keys(t, e.bucket)); diff != "" {
		t.Errorf("keys in the bucket (-want +got):\n%s", diff)
	} else if !bytes.Equal(e.world.store.Read(t, e.bucket, e.key()), want.hourly) {
		t.Errorf("the backup differs from the hourly log")
	}
	if n := e.world.store.Uploads(t, e.bucket); n != 0 {
		t.Errorf("%d uploads are incomplete", n)
	}
	checkTable(t, e.database(), e.table(), want.hourly)
	noLitter(t, e.folder)
	noLitter(t, e.state)
}

// checkTable compares a table with the file that was loaded into it.
func checkTable(t testing.TB, database, table string, csv []byte) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(string(csv), "\n"), "\n")
	rows := rowsOf(t, database, "SELECT concat_ws(',', record, date, time, temperatura) FROM "+table+" ORDER BY record")
	if diff := cmp.Diff(lines[1:], rows); diff != "" {
		t.Errorf("the table (-file +table):\n%s", diff)
	}
}

// idsOf gives the Message-IDs by subject, once there is a mail of each subject
// that is awaited.
func idsOf(t testing.TB, server *moxserver.Server, awaited []string) map[string][]string {
	t.Helper()
	for least := len(awaited); ; {
		mails := server.Inbox(t, least)
		ids := map[string][]string{}
		for _, content := range mails {
			m, err := mail.ReadMessage(bytes.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			subject := m.Header.Get("Subject")
			ids[subject] = append(ids[subject], m.Header.Get("Message-Id"))
		}
		missing := slices.IndexFunc(awaited, func(s string) bool { return len(ids[s]) == 0 })
		if missing < 0 {
			return ids
		}
		t.Logf("%q is still to come", awaited[missing])
		least = len(mails) + 1
	}
}
